"""The tabs of a contract's page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kangwei.contracts.models import Clause
from kangwei.core.contracts import SECTIONS, TABS, SectionTable, section_table


@dataclass(frozen=True)
class ClauseRow:
    """A clause on its page: name, the long facts below it, and a cell for every further column."""

    clause: Clause
    name: str
    facts: tuple[tuple[str, str], ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class SectionCard:
    """One section of a tab: its name, its whole table for an export, and headers and rows as a page shows them."""

    label: str
    table: SectionTable
    headers: tuple[str, ...]
    rows: tuple[ClauseRow, ...]


@dataclass(frozen=True)
class DutyRow:
    """A duty on the contract's page: its cadence, and what else is said of it."""

    clause: Clause
    cadence: str
    facts: tuple[tuple[str, str], ...]


_BESIDE = frozenset({"义务", "频次", "活动", "方式", "佐证"})


def duty_rows(clauses: Sequence[Clause]) -> list[DutyRow]:
    """The duties of a contract with their facts, in the order of the file."""
    table = section_table("duty", [clause.data for clause in clauses])
    rows = [dict(zip((column.label for column in table.columns), cells, strict=True)) for cells in table.rows]
    return [
        DutyRow(
            clause, row["频次"], tuple((label, text) for label, text in row.items() if text and label not in _BESIDE)
        )
        for clause, row in zip(clauses, rows, strict=True)
    ]


def section_cards(sections: Mapping[str, Sequence[Clause]], tab: str) -> list[SectionCard]:
    """The sections of a tab that hold anything, in the order of the tab."""
    return [_card(section, sections[section]) for section in TABS[tab][1] if sections.get(section)]


def _card(section: str, clauses: Sequence[Clause]) -> SectionCard:
    table = section_table(section, [clause.data for clause in clauses])
    first = next(number for number, column in enumerate(table.columns) if column.main)
    beside = [number for number, column in enumerate(table.columns) if not column.long and number != first]
    below = [number for number, column in enumerate(table.columns) if column.long]
    rows = tuple(
        ClauseRow(
            clause,
            cells[first],
            tuple((table.columns[number].label, cells[number]) for number in below if cells[number]),
            tuple(cells[number] for number in beside),
        )
        for clause, cells in zip(clauses, table.rows, strict=True)
    )
    headers = tuple(table.columns[number].label for number in (first, *beside))
    return SectionCard(SECTIONS[section], table, headers, rows)
