"""Certificates: read from where they serve, renewed many at once, and told of before they end."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from kangwei.assets import queries
from kangwei.assets.actions.lives import operate
from kangwei.assets.actions.registering import hold_assets, hold_register, locked, save
from kangwei.assets.actions.values import fill
from kangwei.assets.enums import AssetState
from kangwei.assets.models import Asset
from kangwei.assets.signals import expiry_near
from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core import probes
from kangwei.core.calendars import local_day
from kangwei.core.probes.this_server import why_on_this_server

TLS = "certificate-tls"
RENEW = "renew"
DEADLINE = 10.0


def read_certificate(
    *, asset: Asset, this_server: bool, actor: Actor, now: datetime, probe: probes.Probe | None = None
) -> dict[str, Any]:
    """Read the certificate that the asset's address shows into the asset; every reading of the probe by its key.

    `this_server` allows addresses of the server that Kangwei runs on (decision 0005). Measuring happens outside of
    any transaction. ActionError, and nothing changed, where there is no certificate to read, or another asset has it.
    """
    target = _target(asset)
    if not this_server and why_on_this_server("tls", target):
        raise ActionError("地址指向康维所在的主机，乙方人员不能读取；请由甲方或平台人员读取")
    measured = probes.measure("tls", target, now=now, deadline=DEADLINE, probe=probe)
    if measured.failure:
        raise ActionError(f"没有读到 {target.address} 的证书：{measured.failure}")
    found = {reading.key: reading.value for reading in measured.readings}
    _store(asset, target.address, found, actor, now)
    return found


def _target(asset: Asset) -> probes.Target:
    if asset.kind != TLS:
        raise ActionError("只有服务器证书可以从地址读取")
    domain = asset.attributes.get("domain", "")
    address = asset.attributes.get("endpoint") or domain
    if not address or address.startswith("*"):
        raise ActionError("请先填写域名或读取地址；泛域名证书要填写读取地址")
    options = {"server_name": domain} if domain and not domain.startswith("*") else {}
    target = probes.Target(address, options=options)
    try:
        probes.check_target("tls", target)
    except probes.ProbeConfigError as error:
        raise ActionError(f"读取地址有误：{str(error).partition('：')[2]}") from None
    return target


@transaction.atomic
def _store(asset: Asset, address: str, found: dict[str, Any], actor: Actor, now: datetime) -> None:
    hold_register(asset.owner)
    asset = locked(asset)
    if asset.state == AssetState.SCRAPPED:
        raise ActionError(f"「{asset}」已报废")
    others = Asset.objects.filter(owner=asset.owner, kind=TLS, serial_number=found["serial"]).exclude(pk=asset.pk)
    if twin := others.first():
        raise ActionError(f"{address} 上的证书已登记为「{twin}」（{twin.number}），序列号相同")
    kind = queries.kinds()[TLS]
    values = _values(asset, found, now)
    short = {name: _cut(value, kind.field(name).limit) for name, value in values.items()}
    changes = fill(asset, kind, short, asset.system)
    note = f"{address}：{found['faults'] or '没有发现问题'}"
    save(asset, "读取证书", changes, action="assets.read_certificate", actor=actor, now=now, note=note)


def _values(asset: Asset, found: dict[str, Any], now: datetime) -> dict[str, Any]:
    names = [name for name in found["names"].split("、") if name]
    domain = asset.attributes.get("domain") or next((name for name in names if _is_domain(name)), "")
    algorithm = found["key"].partition(" ")[0]
    return {
        "serial_number": found["serial"],
        "domain": domain,
        "other_domains": "、".join(name for name in names if name != domain),
        "subject": found["subject"],
        "ca": found["authority"],
        "issued": _day(found["not_before"]),
        "valid_until": _day(found["not_after"]),
        "fingerprint": found["fingerprint"],
        "faults": found["faults"],
        "read_on": local_day(now).isoformat(),
    } | ({"algorithm": algorithm} if algorithm in ("SM2", "RSA", "ECC") else {})


def _is_domain(name: str) -> bool:
    return ":" not in name and any(letter.isalpha() for letter in name)


def _day(moment: str) -> str:
    """The day in Shanghai of a moment as the probe writes it, in UTC."""
    return local_day(datetime.fromisoformat(f"{moment}+00:00")).isoformat()


def _cut(value: str, limit: int) -> str:
    return value if len(value) <= limit else f"{value[: limit - 1]}…"


@transaction.atomic
def renew_many(
    *, assets: Sequence[Asset], expires_on: date, issued: date | None, approved_by: str, note: str, actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Renew all of these to one date, each by the operation of its kind; how many.

    All or none: ActionError, naming the asset, for one that cannot be renewed or does not end earlier now.
    """
    if not assets:
        raise ActionError("请先选择要续期的资产")
    hold_register(*(asset.owner for asset in assets))
    hold_assets(assets)
    for asset in sorted(assets, key=lambda one: one.pk):
        try:
            _renew(asset, expires_on, issued, approved_by=approved_by, note=note, actor=actor, now=now)
        except ActionError as error:
            raise ActionError(f"{asset.number}「{asset}」：{error}；全部没有续期", field=error.field) from None
    return len(assets)


def _renew(asset: Asset, expires_on: date, issued: date | None, **known: Any) -> None:
    asset = locked(asset)
    kind = queries.kinds()[asset.kind]
    if not kind.expires or kind.id not in queries.renewable_kinds():
        raise ActionError(f"{kind.name}不能这样续期")
    if asset.expires_on and asset.expires_on >= expires_on:
        raise ActionError(f"现在的到期日 {asset.expires_on} 不早于新的到期日", field="expires_on")
    what = next(one for one in kind.operations if one.id == RENEW)
    dates = {kind.expires: expires_on, "issued": issued if "issued" in what.sets else None}
    values = {name: day.isoformat() for name, day in dates.items() if day}
    operate(asset=asset, operation=RENEW, values=values, **known)


def tell_expiries(*, actor: Actor, now: datetime) -> int:
    """Send `expiry_near` for what comes near its end and was not told of for that date yet; for how many."""
    due = queries.untold_expiries(local_day(now)).values_list("pk", "expires_on")
    return sum(_tell(pk, expires_on, actor, now) for pk, expires_on in list(due) if expires_on)


@transaction.atomic
def _tell(pk: int, expires_on: date, actor: Actor, now: datetime) -> bool:
    """Once a date: whoever sets the mark tells."""
    mine = Asset.objects.filter(pk=pk, expires_on=expires_on).exclude(expiry_told=F("expires_on"))
    if not mine.update(expiry_told=expires_on):
        return False
    audit.append(
        actor=actor, action="assets.tell_expiry", subject=("asset", str(pk)),
        data={"expires_on": expires_on}, now=now,
    )  # fmt: skip
    # robust: one listener that fails must not keep the others, and the assets after this one, from being told of.
    transaction.on_commit(lambda: expiry_near.send(sender=Asset, asset_id=pk, expires_on=expires_on), robust=True)
    return True
