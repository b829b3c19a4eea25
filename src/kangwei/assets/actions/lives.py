"""An asset's life: repair, lending, scrapping, and the operations of its kind."""

from datetime import datetime
from typing import Any

from django.db import transaction

from kangwei.assets import queries
from kangwei.assets.actions.registering import check_state, check_unique, hold_register, locked, save
from kangwei.assets.actions.values import fill
from kangwei.assets.enums import AssetState
from kangwei.assets.models import Asset, Repair
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import Duration, StatutoryCalendar, due, due_is_estimated


@transaction.atomic
def send_to_repair(
    *, asset: Asset, fault: str, vendor: str, limit: Duration | None, calendar: StatutoryCalendar, actor: Actor,
    now: datetime,
) -> Repair:  # fmt: skip
    """Send an asset to repair; `limit` makes it due, in working days by the calendar. ActionError where it is there."""
    asset = _in_state(asset, "送修", AssetState.IN_USE, AssetState.SPARE)
    repair = Repair.objects.create(
        asset=asset, sent_at=now, limit=str(limit or ""), fault=fault, vendor=vendor,
        due_at=due(now, limit, calendar) if limit else None,
        estimated=due_is_estimated(now, limit, calendar) if limit else False,
        calendar_version=calendar.version if limit else "",
    )  # fmt: skip
    _become(asset, AssetState.REPAIR, "送修", action="assets.send_to_repair", actor=actor, now=now, note=fault)
    return repair


@transaction.atomic
def return_from_repair(*, asset: Asset, result: str, state: AssetState, actor: Actor, now: datetime) -> Repair:
    """Take an asset back from repair, in use or spare: scrapping has its own approval. ActionError if it is in none."""
    asset = _in_state(asset, "修复返回", AssetState.REPAIR)
    if state not in (AssetState.IN_USE, AssetState.SPARE):
        raise ActionError("修复返回后应为在用或备用；不能修复的，返回后另行报废", field="state")
    repair = Repair.objects.select_for_update().filter(asset=asset, returned_at=None).first()
    if repair is None:
        raise ActionError("没有未结束的送修记录，请在修改中改正状态")
    repair.returned_at, repair.result = now, result
    repair.save(update_fields=["returned_at", "result"])
    _become(asset, state, "修复返回", action="assets.return_from_repair", actor=actor, now=now, note=result)
    return repair


@transaction.atomic
def lend(*, asset: Asset, borrower: str, note: str, actor: Actor, now: datetime) -> None:
    """Lend an asset to somebody, who becomes its custodian."""
    asset = _in_state(asset, "借出", AssetState.IN_USE, AssetState.SPARE)
    _become(asset, AssetState.LENT, "借出", action="assets.lend", actor=actor, now=now, note=note, custodian=borrower)


@transaction.atomic
def take_back(*, asset: Asset, custodian: str, note: str, actor: Actor, now: datetime) -> None:
    """Take a lent asset back as a spare."""
    asset = _in_state(asset, "归还", AssetState.LENT)
    _become(
        asset, AssetState.SPARE, "归还", action="assets.take_back", actor=actor, now=now, note=note, custodian=custodian
    )


@transaction.atomic
def scrap(*, asset: Asset, reason: str, approved_by: str, actor: Actor, now: datetime) -> None:
    """Take an asset out of service for good; only its number is kept from use."""
    asset = _in_state(asset, "报废", AssetState.IN_USE, AssetState.SPARE, AssetState.LENT)
    _become(
        asset,
        AssetState.SCRAPPED,
        "报废",
        action="assets.scrap",
        actor=actor,
        now=now,
        note=reason,
        approved_by=approved_by,
    )


@transaction.atomic
def operate(
    *, asset: Asset, operation: str, values: dict[str, Any], approved_by: str, note: str, actor: Actor, now: datetime
) -> None:
    """Carry out an operation of the asset's kind, such as renewing a certificate, with the fields it sets.

    ActionError for an operation that the kind does not have, fields that it does not set, a missing approval.
    """
    hold_register(asset.owner)
    asset = locked(asset)
    kind = queries.kinds()[asset.kind]
    what = next((item for item in kind.operations if item.id == operation), None)
    if what is None:
        raise ActionError(f"{kind.name}没有「{operation}」这项操作")
    if asset.state == AssetState.SCRAPPED:
        raise ActionError(f"「{asset}」已报废")
    if unknown := values.keys() - set(what.sets):
        raise ActionError(f"{what.label}不改变：{'、'.join(sorted(unknown))}")
    if what.approval and not approved_by:
        raise ActionError(f"{what.label}须写明批准人", field="approved_by")
    check_state(asset, what.state)
    changes = fill(asset, kind, values | ({"state": what.state} if what.state else {}), asset.system)
    check_unique(asset, kind)
    save(asset, what.label, changes, action="assets.operate", actor=actor, now=now, note=note, approved_by=approved_by)


def _in_state(asset: Asset, what: str, *states: AssetState) -> Asset:
    """The asset, locked; ActionError where it is in none of these states."""
    asset = locked(asset)
    if asset.state not in states:
        raise ActionError(f"「{asset}」现为{asset.get_state_display()}，不能{what}")
    return asset


def _become(
    asset: Asset, state: AssetState, label: str, *, action: str, actor: Actor, now: datetime, note: str = "",
    approved_by: str = "", custodian: str | None = None,
) -> None:  # fmt: skip
    values = {"state": state} | ({"custodian": custodian} if custodian is not None else {})
    changes = fill(asset, queries.kinds()[asset.kind], values, asset.system)
    save(asset, label, changes, action=action, actor=actor, now=now, note=note, approved_by=approved_by)
