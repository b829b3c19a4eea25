"""The access registers: the admission form, and the review of accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.assets import queries
from kangwei.assets.actions.archiving import archive_sheet, only_owner
from kangwei.assets.actions.lives import operate
from kangwei.assets.actions.registering import hold_assets, hold_register
from kangwei.assets.actions.values import event
from kangwei.assets.models import Asset, AssetDocument
from kangwei.assets.registers import ACCOUNT, ADDRESS
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import local_day
from kangwei.core.documents.admission_form import AdmissionForm, AdmittedTerminal

if TYPE_CHECKING:
    from kangwei.accounts.models import Party

MOST_TERMINALS = 500


@dataclass(frozen=True)
class Application:
    """Who applies for admission, and why."""

    applicant: str
    reason: str
    department: str = ""
    phone: str = ""
    valid_until: date | None = None


@transaction.atomic
def make_admission_form(
    *, assets: Sequence[Asset], application: Application, maker: "Party", actor: Actor, now: datetime
) -> AssetDocument:
    """Archive the 政务外网终端MAC地址准入登记表 of these registrations, with an event at each.

    ActionError where they are of several parties or networks, too many, or without a MAC address.
    """
    owner = only_owner(list(assets))
    if len(assets) > MOST_TERMINALS:
        raise ActionError(f"一张登记表最多 {MOST_TERMINALS} 台终端，请分开办理")
    for asset in assets:
        if asset.kind != ADDRESS:
            raise ActionError(f"「{asset}」不是IP与MAC登记")
        if not asset.attributes.get("mac"):
            raise ActionError(f"{asset.number}「{asset}」没有登记MAC地址")
    network = _network(assets)
    form = AdmissionForm(
        number="",
        title=f"{network}终端MAC地址准入登记表",
        owner=owner.name,
        network=network,
        department=application.department,
        applicant=application.applicant,
        phone=application.phone,
        reason=application.reason,
        valid_until=application.valid_until.isoformat() if application.valid_until else "",
        terminals=tuple(_terminal(asset) for asset in assets),
        made_at=now,
        practice=any(asset.practice for asset in assets),
    )
    only = assets[0] if len(assets) == 1 else None
    row = archive_sheet(
        form, kind="admission-form", subject=only.name if only else f"{len(assets)}台", owner=owner, maker=maker,
        asset=only, actor=actor, now=now,
    )  # fmt: skip
    note = f"{row.document.number}，申请人 {application.applicant}：{application.reason}"
    for asset in assets:
        event(asset, "make_admission_form", "准入登记表", {}, actor=actor, now=now, note=note).save()
    return row


def _network(assets: Sequence[Asset]) -> str:
    networks = {asset.attributes.get("network") or "政务外网" for asset in assets}
    if len(networks) > 1:
        raise ActionError(f"所选终端接入不同网络（{'、'.join(sorted(networks))}），请分开办理")
    return str(networks.pop())


def _terminal(asset: Asset) -> AdmittedTerminal:
    known = asset.attributes
    return AdmittedTerminal(
        number=asset.number, name=asset.name, form=known.get("form", ""), user=asset.custodian,
        department=asset.institution, mac=known.get("mac", ""), ip=known.get("ip", ""), place=asset.place,
        socket=known.get("socket", ""),
    )  # fmt: skip


@transaction.atomic
def review_accounts(*, assets: Sequence[Asset], approved_by: str, note: str, actor: Actor, now: datetime) -> int:
    """Note that these accounts were looked at and stay as they are; how many. All or none."""
    if not assets:
        raise ActionError("请先选择账号")
    hold_register(*(asset.owner for asset in assets))
    hold_assets(assets)
    today = local_day(now).isoformat()
    for asset in sorted(assets, key=lambda one: one.pk):
        if asset.kind != ACCOUNT:
            raise ActionError(f"「{asset}」不是{queries.kinds()[ACCOUNT].name}")
        operate(
            asset=asset, operation="review", values={"reviewed": today}, approved_by=approved_by, note=note,
            actor=actor, now=now,
        )  # fmt: skip
    return len(assets)
