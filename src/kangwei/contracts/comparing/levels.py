"""Service levels: a row a contract, a column a clock."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from kangwei.contracts.models import Clause, Contract
from kangwei.core.calendars import Duration
from kangwei.core.contracts.ranking import tightness
from kangwei.core.contracts.wording import CLOCKS, COLUMNS, TICKETS, condition_words, conditions, limit

SCARCE = 4
PERIODS = {"working": "工作时间", "off": "非工作时间"}


@dataclass(frozen=True)
class Limit:
    """One limit: what it holds for beyond what its whole cell does, and how that reads in full."""

    clause: Clause
    conditions: tuple[str, ...]
    full: str


@dataclass(frozen=True)
class Cell:
    """The limits of a contract on one clock: what all of them hold for, then span by span, tightest first.

    `scarce` is a cell of a column that holds so few limits that it may be narrow.
    """

    common: tuple[str, ...]
    spans: tuple[tuple[str, tuple[Limit, ...]], ...]
    scarce: bool


@dataclass(frozen=True)
class LevelRow:
    """A contract with its limits clock by clock, in the order of CLOCKS."""

    contract: Contract
    clocks: tuple[Cell, ...]


def options(levels: Sequence[Clause]) -> dict[str, list[tuple[str, str]]]:
    """What can be filtered by: condition → (value, word) of every value that a level asks for."""
    kinds = set(_values(levels, "kind"))
    return {
        "period": list(PERIODS.items()),
        "severity": [(value, value) for value in _values(levels, "severity")],
        "place": [(value, value) for value in _values(levels, "place")],
        "kind": [(kind, label) for kind, label in TICKETS.items() if kind in kinds],
    }


def _values(levels: Sequence[Clause], condition: str) -> list[str]:
    found = (level.data.get("when", {}).get(condition) for level in levels)
    return list(dict.fromkeys(value for value in found if value))


def applying(levels: Sequence[Clause], wanted: Mapping[str, str]) -> list[Clause]:
    """The levels that hold for a ticket of these conditions: a level without a condition holds for every ticket."""
    return [
        level
        for level in levels
        if all(level.data.get("when", {}).get(name, value) == value for name, value in wanted.items())
    ]


def level_rows(contracts: Sequence[Contract], levels: Sequence[Clause]) -> list[LevelRow]:
    """The matrix: every contract, also one that sets no limit at all."""
    own = {contract.pk for contract in contracts}
    cells: dict[tuple[int, str], list[Clause]] = defaultdict(list)
    counted: Counter[str] = Counter()
    for level in sorted(levels, key=_tightness):
        if level.contract_id in own:
            cells[level.contract_id, level.data["clock"]].append(level)
            counted[level.data["clock"]] += 1
    return [
        LevelRow(
            contract,
            tuple(_cell(cells.get((contract.pk, clock), []), scarce=counted[clock] < SCARCE) for clock in CLOCKS),
        )
        for contract in contracts
    ]


def _tightness(level: Clause) -> float:
    return tightness(level.data["limit"])


def _cell(levels: Sequence[Clause], *, scarce: bool) -> Cell:
    phrases = [_phrases(level.data) for level in levels]
    # What every limit of the cell says is said once; a single limit says it itself.
    common = [phrase for phrase in phrases[0] if all(phrase in own for own in phrases)] if len(levels) > 1 else []
    limits = [
        (_span(level), Limit(level, tuple(phrase for phrase in own if phrase not in common), _full(level.data)))
        for level, own in zip(levels, phrases, strict=True)
    ]
    spans = groupby(limits, key=lambda pair: pair[0])
    return Cell(tuple(common), tuple((span, tuple(item for _, item in pairs)) for span, pairs in spans), scarce)


def _span(level: Clause) -> str:
    return Duration.parse(level.data["limit"]).label


def _phrases(data: dict[str, Any]) -> list[str]:
    counted = limit(data).split("，")[1:]
    after = [f"超时升级为{data['upgrades_to']}"] if data.get("upgrades_to") else []
    return [*condition_words(data.get("when", {})).values(), *counted, *after]


def _full(data: dict[str, Any]) -> str:
    facts = (conditions(data.get("when", {})), *limit(data).split("，")[1:], data.get("note", ""))
    return "；".join(fact for fact in facts if fact)


EXPORT_HEADERS = ("合同编号", "合同", *(column.label for column in COLUMNS["service-level"]), "出处")


def exported(levels: Sequence[Clause]) -> list[tuple[str, ...]]:
    """A row a limit, in the order of the matrix."""
    clocks = list(CLOCKS)
    rows = sorted(levels, key=lambda row: (row.contract.code, clocks.index(row.data["clock"]), _tightness(row)))
    return [
        (
            row.contract.code, row.contract.title,
            *(column.read(row.data) for column in COLUMNS["service-level"]), row.cite,
        )
        for row in rows
    ]  # fmt: skip
