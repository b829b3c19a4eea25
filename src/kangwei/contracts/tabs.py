"""The tabs of a contract's page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kangwei.contracts.models import Clause
from kangwei.core.contracts import SECTIONS, TABS, section_table


@dataclass(frozen=True)
class SectionCard:
    """One section of a tab: its name, the headers of its table, and each row with the clause that it reads from."""

    label: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Clause, tuple[str, ...]], ...]


def section_cards(sections: Mapping[str, Sequence[Clause]], tab: str) -> list[SectionCard]:
    """The sections of a tab that hold anything, in the order of the tab."""
    cards = []
    for section in TABS[tab][1]:
        clauses = sections.get(section, ())
        if clauses:
            table = section_table(section, [clause.data for clause in clauses])
            cards.append(SectionCard(SECTIONS[section], table.headers, tuple(zip(clauses, table.rows, strict=True))))
    return cards
