"""Registering and editing one asset."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from kangwei.accounts.queries import parties
from kangwei.assets import queries
from kangwei.assets.actions.values import event, fill, system_named
from kangwei.assets.enums import AssetState
from kangwei.assets.models import Asset
from kangwei.base import audit, numbers
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.ledgers import COMMON, Kind

if TYPE_CHECKING:
    from kangwei.accounts.models import Party


@transaction.atomic
def register(
    *, owner: "Party", kind: str, values: dict[str, Any], actor: Actor, now: datetime,
    maintainer: "Party | None" = None, practice: bool = False,
) -> Asset:  # fmt: skip
    """Enter a new asset. `values` are JSON data by field id, as core.ledgers reads them; without a number it gets one.

    ActionError for a missing field, for a key that another asset of the party has, for an unknown system.
    """
    hold_register(owner)
    what = queries.kinds()[kind]
    asset = Asset(owner=owner, kind=kind, maintainer=maintainer, practice=practice, created_at=now, updated_at=now)
    values = {**values, "number": values.get("number") or next_number(what, owner)}
    _check_required(what, values)
    fill(asset, what, values, system_named(values.get("system"), owner))
    check_unique(asset, what)
    asset.save()
    event(asset, "register", "登记", {}, actor=actor, now=now).save()
    audit.append(
        actor=actor, action="assets.register", subject=("asset", str(asset.pk)),
        data={"kind": kind, "values": queries.values_of(asset)}, now=now,
    )  # fmt: skip
    return asset


@transaction.atomic
def edit(
    *, asset: Asset, values: dict[str, Any], actor: Actor, now: datetime, note: str = ""
) -> dict[str, tuple[Any, Any]]:
    """Change these fields; what changed as (before, after), empty and without a trace where nothing did.

    ActionError as for `register`, and for another state of what is scrapped or in repair: both have their own actions.
    """
    hold_register(asset.owner)
    asset = locked(asset)
    what = queries.kinds()[asset.kind]
    check_state(asset, values.get("state"))
    merged = queries.values_of(asset) | values
    _check_required(what, merged)
    changes = fill(asset, what, values, system_named(merged.get("system"), asset.owner))
    if not changes:
        return {}
    check_unique(asset, what)
    save(asset, "修改", changes, action="assets.edit", actor=actor, now=now, note=note)
    return changes


@transaction.atomic
def move(*, asset: Asset, place: str, custodian: str, note: str, actor: Actor, now: datetime) -> None:
    """Hand an asset over to another place or person. ActionError where nothing changes."""
    asset = locked(asset)
    changes = fill(asset, queries.kinds()[asset.kind], {"place": place, "custodian": custodian}, asset.system)
    if not changes:
        raise ActionError("地点和保管人都没有变化", field="place")
    save(asset, "移交", changes, action="assets.move", actor=actor, now=now, note=note)


def hold_register(*owners: "Party") -> None:
    """Let nobody else enter or rename assets of these parties until the transaction ends.

    For whoever looks that something stands there once only. It comes before anything else is held or written, as in
    an import: two who hold what the other waits for would both be in vain.
    """
    # no_key: what only names the party, such as a ticket, need not wait.
    wanted = parties().filter(pk__in={owner.pk for owner in owners}).order_by("pk")
    list(wanted.select_for_update(no_key=True).values_list("pk", flat=True))


def locked(asset: Asset) -> Asset:
    """The asset as it is stored now, held until the transaction ends."""
    return Asset.objects.select_for_update(of=("self",), no_key=True).select_related("owner", "system").get(pk=asset.pk)


def hold_assets(assets: Iterable[Asset]) -> None:
    """Hold all of these until the transaction ends, as `locked` does for one.

    To be called before the first of several is changed: that one's entry in the audit trail makes all others wait.
    """
    wanted = Asset.objects.filter(pk__in=[asset.pk for asset in assets]).order_by("pk")
    list(wanted.select_for_update(no_key=True).values_list("pk", flat=True))


def save(
    asset: Asset, label: str, changes: dict[str, tuple[Any, Any]], *, action: str, actor: Actor, now: datetime,
    note: str = "", approved_by: str = "",
) -> None:  # fmt: skip
    """Store a changed asset with its event and its entry in the audit trail."""
    asset.updated_at = now
    asset.save()
    event(
        asset, action.removeprefix("assets."), label, changes, actor=actor, now=now, note=note, approved_by=approved_by
    ).save()
    data = {"changes": changes, "note": note} | ({"approved_by": approved_by} if approved_by else {})
    audit.append(actor=actor, action=action, subject=("asset", str(asset.pk)), data=data, now=now)


def next_number(kind: Kind, owner: "Party") -> str:
    """The next number of a kind's series, PDA-000123; those that the party gave by hand already are passed over."""
    while True:
        number = f"{kind.prefix}-{numbers.next_number(f'asset:{kind.prefix}'):06d}"
        if not Asset.objects.filter(owner=owner, number=number).exists():
            return number


def _check_required(kind: Kind, values: dict[str, Any]) -> None:
    for attribute in kind.fields:
        if attribute.required and values.get(attribute.id) in (None, ""):
            raise ActionError(f"请填写{attribute.label}", field=attribute.id)


def check_state(asset: Asset, wanted: str | None) -> None:
    """ActionError where a state is to be entered over an open repair, or over having been scrapped."""
    if not wanted or wanted == asset.state:
        return
    if asset.state == AssetState.SCRAPPED:
        raise ActionError(f"「{asset}」已报废，不能再改为其他状态", field="state")
    if asset.repairs.filter(returned_at=None).exists():
        raise ActionError(f"「{asset}」正在维修，请先办理修复返回", field="state")


def check_unique(asset: Asset, kind: Kind) -> None:
    """ActionError where the party has another asset of the same number, key or unique attribute."""
    others = Asset.objects.filter(owner=asset.owner).exclude(pk=asset.pk)
    if others.filter(number=asset.number).exists():
        raise ActionError(f"资产编号「{asset.number}」已有", field="number")
    values = queries.values_of(asset)
    alike = others.filter(kind=asset.kind)
    if all(values.get(name) for name in kind.key) and alike.filter(matching(kind.key, values)).exists():
        labels = "、".join(kind.field(name).label for name in kind.key)
        raise ActionError(f"已有{labels}相同的{kind.name}", field=kind.key[0])
    for attribute in kind.attributes:
        value = values.get(attribute.id) if attribute.unique else None
        if value and alike.filter(**{f"attributes__{attribute.id}": value}).exists():
            raise ActionError(f"已有{attribute.label}为「{value}」的{kind.name}", field=attribute.id)


def matching(key: Sequence[str], values: dict[str, Any]) -> Q:
    """The filter for assets with the same values in the fields of a key."""
    common = {attribute.id for attribute in COMMON}
    found = Q()
    for name in key:
        path = "system__name" if name == "system" else name if name in common else f"attributes__{name}"
        found &= Q(**{path: values[name]})
    return found
