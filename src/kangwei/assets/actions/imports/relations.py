"""The rows of a ledger of relations: what each would do, and doing it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Max, QuerySet

from kangwei.assets import queries
from kangwei.assets.actions.imports.faults import Headings, RowError
from kangwei.assets.actions.relating import ONE_WAY
from kangwei.assets.enums import AssetState, RelationKind
from kangwei.assets.models import Asset, ImportBatch, Relation
from kangwei.base.audit import Actor
from kangwei.core.ledgers import BadRow, JsonValue, LedgerRow

Edge = tuple[int, str, int]
_MOST_NAMED = 5


@dataclass
class PlannedRelation:
    """A row and the relation that it names."""

    row: LedgerRow
    edge: Edge


@dataclass
class RelationPlan:
    """What some rows come to; a relation that is there already stays as it is."""

    created: list[PlannedRelation] = field(default_factory=list)
    updated: list[PlannedRelation] = field(default_factory=list)
    unchanged: list[PlannedRelation] = field(default_factory=list)
    refused: list[BadRow] = field(default_factory=list)


class RelationRows:
    """Plans rows one after the other: each sees what those before it did."""

    def __init__(self, batch: ImportBatch, headings: Headings) -> None:
        self._batch, self._headings = batch, headings
        self._by_number: dict[str, int] = {}
        self._by_name: defaultdict[str, list[int]] = defaultdict(list)
        self._name_of: dict[int, str] = {}
        self._number_of: dict[int, str] = {}
        self._read_assets()
        self._state = (0, 0)
        self._edges: set[Edge] = set()
        self._onward: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
        self.catch_up()

    def catch_up(self) -> None:
        """See what others changed since."""
        state = self._stored_state()
        if state == self._state:
            return
        self._state = state
        self._edges.clear()
        self._onward.clear()
        for edge in self._relations().values_list("source", "kind", "target").iterator(2000):
            self._put(edge)

    def plan(self, rows: Sequence[LedgerRow], now: datetime, *, lock: bool) -> RelationPlan:
        """What these rows come to. `lock` asks for nothing more: the caller holds the owner."""
        del now, lock
        plan = RelationPlan()
        for row in rows:
            try:
                edge = self._judge(row)
            except RowError as fault:
                plan.refused.append(self._headings.refusal(row.number, fault))
                continue
            (plan.unchanged if edge in self._edges else plan.created).append(PlannedRelation(row, edge))
            self._put(edge)
        return plan

    def save(self, plan: RelationPlan, actor: Actor, now: datetime) -> None:
        """Store what was planned, inside the caller's transaction."""
        del actor, now  # the entry of the whole import in the audit trail names both
        Relation.objects.bulk_create(
            Relation(source_id=planned.edge[0], kind=planned.edge[1], target_id=planned.edge[2])
            for planned in plan.created
        )
        self._state = self._stored_state()

    def _relations(self) -> QuerySet[Relation]:
        return Relation.objects.filter(source__owner=self._batch.owner).order_by()

    def _stored_state(self) -> tuple[int, int]:
        found = self._relations().aggregate(last=Max("pk"), count=Count("pk"))
        return found["last"] or 0, found["count"]

    def _read_assets(self) -> None:
        rows = Asset.objects.filter(owner=self._batch.owner).order_by("number")
        if self._batch.maintainer:
            rows = rows.filter(queries.party_scope(self._batch.maintainer))
        for pk, number, name, state in rows.values_list("pk", "number", "name", "state").iterator(2000):
            self._by_number[number] = pk
            self._number_of[pk], self._name_of[pk] = number, name
            if state != AssetState.SCRAPPED:
                self._by_name[name].append(pk)

    def _judge(self, row: LedgerRow) -> Edge:
        source = self._asset("source", row.values["source"])
        target = self._asset("target", row.values["target"])
        kind = RelationKind(str(row.values["kind"]))
        if source == target:
            raise RowError("target", "不能与自身建立关系")
        if kind in ONE_WAY and self._reaches(target, kind, source):
            told = f"「{self._name_of[target]}」已经（间接）{kind.label}「{self._name_of[source]}」，会形成循环"
            raise RowError("target", told)
        return source, str(kind), target

    def _asset(self, field_id: str, value: JsonValue) -> int:
        """The asset with this number, else the one with this name; RowError for none or several."""
        text = str(value)
        if text in self._by_number:
            return self._by_number[text]
        found = self._by_name.get(text, [])
        if not found:
            raise RowError(field_id, f"没有编号或名称为「{text}」的资产")
        if len(found) > 1:
            shown = "、".join(self._number_of[pk] for pk in found[:_MOST_NAMED])
            more = "等" if len(found) > _MOST_NAMED else ""
            raise RowError(field_id, f"有 {len(found)} 项资产名为「{text}」：{shown}{more}，请写资产编号")
        return found[0]

    def _reaches(self, start: int, kind: RelationKind, wanted: int) -> bool:
        """Whether the start has this relation to the wanted asset, directly or through others."""
        found, frontier = {start}, [start]
        while frontier:
            for following in self._onward.get((str(kind), frontier.pop()), ()):
                if following == wanted:
                    return True
                if following not in found:
                    found.add(following)
                    frontier.append(following)
        return False

    def _put(self, edge: Edge) -> None:
        source, kind, target = edge
        self._edges.add(edge)
        self._onward[str(kind), source].add(target)
