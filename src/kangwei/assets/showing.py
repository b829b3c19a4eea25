"""How assets read on pages: their values, what happened to them, how they hang together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from kangwei.assets import queries
from kangwei.assets.enums import SYSTEM, RelationKind
from kangwei.assets.models import Asset, AssetEvent, Relation
from kangwei.base.audit import Event
from kangwei.core.ledgers import Attribute, Kind

LISTED = ("number", "name", "serial_number", "state", "system", "place", "custodian")
# What changes that is no field of the kind.
OTHER_LABELS = {"maintainer": "运维单位"}
# How a relation reads from its other end.
REVERSED = {
    RelationKind.RUNS_ON: "承载",
    RelationKind.DEPENDS_ON: "支撑",
    RelationKind.CONNECTS_TO: "被连接",
    RelationKind.BACKS_UP_TO: "存有备份",
    RelationKind.PART_OF: "包含",
    RelationKind.OWNED_BY: "拥有",
}
_TONE_OF_ACTION = {"send_to_repair": "warn", "lend": "warn", "return_from_repair": "ok", "take_back": "ok"}


@dataclass(frozen=True)
class Fact:
    """One field of an asset with its value in words."""

    label: str
    value: str
    long: bool


def columns(kind: Kind) -> list[Attribute]:
    """The fields that are columns of a list of a kind."""
    common = [kind.field(name) for name in LISTED if name != "serial_number" or kind.id != SYSTEM]
    return common + [attribute for attribute in kind.attributes if attribute.listed]


def facts(asset: Asset, kind: Kind) -> tuple[list[Fact], list[str]]:
    """The fields that are filled in, and the labels of the others; the state stands elsewhere."""
    values = queries.values_of(asset)
    filled, empty = [], []
    for attribute in kind.fields:
        shown = attribute.shown(values.get(attribute.id))
        if attribute.id == "state":
            continue
        if shown:
            filled.append(Fact(attribute.label, shown, attribute.type == "long" or len(shown) > 60))
        else:
            empty.append(attribute.label)
    return filled, empty


def exported(asset: Asset, kind: Kind) -> list[Any]:
    """Every field as a ledger has it, so that the file can be imported again: numbers as numbers, without units."""
    values = queries.values_of(asset)
    return [_cell(attribute, values.get(attribute.id)) for attribute in kind.fields]


def _cell(attribute: Attribute, value: Any) -> Any:
    if value not in (None, "") and attribute.type == "integer":
        return int(value)
    if value not in (None, "") and attribute.type == "decimal":
        return Decimal(str(value))
    return attribute.shown(value)


def timeline(events: Iterable[AssetEvent], kind: Kind) -> list[Event]:
    """Events in words, each change as before → after."""
    return [
        Event(event.at, event.by, event.label, "\n".join(_details(event, kind)), _TONE_OF_ACTION.get(event.action, ""))
        for event in events
    ]


def _details(event: AssetEvent, kind: Kind) -> list[str]:
    fields = {attribute.id: attribute for attribute in kind.fields}
    lines = []
    for name, (before, after) in event.changes.items():
        attribute = fields.get(name)
        label = attribute.label if attribute else OTHER_LABELS.get(name, name)
        old, new = (attribute.shown(value) if attribute else str(value or "") for value in (before, after))
        lines.append(f"{label}：{old or '空'} → {new or '空'}")
    if event.note:
        lines.append(event.note)
    if event.approved_by:
        lines.append(f"批准人：{event.approved_by}")
    return lines


@dataclass(frozen=True)
class Tie:
    """A relation as it reads from one of its ends."""

    relation: Relation
    word: str
    other: Asset


def ties(asset: Asset, relations: Sequence[Relation]) -> list[Tie]:
    """The relations of an asset: what it stands on first, then what stands on it."""
    outgoing = [Tie(row, row.get_kind_display(), row.target) for row in relations if row.source_id == asset.pk]
    incoming = [
        Tie(row, REVERSED[RelationKind(row.kind)], row.source) for row in relations if row.source_id != asset.pk
    ]
    return outgoing + incoming


def expiry_tone(expires_on: date, today: date, days: int) -> str:
    """bad from the day after, warn within the days of the reminder, ok before."""
    left = (expires_on - today).days
    return "bad" if left < 0 else "warn" if left <= days else "ok"


def expiry_text(expires_on: date, today: date) -> str:
    """How long until a day, or since."""
    left = (expires_on - today).days
    return f"已过期 {-left} 天" if left < 0 else "今天到期" if left == 0 else f"还有 {left} 天"
