"""The rows of a ledger of assets: what each would do to the register, and doing it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kangwei.assets.actions.imports.faults import Headings, RowError
from kangwei.assets.actions.imports.register import Register
from kangwei.assets.actions.values import Changes, event, fill
from kangwei.assets.enums import SYSTEM, AssetState
from kangwei.assets.models import Asset, AssetEvent, ImportBatch
from kangwei.base import numbers
from kangwei.base.audit import Actor
from kangwei.core.ledgers import BadRow, JsonValue, Kind, LedgerRow

STORED = (
    "number", "name", "serial_number", "state", "system", "place", "custodian", "institution", "in_use_since", "note",
    "attributes", "expires_on", "search", "updated_at",
)  # fmt: skip
_NEVER_EMPTIED = ("number", "state")


@dataclass
class PlannedAsset:
    """A row and the asset that it makes or changes; no changes where everything is there already."""

    row: LedgerRow
    asset: Asset
    values: dict[str, JsonValue]
    system: Asset | None
    is_new: bool
    changes: Changes = field(default_factory=dict)


@dataclass
class AssetPlan:
    """What some rows come to."""

    created: list[PlannedAsset] = field(default_factory=list)
    updated: list[PlannedAsset] = field(default_factory=list)
    unchanged: list[PlannedAsset] = field(default_factory=list)
    refused: list[BadRow] = field(default_factory=list)


class AssetRows:
    """Plans rows one after the other: each sees what those before it did."""

    def __init__(self, batch: ImportBatch, kind: Kind, headings: Headings, reserved: set[str]) -> None:
        self._batch, self._kind, self._headings, self._reserved = batch, kind, headings, reserved
        self._key = tuple(batch.key)
        self._register = Register(batch, kind)

    def catch_up(self) -> None:
        """See what others changed since."""
        self._register.catch_up()

    def plan(self, rows: Sequence[LedgerRow], now: datetime, *, lock: bool) -> AssetPlan:
        """What these rows come to; `lock` holds the assets until the transaction ends.

        New assets without a number get theirs when they are saved.
        """
        plan = AssetPlan()
        stored = self._stored(rows, lock=lock)
        judged = []
        for row in rows:
            try:
                judged.append(self._judge(row, stored, now))
            except RowError as fault:
                plan.refused.append(self._headings.refusal(row.number, fault))
        for planned in judged:
            if planned.is_new:
                plan.created.append(planned)
                continue
            planned.changes = fill(planned.asset, self._kind, planned.values, planned.system)
            (plan.updated if planned.changes else plan.unchanged).append(planned)
        return plan

    def save(self, plan: AssetPlan, actor: Actor, now: datetime) -> None:
        """Store what was planned, with an event for each asset, inside the caller's transaction."""
        self._give_numbers(plan.created)
        for planned in plan.created:
            fill(planned.asset, self._kind, planned.values, planned.system)
        for planned in plan.updated:
            planned.asset.updated_at = now
        # Changed ones first: a number that one of them gives up may go to a new one.
        updated = [planned.asset for planned in plan.updated]
        self._update([asset for asset in updated if _has_saved_system(asset)])
        self._create([planned.asset for planned in plan.created])
        self._update([asset for asset in updated if not _has_saved_system(asset)])
        words: list[tuple[str, Changes, PlannedAsset]] = [("导入登记", {}, planned) for planned in plan.created]
        words += [("导入修改", planned.changes, planned) for planned in plan.updated]
        events = [
            event(
                planned.asset, "import", label, changes, actor=actor, now=now, batch=self._batch,
                note=f"{self._batch.file_name} 第 {planned.row.number} 行",
            )
            for label, changes, planned in words
        ]  # fmt: skip
        AssetEvent.objects.bulk_create(events)

    def _stored(self, rows: Sequence[LedgerRow], *, lock: bool) -> dict[int, Asset]:
        """The assets that the rows are about."""
        ids = {pk for row in rows for pk in self._register.holders(self._key, self._key_of(row)) if pk > 0}
        found = Asset.objects.select_related("system").order_by("pk")
        return (found.select_for_update(of=("self",), no_key=True) if lock else found).in_bulk(ids)

    def _key_of(self, row: LedgerRow) -> tuple[JsonValue, ...]:
        return tuple(row.values[name] for name in self._key)

    def _judge(self, row: LedgerRow, stored: dict[int, Asset], now: datetime) -> PlannedAsset:
        """The row as far as the register takes it; RowError where it does not."""
        asset = self._matched(row, stored)
        values = self._given(row.values)
        _check_state(asset, values.get("state"))
        system = self._system(asset, values)
        asset_id = asset.pk if asset else -row.number
        self._check_number(asset_id, values.get("number"))
        keys = self._changed_keys(asset_id if asset else None, values)
        self._check_keys(asset_id, keys, values)
        is_new = asset is None
        asset = asset or self._new(now)
        for key, own in keys.items():
            self._register.put(asset_id, key, own)
        self._note(asset, asset_id, values)
        return PlannedAsset(row, asset, values, system, is_new)

    def _matched(self, row: LedgerRow, stored: dict[int, Asset]) -> Asset | None:
        found = self._register.holders(self._key, self._key_of(row))
        if not found:
            return None
        if len(found) > 1:
            told = f"已登记的资产中有 {len(found)} 项与此相同：{self._register.named(found)}，请先改正它们"
            raise RowError(self._key[0], told)
        if not self._register.is_visible(found[0]):
            raise RowError(self._key[0], f"{self._labels(self._key)}与此相同的资产不由贵单位运维，不能修改")
        return stored[found[0]]

    def _given(self, values: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """What the row says. An empty cell says nothing, or that the field is to be emptied, as was chosen."""
        kept = {name for name in values if name not in _NEVER_EMPTIED} if self._batch.blanks_clear else set()
        return {name: value for name, value in values.items() if value is not None or name in kept}

    def _system(self, asset: Asset | None, values: dict[str, JsonValue]) -> Asset | None:
        if "system" not in values:
            return asset.system if asset else None
        name = values["system"]
        if name is None:
            return None
        system = self._register.systems.get(str(name))
        if system is None:
            raise RowError("system", f"没有名为「{name}」的系统，请先登记")
        if asset is not None and system.pk == asset.pk:
            raise RowError("system", "所属系统不能是它自身")
        return system

    def _check_number(self, asset_id: int, number: JsonValue) -> None:
        holder = self._register.number_holder(str(number)) if number else None
        if holder is None or holder.asset_id == asset_id:
            return
        who = f"「{holder.name}」" if self._register.is_visible(holder.asset_id) else "其他资产"
        raise RowError("number", f"资产编号「{number}」已属于{who}，而这一行的{self._labels(self._key)}不是它的")

    def _changed_keys(self, asset_id: int | None, values: dict[str, JsonValue]) -> dict[tuple[str, ...], Any]:
        """What the asset will have in the fields that tell assets apart, where the row says something of them."""
        changed = {}
        for key in self._register.keys:
            before = self._register.values(asset_id, key) if asset_id else (None,) * len(key)
            if any(name in values for name in key):
                changed[key] = tuple(values.get(name, old) for name, old in zip(key, before, strict=True))
        return changed

    def _check_keys(self, asset_id: int, keys: dict[tuple[str, ...], Any], values: dict[str, JsonValue]) -> None:
        for key, own in keys.items():
            others = [pk for pk in self._register.holders(key, own) if pk != asset_id]
            if others:
                at = next(name for name in key if name in values)
                value = "、".join(str(part) for part in own)
                raise RowError(at, f"{self._labels(key)}「{value}」已属于 {self._register.named(others)}")

    def _new(self, now: datetime) -> Asset:
        batch = self._batch
        return Asset(
            owner=batch.owner, kind=batch.kind, maintainer=batch.maintainer, practice=batch.owner.practice,
            created_at=now, updated_at=now,
        )  # fmt: skip

    def _note(self, asset: Asset, asset_id: int, values: dict[str, JsonValue]) -> None:
        """Let the rows behind this one see it."""
        name = str(values.get("name") or asset.name)
        if values.get("number"):
            self._register.put_number(asset_id, str(values["number"]), name)
        if self._batch.kind == SYSTEM and name != asset.name:
            self._register.systems.pop(asset.name, None)
            self._register.systems.setdefault(name, asset)
        if asset.pk is None:
            asset.name = name

    def _labels(self, key: Sequence[str]) -> str:
        return "、".join(self._kind.field(name).label for name in key)

    def _give_numbers(self, created: Sequence[PlannedAsset]) -> None:
        """Numbers of the kind's series to those that came without; what somebody gave by hand is passed over."""
        waiting = [planned for planned in created if not planned.values.get("number")]
        while waiting:
            for number in numbers.next_numbers(f"asset:{self._kind.prefix}", len(waiting)):
                text = f"{self._kind.prefix}-{number:06d}"
                if text in self._reserved or self._register.number_holder(text):
                    continue
                planned = waiting.pop(0)
                planned.values["number"] = text
                self._register.put_number(-planned.row.number, text, str(planned.values["name"]))

    def _create(self, assets: list[Asset]) -> None:
        """Store new assets; one whose system is new as well comes behind it."""
        while assets:
            Asset.objects.bulk_create([asset for asset in assets if _has_saved_system(asset)])
            assets = [asset for asset in assets if asset.pk is None]

    def _update(self, assets: list[Asset]) -> None:
        Asset.objects.bulk_create(assets, update_conflicts=True, unique_fields=["id"], update_fields=STORED)


def _has_saved_system(asset: Asset) -> bool:
    return asset.system is None or asset.system.pk is not None


def reserved_numbers(rows: Sequence[LedgerRow]) -> set[str]:
    """The numbers that rows of a ledger bring themselves."""
    return {str(row.values["number"]) for row in rows if row.values.get("number")}


def _check_state(asset: Asset | None, wanted: JsonValue) -> None:
    """RowError where an import may not lead to the state: repair has its own action, and scrapped is for good."""
    if wanted is None or (asset and asset.state == wanted):
        return
    if asset and asset.state == AssetState.REPAIR:
        raise RowError("state", "资产正在维修，请在资产页办理「修复返回」后再改状态")
    if asset and asset.state == AssetState.SCRAPPED:
        raise RowError("state", f"资产已报废，不能再改为{AssetState(str(wanted)).label}")
    if wanted == AssetState.REPAIR:
        raise RowError("state", "台账不能改为维修：送修有时限，请在资产页办理「送修」")
