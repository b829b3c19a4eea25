"""Which column of a ledger is which field."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence

from kangwei.core.ledgers.kinds import Attribute, Kind

ROW_NUMBER = "原行号"
REASON = "错误原因"
"""The columns that `faulty_workbook` adds; they are never a field."""

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕")
_NEAR = 0.5
"""How much of a clerk's heading a known one has to be to be taken for the same."""


def guess_mapping(headers: Sequence[str], kind: Kind) -> dict[str, int]:
    """Field id → column (from 0), as far as the headings tell; every column and every field at most once.

    Blanks, punctuation, brackets, width and case do not count. Equal headings win over those that hold a known one.
    One that is only part of a known one, such as 名称 of 系统名称, is nobody's.
    """
    # The kind's own fields first: 单位 is the unit of a certificate before it is the one that uses an asset.
    own = {attribute.id for attribute in kind.attributes}
    fields = sorted(kind.fields, key=lambda field: field.id not in own)
    names = {field.id: _names(field) for field in fields}
    left = {column: normal(header) for column, header in enumerate(headers) if header not in (ROW_NUMBER, REASON)}
    mapping: dict[str, int] = {}
    for field, column in [*_equal(left, names), *_containing(left, names)]:
        if field not in mapping and column in left:
            mapping[field] = column
            del left[column]
    return mapping


def signature(headers: Sequence[str]) -> str:
    """A hash (64 hex digits) by which the mapping of a ledger is remembered: the same headings in the same order."""
    return hashlib.sha256("\n".join(normal(header) for header in headers).encode()).hexdigest()


def normal(heading: str) -> str:
    """What of a heading counts: letters, digits and characters, half-width, in lower case, without brackets."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", heading).casefold())
    outside = _BRACKETED.sub("", text)
    return _letters(outside) or _letters(text)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def _names(field: Attribute) -> list[str]:
    """The headings of a field, without repetition, the label first."""
    return list(dict.fromkeys(normal(name) for name in (field.label, *field.headings)))


def _equal(left: dict[int, str], names: dict[str, list[str]]) -> Iterator[tuple[str, int]]:
    """Fields and columns whose headings are equal, in the order of the fields and of what they are called."""
    by_heading = {heading: column for column, heading in reversed(left.items()) if heading}
    for field, those in names.items():
        for name in those:
            if name in by_heading:
                yield field, by_heading[name]


def _containing(left: dict[int, str], names: dict[str, list[str]]) -> Iterator[tuple[str, int]]:
    """Fields and columns whose heading holds one of the field's, the nearest first."""
    found = []
    for field, those in names.items():
        for column, heading in left.items():
            nearness = max((_nearness(heading, name) for name in those), default=0.0)
            if nearness >= _NEAR:
                found.append((nearness, field, column))
    found.sort(key=lambda row: -row[0])
    for _, field, column in found:
        yield field, column


def _nearness(heading: str, name: str) -> float:
    return len(name) / len(heading) if len(name) > 1 and name in heading else 0.0
