"""Search by words in tables of many rows, on SQLite (FTS5) and PostgreSQL (tsvector) alike.

Neither parts Chinese into words, so every two characters beside each other are one: a text holds `数据库` where `数据`
and `据库` follow one another. A word in letters or digits is found by its beginning, a long number also by its end.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import log
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models, router
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

Model = TypeVar("Model", bound=models.Model)

HAN = "\u3400-\u9fff\uf900-\ufaff"
_RUNS = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
_IS_HAN = re.compile(rf"[{HAN}]")
LONG_NUMBER, SHORTEST_END = 6, 4
LONGEST_RUN = 80
MOST_POSITIONS = 16_000
"""PostgreSQL tells no positions apart behind 16,383."""
RARE = 20_000
"""Fewer hits are looked up and sorted; of more, a list is read in its own order and each row judged by the hits."""
MOST_ASKED = 60
"""Words of a text that are asked for where rows near to it are sought."""
MOST_TOLD = 30
"""The rarest of them that are compared: the others say little."""
COUNTED = 5_000
"""Rows with a word are counted so far: beyond it the word is common."""


@dataclass(frozen=True)
class Near:
    """The rows nearest to a text, each with the share of its weight that they hold; the weight of each word.

    Words that no row has weigh nothing.
    """

    hits: list[tuple[int, float]] = field(default_factory=list)
    weights: Mapping[str, float] = field(default_factory=dict)

    def share(self, text: str) -> float:
        """How much of the weight this text holds."""
        held = set(words(text))
        return sum(weight for word, weight in self.weights.items() if word in held) / sum(self.weights.values())


def words(text: str) -> Iterator[str]:
    """What the text is found by, in its order."""
    for run in _runs(text):
        if _IS_HAN.match(run):
            yield from (one + other for one, other in pairwise(run))
            yield run[-1]
        else:
            yield run
            if run.isdecimal() and len(run) >= LONG_NUMBER:
                yield from (run[start:] for start in range(1, len(run) - SHORTEST_END + 1))


def _runs(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).lower()
    return [run if _IS_HAN.match(run) else run[:LONGEST_RUN] for run in _RUNS.findall(plain)]


class TextIndex:
    """The words of a model's rows, in the table `name` beside the model's own (`create` makes it, in a migration)."""

    def __init__(self, name: str) -> None:
        self.name = name

    def create(self, connection: Any) -> None:
        """Make the empty table."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f"CREATE TABLE {self.name} (row_id bigint PRIMARY KEY, words tsvector NOT NULL)")
                cursor.execute(f"CREATE INDEX {self.name}_words ON {self.name} USING gin (words)")
            else:
                cursor.execute(f"CREATE VIRTUAL TABLE {self.name} USING fts5(words, tokenize='unicode61')")

    def drop(self, connection: Any) -> None:
        """Take the table away."""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {self.name}")

    def put(self, texts: Iterable[tuple[int, str]]) -> None:
        """Make the rows of these keys found by these texts, and by nothing that they had before."""
        connection = connections[router.db_for_write(models.Model)]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.executemany(
                    f"INSERT INTO {self.name} (row_id, words) VALUES (%s, %s::tsvector) "  # noqa: S608 (own name)
                    "ON CONFLICT (row_id) DO UPDATE SET words = excluded.words",
                    [(key, _vector(text)) for key, text in texts],
                )
            else:
                cursor.executemany(
                    f"INSERT OR REPLACE INTO {self.name} (rowid, words) VALUES (%s, %s)",  # noqa: S608 (own name)
                    [(key, " ".join(words(text))) for key, text in texts],
                )

    def search(self, rows: QuerySet[Model], text: str) -> QuerySet[Model]:
        """Those that hold every word of the text; none for a text without any word."""
        runs = _runs(text)
        if not runs:
            return rows.none()
        connection = connections[rows.db]
        on_postgresql = connection.vendor == "postgresql"
        query = (_postgresql_query if on_postgresql else _sqlite_query)(runs)
        key, hits = ("row_id", "words @@ %s::tsquery") if on_postgresql else ("rowid", f"{self.name} MATCH %s")
        found = f"SELECT {key} FROM {self.name} WHERE {hits}"  # noqa: S608 (own names)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({found} LIMIT {RARE}) AS hits", [query])  # noqa: S608 (own names)
            is_rare = cursor.fetchone()[0] < RARE
        if is_rare:
            return rows.filter(pk__in=RawSQL(found, [query]))  # noqa: S611 (the query is a parameter)
        own = f'"{rows.model._meta.db_table}"."{rows.model._meta.pk.column}"'
        # Inside an expression neither database looks the hits up: they stay a list, by which the rows are judged.
        listed = f"({own} IN ({found})) IS TRUE"
        return rows.filter(RawSQL(listed, [query], output_field=models.BooleanField()))  # noqa: S611

    def nearest(self, rows: QuerySet[Model], text: str, most: int) -> Near:
        """The rows that hold the most of the text's words, best first, in two queries whatever the table holds.

        A word weighs the more the fewer rows have it. Only the index is read, no row's words.
        """
        asked = list(dict.fromkeys(_asked(text)))[:MOST_ASKED]
        if not asked:
            return Near()
        connection = connections[rows.db]
        counts, total = self._counts(connection, asked)
        told = sorted((word for word in asked if counts[word]), key=lambda word: counts[word])[:MOST_TOLD]
        weights = {word: log(1 + total / counts[word]) for word in told}
        if not told:
            return Near()
        key, hits = self._having(connection)
        parts = " UNION ALL ".join(f"SELECT {key} AS hit, %s AS weight FROM {self.name} WHERE {hits}" for _ in told)  # noqa: S608
        try:
            among, bounds = rows.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            return Near()
        # By the sign SQLite judges the hits by the rows; else it asks the index anew for every row.
        query = (
            f"SELECT hit, sum(weight) FROM ({parts}) AS hits WHERE +hit IN ({among}) "  # noqa: S608 (own names)
            "GROUP BY hit ORDER BY sum(weight) DESC, hit DESC LIMIT %s"
        )
        given = [value for word in told for value in (weights[word], _whole(connection, word))]
        whole = sum(weights.values())
        with connection.cursor() as cursor:
            cursor.execute(query, [*given, *bounds, most])
            return Near([(found, float(weight) / whole) for found, weight in cursor.fetchall()], weights)

    def _counts(self, connection: Any, asked: list[str]) -> tuple[dict[str, int], int]:
        """In how many rows each word stands, as far as it is counted, and how many rows there are; in one query."""
        key, hits = self._having(connection)
        one = f"(SELECT count(*) FROM (SELECT {key} FROM {self.name} WHERE {hits} LIMIT {COUNTED}) AS hits)"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT (SELECT count(*) FROM {self.name}), {', '.join(one for _ in asked)}",  # noqa: S608 (own name)
                [_whole(connection, word) for word in asked],
            )
            total, *counts = cursor.fetchone()
        return dict(zip(asked, counts, strict=True)), total

    def _having(self, connection: Any) -> tuple[str, str]:
        """The key of a row, and the condition that it holds a word."""
        if connection.vendor == "postgresql":
            return "row_id", "words @@ %s::tsquery"
        return "rowid", f"{self.name} MATCH %s"


