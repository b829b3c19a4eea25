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
