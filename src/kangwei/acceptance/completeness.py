"""Which documents an acceptance asks for and how each of them stands: arithmetic on plain rows.

A document counts for an item by the name that its evidence bears. So an occurrence that was done under another name
(a duty may produce several documents) leaves this item's document missing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from kangwei.acceptance.enums import ItemKind, ItemState

if TYPE_CHECKING:
    from kangwei.contracts.models import Clause

UNGROUPED = "验收文档"


@dataclass(frozen=True)
class AcceptanceItem:
    """验收项: one document that the acceptance asks for.

    `no` is group and place in it, "02-07". `names` are all the names that it goes by, `duties` the ids of the
    scheduled duty clauses that produce it.
    """

    no: str
    group_no: str
    group: str
    name: str
    cite: str
    kind: ItemKind
    names: frozenset[str]
    duties: tuple[int, ...]


class Demand(NamedTuple):
    """One document that is owed: by an occurrence, or (no occurrence) once by the end of the term."""

    occurrence_id: int | None
    duty_id: int | None
    target: str
    label: str
    due_at: datetime


class Filed(NamedTuple):
    """Evidence that stands, with the name and the document it bears."""

    evidence_id: int
    occurrence_id: int | None
    deliverable: str
    recorded_at: datetime
    document_id: int


@dataclass(frozen=True)
class Figures:
    """How many of one item: in the whole term, due by now, filed, due and not filed, filed after their due time, and
    not due yet and not filed."""

    total: int
    owed: int
    present: int
    missing: int
    late: int
    pending: int

    @property
    def settled(self) -> int:
        """Owed and not missing."""
        return self.owed - self.missing


@dataclass(frozen=True)
class AcceptanceLine:
    """An item with how it stands, and the rows behind each figure."""

    item: AcceptanceItem
    figures: Figures
    demands: Sequence[Demand]
    missing: Sequence[Demand]
    late: Sequence[Demand]
    pending: Sequence[Demand]
    filed: Sequence[Filed]

    @property
    def state(self) -> ItemState:
        return state_of(self.item.kind, self.figures)


@dataclass(frozen=True)
class Totals:
    """The figures of a whole list. A document that two items ask for counts in both: both must be shown."""

    lines: int
    on_demand: int
    complete: int
    owed: int
    present: int
    missing: int
    late: int
    pending: int

    @property
    def awaited(self) -> int:
        """Items that are not 按需: the contract asks for each of them in any case."""
        return self.lines - self.on_demand

    @property
    def settled(self) -> int:
        """Owed and not missing."""
        return self.owed - self.missing


def state_of(kind: ItemKind, figures: Figures) -> ItemState:
    """The one word for an item's figures."""
    if kind == ItemKind.ON_DEMAND:
        return ItemState.ON_DEMAND
    if figures.missing:
        return ItemState.PARTIAL if figures.present else ItemState.MISSING
    if figures.owed or (figures.total and not figures.pending):
        return ItemState.COMPLETE
    return ItemState.UPCOMING


def items_of(clauses: Iterable["Clause"]) -> list[AcceptanceItem]:
    """The items that a contract's clauses ask for, in the contract's order, group by group.

    A contract without an acceptance list owes its deliverables.
    """
    by_section: dict[str, list[Clause]] = defaultdict(list)
    for clause in clauses:
        by_section[clause.section].append(clause)
    deliverables = by_section["deliverable"]
    named = _by_name(deliverables)
    groups: dict[str, list[tuple[Clause, frozenset[str]]]] = defaultdict(list)
    for clause in by_section["acceptance"] or deliverables:
        wanted = clause.data.get("of") or clause.title
        deliverable = named.get(wanted, clause)
        names = frozenset({clause.title, wanted, deliverable.title, *deliverable.data.get("aliases", ())})
        groups[clause.data.get("group") or deliverable.data.get("group") or UNGROUPED].append((clause, names))
    return [
        _item(f"{number:02d}", group, f"{number:02d}-{place:02d}", clause, names, by_section["duty"])
        for number, (group, members) in enumerate(groups.items(), 1)
        for place, (clause, names) in enumerate(members, 1)
    ]


def assess(
    item: AcceptanceItem, demands: Sequence[Demand], filed: Sequence[Filed], last_due: datetime, now: datetime
) -> AcceptanceLine:
    """How an item stands.

    `demands` are those of the item's duties, waived ones left out; `filed` is what bears one of its names, in order of
    time. What no schedule asks for is owed once, due at `last_due` and missing until it is filed.
    """
    once = item.kind == ItemKind.ONCE
    if once:
        demands = [Demand(None, None, "", "", last_due)]
    first: dict[int | None, datetime] = {}
    for row in filed:
        first.setdefault(None if once else row.occurrence_id, row.recorded_at)
    owed = [row for row in demands if once or row.due_at <= now]
    open_rows = [row for row in demands if row.occurrence_id not in first]
    missing = [row for row in open_rows if once or row.due_at <= now]
    late = [row for row in demands if row.occurrence_id in first and first[row.occurrence_id] > row.due_at]
    pending = [row for row in open_rows if not once and row.due_at > now]
    figures = Figures(len(demands), len(owed), len(filed), len(missing), len(late), len(pending))
    return AcceptanceLine(item, figures, demands, missing, late, pending, filed)


def assess_all(
    items: Sequence[AcceptanceItem],
    demands: Mapping[int, Sequence[Demand]],
    filed: Iterable[Filed],
    last_due: datetime,
    now: datetime,
) -> tuple[AcceptanceLine, ...]:
    """Every item of a contract; `demands` by duty, all in order of time."""
    by_name: dict[str, list[Filed]] = defaultdict(list)
    for row in filed:
        by_name[row.deliverable].append(row)
    lines = []
    for item in items:
        own = sorted((row for duty in item.duties for row in demands.get(duty, ())), key=lambda row: row.due_at)
        bearing = sorted((row for name in item.names for row in by_name.get(name, ())), key=_moment)
        lines.append(assess(item, own, bearing, last_due, now))
    return tuple(lines)


def totals_of(figures: Iterable[tuple[ItemKind, Figures]]) -> Totals:
    """The sums over a list."""
    rows = list(figures)
    return Totals(
        lines=len(rows),
        on_demand=sum(kind == ItemKind.ON_DEMAND for kind, _ in rows),
        complete=sum(state_of(kind, row) == ItemState.COMPLETE for kind, row in rows),
        owed=sum(row.owed for _, row in rows),
        present=sum(row.present for _, row in rows),
        missing=sum(row.missing for _, row in rows),
        late=sum(row.late for _, row in rows),
        pending=sum(row.pending for _, row in rows),
    )


def _by_name(deliverables: Iterable["Clause"]) -> dict[str, "Clause"]:
    """Deliverables by name and alias; a name of its own goes before another's alias."""
    rows = list(deliverables)
    return {alias: row for row in rows for alias in row.data.get("aliases", ())} | {row.title: row for row in rows}


def _item(
    group_no: str, group: str, no: str, clause: "Clause", names: frozenset[str], duties: Iterable["Clause"]
) -> AcceptanceItem:
    producing = [duty for duty in duties if not names.isdisjoint(duty.data.get("produces", ()))]
    scheduled = tuple(duty.pk for duty in producing if duty.data["scheduled"])
    kind = ItemKind.ON_DEMAND if producing else ItemKind.ONCE
    if scheduled:
        kind = ItemKind.SCHEDULED
    return AcceptanceItem(no, group_no, group, clause.title, clause.cite, kind, names, scheduled)


def _moment(row: Filed) -> tuple[datetime, int]:
    return row.recorded_at, row.evidence_id
