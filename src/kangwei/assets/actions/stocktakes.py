"""Stock-takes: opening, counting by many people at once, closing.

Whoever changes a line holds the row of its stock-take, so that nothing is counted behind its close.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, QuerySet

from kangwei.assets import queries
from kangwei.assets.actions.registering import hold_assets, locked, move
from kangwei.assets.actions.stocktake_sheets import archive_sheet
from kangwei.assets.enums import AssetState, CountState
from kangwei.assets.models import Asset, StockTake, StockTakeLine
from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import SHANGHAI

if TYPE_CHECKING:
    from kangwei.accounts.models import Party

EVERYTHING = Q()
BATCH = 1000


@transaction.atomic
def open_stocktake(
    *, owner: "Party", name: str, kind: str, place: str, actor: Actor, now: datetime, scope: Q = EVERYTHING
) -> StockTake:
    """Begin to count the assets of a kind that are not scrapped, everywhere or where the place holds these words.

    `scope` says which assets the list may have. ActionError where there is nothing to count.
    """
    rows = Asset.objects.filter(scope, owner=owner, kind=kind).exclude(state=AssetState.SCRAPPED)
    if place:
        rows = rows.filter(place__contains=place)
    stocktake = StockTake.objects.create(
        owner=owner, name=name, kind=kind, place=place, started_at=now, started_by=actor.audit_name
    )
    lines = [
        StockTakeLine(stocktake=stocktake, asset_id=pk, expected_place=where)
        for pk, where in rows.order_by().values_list("pk", "place")
    ]
    if not lines:
        what = queries.kinds()[kind].name
        reason = f"存放地点含「{place}」的{what}一项也没有" if place else f"没有在册的{what}"
        raise ActionError(reason, field="place" if place else "kind")
    StockTakeLine.objects.bulk_create(lines, batch_size=BATCH)
    audit.append(
        actor=actor, action="assets.open_stocktake", subject=("stocktake", str(stocktake.pk)),
        data={"name": name, "owner": owner.name, "kind": kind, "place": place, "lines": len(lines)}, now=now,
    )  # fmt: skip
    return stocktake


@transaction.atomic
def count_asset(
    *, stocktake: StockTake, asset: Asset, place: str = "", note: str = "", seen: datetime | None = None, actor: Actor,
    now: datetime,
) -> StockTakeLine:  # fmt: skip
    """Say that an asset is there: at its place, or at another one; outside of the list it becomes 盘盈.

    `seen` is when the line was last counted as far as the caller knows. ActionError where somebody else counted it
    since, for an asset of another party or kind, and behind the close.
    """
    stocktake = _open(stocktake)
    if asset.owner_id != stocktake.owner_id:
        raise ActionError(f"「{asset}」不是{stocktake.owner}的资产", field="code")
    if asset.kind != stocktake.kind:
        kinds = queries.kinds()
        one, other = (kinds[name].name if name in kinds else name for name in (asset.kind, stocktake.kind))
        raise ActionError(f"「{asset}」（{asset.number}）是{one}，不在这次{other}盘点之内", field="code")
    line = _line(stocktake, asset)
    if line is None:
        line = StockTakeLine(stocktake=stocktake, asset=asset, expected_place=asset.place, state=CountState.EXTRA)
    elif line.at != seen:
        raise ActionError(_taken(line), field="seen")
    elif line.state != CountState.EXTRA:
        line.state = _result(line, place)
    line.place = "" if line.state == CountState.FOUND else place
    line.note = note or line.note
    line.at, line.by = now, actor.audit_name
    line.save()
    data = {"number": asset.number, "result": line.get_state_display(), "place": line.place, "note": note}
    _audited("assets.count", stocktake, data, actor, now)
    return line


@transaction.atomic
def count_lines(*, stocktake: StockTake, lines: Sequence[int], place: str = "", actor: Actor, now: datetime) -> int:
    """Say that several assets of the list are there, at their places or all at another one; how many that changed.

    What is counted already stays as it is.
    """
    stocktake = _open(stocktake)
    waiting = StockTakeLine.objects.filter(stocktake=stocktake, pk__in=lines, state=CountState.EXPECTED)
    found = list(waiting.select_related("asset"))
    if not found:
        return 0
    for line in found:
        line.state = _result(line, place)
        line.place = "" if line.state == CountState.FOUND else place
        line.at, line.by = now, actor.audit_name
    StockTakeLine.objects.bulk_update(found, ["state", "place", "at", "by"], batch_size=BATCH)
    numbers = sorted(line.asset.number for line in found)
    _audited("assets.count", stocktake, {"numbers": numbers, "place": place}, actor, now)
    return len(found)


@transaction.atomic
def annotate_count(*, line: StockTakeLine, note: str, actor: Actor, now: datetime) -> None:
    """Write a remark to a line, counted or not. ActionError where the line is gone, and behind the close."""
    stocktake = _open(line.stocktake)
    if not StockTakeLine.objects.filter(pk=line.pk).update(note=note):
        raise ActionError(f"「{line.asset}」已不在清单中")
    _audited("assets.annotate_count", stocktake, {"number": line.asset.number, "note": note}, actor, now)


@transaction.atomic
def withdraw_count(*, line: StockTakeLine, seen: datetime | None, actor: Actor, now: datetime) -> None:
    """Take a count back: the asset is not counted, one outside of the list leaves it.

    `seen` and ActionError as for `count_asset`.
    """
    stocktake = _open(line.stocktake)
    stored = _line(stocktake, line.asset)
    if stored is None or stored.at is None:
        raise ActionError(f"「{line.asset}」现在没有盘点结果，没有可撤回的")
    if stored.at != seen:
        raise ActionError(_taken(stored))
    if stored.state == CountState.EXTRA:
        stored.delete()
    else:
        stored.state, stored.place, stored.at, stored.by = CountState.EXPECTED, "", None, ""
        stored.save()
    _audited("assets.withdraw_count", stocktake, {"number": line.asset.number}, actor, now)


@transaction.atomic
def close_stocktake(*, stocktake: StockTake, apply_places: bool, actor: Actor, now: datetime) -> StockTake:
    """End the count: what nobody found is 盘亏, the 盘点表 is archived, nothing changes afterwards.

    `apply_places` moves the assets in the register to where they were found. ActionError where it has ended.
    """
    stocktake = _open(stocktake)
    if apply_places:
        hold_assets(line.asset for line in _elsewhere(stocktake))
    waiting = StockTakeLine.objects.filter(stocktake=stocktake, state=CountState.EXPECTED)
    missing = waiting.update(state=CountState.MISSING)
    stocktake.closed_at, stocktake.closed_by = now, actor.audit_name
    stocktake.document = archive_sheet(stocktake, actor=actor, now=now)
    stocktake.save(update_fields=["closed_at", "closed_by", "document"])
    moved = _apply_places(stocktake, actor, now) if apply_places else 0
    data = {"name": stocktake.name, "missing": missing, "moved": moved}
    _audited("assets.close_stocktake", stocktake, data, actor, now)
    return stocktake


@transaction.atomic
def drop_stocktake(*, stocktake: StockTake, actor: Actor, now: datetime) -> None:
    """Do away with a stock-take opened by mistake. ActionError once anything was counted or noted."""
    stocktake = _open(stocktake)
    if StockTakeLine.objects.filter(stocktake=stocktake).exclude(state=CountState.EXPECTED, note="").exists():
        raise ActionError(f"「{stocktake}」已有盘点结果，不能删除，只能结束")
    _audited("assets.drop_stocktake", stocktake, {"name": stocktake.name}, actor, now)
    stocktake.delete()


def _open(stocktake: StockTake) -> StockTake:
    """The stock-take as it is stored, held until the transaction ends; ActionError where it has ended."""
    stored = StockTake.objects.select_for_update(of=("self",)).select_related("owner").filter(pk=stocktake.pk).first()
    if stored is None:
        raise ActionError(f"「{stocktake}」已被删除")
    if stored.closed_at:
        raise ActionError(f"「{stored}」已由{stored.closed_by}于{_time(stored.closed_at)}结束，不能再改")
    return stored


def _line(stocktake: StockTake, asset: Asset) -> StockTakeLine | None:
    return StockTakeLine.objects.filter(stocktake=stocktake, asset=asset).select_related("asset").first()


def _result(line: StockTakeLine, place: str) -> CountState:
    return CountState.MOVED if place and place != line.expected_place else CountState.FOUND


def _taken(line: StockTakeLine) -> str:
    if line.at is None:
        return f"「{line.asset}」的盘点结果刚被撤回，请刷新后再盘"
    result = line.get_state_display() + (f"（{line.place}）" if line.place else "")
    return f"「{line.asset}」（{line.asset.number}）已由{line.by}于{_time(line.at)}盘为{result}"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}"


def _elsewhere(stocktake: StockTake) -> QuerySet[StockTakeLine]:
    """The lines with a place where the asset was found."""
    found = StockTakeLine.objects.filter(stocktake=stocktake).exclude(place="")
    return found.select_related("asset").order_by("asset_id")


def _apply_places(stocktake: StockTake, actor: Actor, now: datetime) -> int:
    moved = 0
    for line in _elsewhere(stocktake):
        asset = locked(line.asset)
        if asset.place != line.place:
            note = f"盘点「{stocktake.name}」"
            move(asset=asset, place=line.place, custodian=asset.custodian, note=note, actor=actor, now=now)
            moved += 1
    return moved


def _audited(action: str, stocktake: StockTake, data: dict[str, Any], actor: Actor, now: datetime) -> None:
    audit.append(actor=actor, action=action, subject=("stocktake", str(stocktake.pk)), data=data, now=now)
