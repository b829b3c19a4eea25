"""Putting values into an asset, and saying what that changed. Not for callers outside of the actions."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from kangwei.assets import queries
from kangwei.assets.enums import SYSTEM
from kangwei.assets.models import Asset, AssetEvent, ImportBatch
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.ledgers import COMMON, Kind

if TYPE_CHECKING:
    from kangwei.accounts.models import Party

_TEXTS = ("number", "name", "serial_number", "place", "custodian", "institution", "note")
Changes = dict[str, tuple[Any, Any]]


def fill(asset: Asset, kind: Kind, values: dict[str, Any], system: Asset | None) -> Changes:
    """Set these fields (field id → JSON value) and what follows from them; which changed, as (before, after).

    Fields that `values` does not name stay. `system` is the asset that the name in `values` stands for.
    """
    before = queries.values_of(asset)
    for name in _TEXTS:
        if name in values:
            setattr(asset, name, values[name] or "")
    if values.get("state"):
        asset.state = values["state"]
    if "in_use_since" in values:
        asset.in_use_since = _date(values["in_use_since"])
    if "system" in values:
        asset.system = system
    common = {attribute.id for attribute in COMMON}
    own = {name: value for name, value in values.items() if name not in common}
    asset.attributes = {name: value for name, value in (asset.attributes | own).items() if value not in (None, "")}
    asset.expires_on = _date(asset.attributes.get(kind.expires)) if kind.expires else None
    asset.search = _search_text(asset, kind)
    after = queries.values_of(asset)
    names = dict.fromkeys([*before, *after])
    return {name: (before.get(name), after.get(name)) for name in names if _differ(before.get(name), after.get(name))}


def _differ(before: Any, after: Any) -> bool:
    return (before or None) != (after or None)


def _date(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


def _search_text(asset: Asset, kind: Kind) -> str:
    texts = [asset.number, asset.name, asset.serial_number, asset.place, asset.custodian, asset.institution, asset.note]
    texts.append(asset.system.name if asset.system else "")
    texts += [str(value) for value in asset.attributes.values() if isinstance(value, str | int)]
    return "\n".join(dict.fromkeys(text.lower() for text in [kind.name, *texts] if text))


def system_named(name: str | None, owner: "Party") -> Asset | None:
    """The system of that name; ActionError where the party has none."""
    if not name:
        return None
    found = Asset.objects.filter(owner=owner, kind=SYSTEM, name=name).first()
    if found is None:
        raise ActionError(f"没有名为「{name}」的系统，请先登记", field="system")
    return found


def event(
    asset: Asset, action: str, label: str, changes: Changes, *, actor: Actor, now: datetime,
    note: str = "", approved_by: str = "", batch: ImportBatch | None = None,
) -> AssetEvent:  # fmt: skip
    """The event of a change, not yet saved."""
    return AssetEvent(
        asset=asset, at=now, by=actor.audit_name, action=action, label=label, note=note[:500],
        changes={name: list(pair) for name, pair in changes.items()}, approved_by=approved_by, batch=batch,
    )  # fmt: skip
