"""Configurations: saved as versions that never change, their change sheets and monthly reports."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from kangwei.assets import queries
from kangwei.assets.actions.archiving import archive_sheet
from kangwei.assets.actions.registering import locked
from kangwei.assets.actions.values import event
from kangwei.assets.backups import SAVED, Month, to_be_backed_up, versions_of_month
from kangwei.assets.differences import compare
from kangwei.assets.enums import AssetState
from kangwei.assets.models import Asset, AssetDocument, Configuration
from kangwei.assets.signals import configuration_saved
from kangwei.assets.texts import TextError, plain
from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import local_day
from kangwei.core.documents.configuration_change import ChangedLine, ConfigurationChange, ConfigurationVersion
from kangwei.core.documents.configuration_report import BackedUp, ConfigurationReport, NotBackedUp

if TYPE_CHECKING:
    from kangwei.accounts.models import Party

MOST_CHANGED_LINES = 200


@dataclass(frozen=True)
class ChangeFacts:
    """What people say of a change, beside what the versions show."""

    reason: str
    change: str = ""
    effect: str = ""
    fallback: str = ""
    applicant: str = ""
    approver: str = ""
    operator: str = ""


@transaction.atomic
def save_configuration(
    *, asset: Asset, text: str, change: str, note: str, actor: Actor, now: datetime
) -> tuple[Configuration, bool]:
    """Keep the configuration as the next version; the version, and whether it is new.

    The same text again is a backup and no version. ActionError for a text that is none or too long.
    """
    try:
        text = plain(text)
    except TextError as error:
        raise ActionError(f"配置{error}", field="text") from None
    asset = locked(asset)
    if asset.state == AssetState.SCRAPPED:
        raise ActionError(f"「{asset}」已报废")
    digest = hashlib.sha256(text.encode()).hexdigest()
    last = Configuration.objects.filter(asset=asset).order_by("-version").first()
    if last and last.sha256 == digest:
        _noted(last, "配置备份（无变化）", note, actor, now)
        return last, False
    version = Configuration.objects.create(
        asset=asset, version=last.version + 1 if last else 1, text=text, sha256=digest, saved_at=now,
        saved_by=actor.audit_name, change=change, note=note,
    )  # fmt: skip
    _noted(version, "保存配置", note, actor, now)
    transaction.on_commit(lambda: configuration_saved.send(sender=Configuration, configuration_id=version.pk))
    return version, True


def _noted(version: Configuration, label: str, note: str, actor: Actor, now: datetime) -> None:
    told = [f"第{version.version}版", f"变更单 {version.change}" if version.change else "", note]
    event(
        version.asset, SAVED, label, {}, actor=actor, now=now, note="，".join(part for part in told if part)
    ).save()  # fmt: skip
    audit.append(
        actor=actor, action="assets.save_configuration", subject=("asset", str(version.asset_id)),
        data={"label": label, "version": version.version, "sha256": version.sha256, "note": note}, now=now,
    )  # fmt: skip


@transaction.atomic
def make_change_sheet(
    *, before: Configuration, after: Configuration, facts: ChangeFacts, maker: "Party", actor: Actor, now: datetime
) -> AssetDocument:
    """Archive the 配置变更单 from one version to a later one of the same asset. ActionError for any other two."""
    if before.asset_id != after.asset_id or before.version >= after.version:
        raise ActionError("请选同一设备的两个版本，变更前的在前")
    asset = after.asset
    difference = compare(before.text, after.text)
    changed, more = difference.excerpt(MOST_CHANGED_LINES)
    sheet = ConfigurationChange(
        number="",
        title="配置变更单",
        owner=asset.owner.name,
        device=asset.name,
        device_number=asset.number,
        device_kind=queries.kinds()[asset.kind].name,
        serial_number=asset.serial_number,
        address=str(asset.attributes.get("ip", "")),
        place=asset.place,
        change=facts.change or after.change,
        reason=facts.reason,
        effect=facts.effect,
        fallback=facts.fallback,
        applicant=facts.applicant,
        approver=facts.approver,
        operator=facts.operator,
        carried_out_at=after.saved_at,
        before=_described(before),
        after=_described(after),
        added=difference.added,
        removed=difference.removed,
        changes=tuple(ChangedLine(line.sign, line.number, line.text) for line in changed),
        more=more,
        made_at=now,
        practice=asset.practice,
    )
    row = archive_sheet(
        sheet, kind="configuration-change", subject=f"{asset.name} 第{before.version}至{after.version}版",
        owner=asset.owner, maker=maker, asset=asset, actor=actor, now=now,
    )  # fmt: skip
    event(
        asset, "make_change_sheet", "配置变更单", {}, actor=actor, now=now, approved_by=facts.approver,
        note=f"{row.document.number}：第{before.version}版 → 第{after.version}版，{facts.reason}",
    ).save()  # fmt: skip
    return row


def _described(version: Configuration) -> ConfigurationVersion:
    return ConfigurationVersion(
        version.version, version.saved_at, version.saved_by, version.sha256, version.text.count("\n")
    )


@transaction.atomic
def make_configuration_report(
    *, assets: Sequence[Asset], month: Month, owner: "Party", maker: "Party", actor: Actor, now: datetime
) -> AssetDocument:
    """Archive the 配置报告 of a month over these assets of one party. ActionError where there are none."""
    rows = to_be_backed_up(Asset.objects.filter(owner=owner, pk__in=[asset.pk for asset in assets]), month)
    found = list(rows)
    if not found:
        raise ActionError("没有应备份配置的设备，请先登记或换一个筛选条件")
    if month.begins > now:
        raise ActionError(f"{month.label}还没有开始")
    saved = versions_of_month(rows, month)
    report = ConfigurationReport(
        number="",
        title="配置报告",
        owner=owner.name,
        month=month.label,
        made_by=actor.audit_name,
        made_at=now,
        backed_up=tuple(_backed_up(asset, saved.get(asset.pk, []), month) for asset in found if asset.backed_up_at),
        missing=tuple(_missing(asset) for asset in found if not asset.backed_up_at),
        practice=any(asset.practice for asset in found),
    )
    return archive_sheet(
        report, kind="configuration-report", subject=month.label, owner=owner, maker=maker, asset=None, actor=actor,
        now=now,
    )  # fmt: skip


def _backed_up(asset: Any, saved: list[Configuration], month: Month) -> BackedUp:
    fresh = [version for version in saved if version.saved_at >= month.begins]
    base = next((version for version in saved if version.saved_at < month.begins), None)
    if fresh and base:
        difference = compare(base.text, fresh[-1].text)
        changes = f"{len(fresh)} 次，新增 {difference.added} 行，删除 {difference.removed} 行"
    else:
        changes = "首次保存" if fresh else ""
    return BackedUp(
        name=asset.name, number=asset.number, kind=queries.kinds()[asset.kind].name,
        backed_up_at=asset.backed_up_at, version=saved[-1].version, changes=changes,
    )  # fmt: skip


def _missing(asset: Any) -> NotBackedUp:
    last = local_day(asset.last_backup).isoformat() if asset.last_backup else ""
    return NotBackedUp(asset.name, asset.number, queries.kinds()[asset.kind].name, asset.place, last)