def _asked(text: str) -> Iterator[str]:
    """The words of a text as they are compared: of Chinese every two characters, no end of a number."""
    for run in _runs(text):
        yield from (one + other for one, other in pairwise(run)) if _is_phrase(run) else (run,)


def _whole(connection: Any, word: str) -> str:
    """The query for one word and nothing that begins with it."""
    return f"'{word}'" if connection.vendor == "postgresql" else f'"{word}"'


def _vector(text: str) -> str:
    """The words with their places as PostgreSQL reads a tsvector."""
    return " ".join(f"'{word}':{min(place, MOST_POSITIONS)}" for place, word in enumerate(words(text), 1))


def _sqlite_query(runs: list[str]) -> str:
    return " AND ".join(_phrase(run, " ") if _is_phrase(run) else f'"{run}"*' for run in runs)


def _phrase(run: str, between: str) -> str:
    return '"' + between.join(one + other for one, other in pairwise(run)) + '"'


def _postgresql_query(runs: list[str]) -> str:
    return " & ".join(
        "(" + " <-> ".join(f"'{one}{other}'" for one, other in pairwise(run)) + ")" if _is_phrase(run) else f"'{run}':*"
        for run in runs
    )


def _is_phrase(run: str) -> bool:
    return len(run) > 1 and bool(_IS_HAN.match(run))
