"""The audit trail: every action appends to it; nothing changes or leaves it unnoticed."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Q, QuerySet

from kangwei.base.models import AuditEntry, AuditHead

GENESIS = "0" * 64
DIGEST = re.compile(r"[0-9a-f]{64}")

# What an action is called on screen; tests/apps/base holds it against the actions in the code.
LABELS = {
    "accounts.create_party": "登记单位",
    "accounts.create_institution": "登记机构",
    "accounts.create_person": "登记人员",
    "accounts.grant_role": "授予角色",
    "accounts.revoke_role": "收回角色",
    "accounts.reset_password": "重置口令",
    "accounts.change_password": "更改口令",
    "accounts.set_active": "启用或停用",
    "accounts.create_api_key": "建立接口密钥",
    "accounts.consent_to_api_key": "同意接口密钥",
    "accounts.revoke_api_key": "作废接口密钥",
    "accounts.set_mail": "设置邮箱",
    "accounts.sign_in": "登录",
    "accounts.sign_out": "退出",
    "accounts.sign_in_failed": "登录失败",
    "accounts.lock_out": "锁定登录",
    "documents.archive": "归档文档",
    "knowledge.draft": "起草知识",
    "knowledge.import": "导入知识",
    "knowledge.save": "修改知识",
    "knowledge.step": "处理知识",
    "knowledge.use": "采用知识",
    "knowledge.take_back_use": "取消采用知识",
    "knowledge.attach": "上传知识附件",
    "knowledge.remove_file": "移除知识附件",
    "assets.register": "登记资产",
    "assets.edit": "修改资产",
    "assets.assign_maintainer": "指定运维单位",
    "assets.move": "移交资产",
    "assets.send_to_repair": "送修",
    "assets.return_from_repair": "修复返回",
    "assets.lend": "借出",
    "assets.take_back": "归还",
    "assets.scrap": "报废",
    "assets.operate": "资产操作",
    "assets.import_ledger": "导入资产台账",
    "assets.read_certificate": "读取证书",
    "assets.tell_expiry": "到期提醒",
    "assets.save_configuration": "保存配置",
    "assets.relate": "建立资产关系",
    "assets.unrelate": "解除资产关系",
    "assets.save_interface": "保存系统接口",
    "assets.drop_interface": "删除系统接口",
    "assets.open_stocktake": "发起盘点",
    "assets.count": "盘点资产",
    "assets.annotate_count": "盘点备注",
    "assets.withdraw_count": "撤回盘点结果",
    "assets.close_stocktake": "结束盘点",
    "assets.drop_stocktake": "删除盘点",
    "contracts.load": "载入合同文件",
    "contracts.confirm_start": "确认合同起始日",
    "contracts.assign_supplier": "指定乙方",
    "contracts.record_evidence": "登记佐证",
    "contracts.withdraw_evidence": "撤回佐证",
    "contracts.waive": "免除应履行项",
    "contracts.reopen": "撤销免除",
    "servicedesk.open": "受理工单",
    "servicedesk.step": "处理工单",
    "servicedesk.assign": "派单",
    "servicedesk.hand_over": "移交工单",
    "servicedesk.save_team": "保存班组",
    "servicedesk.set_team_active": "启用或停用班组",
    "servicedesk.add_shifts": "排班",
    "servicedesk.drop_shift": "取消班次",
    "servicedesk.import_roster": "导入值班表",
    "servicedesk.change_facts": "更正工单",
    "servicedesk.pause": "暂停计时",
    "servicedesk.resume": "恢复计时",
    "servicedesk.note": "工单备注",
    "servicedesk.breach": "工单超时",
    "servicedesk.rate": "评价工单",
    "servicedesk.show_file": "公开或收回附件",
    "servicedesk.issue_dispatch": "派工",
    "servicedesk.accept_dispatch": "接单",
    "servicedesk.depart": "出发",
    "servicedesk.check_in": "到场签到",
    "servicedesk.finish_visit": "现场完工",
    "servicedesk.sign_dispatch": "派工单签字",
    "servicedesk.cancel_dispatch": "作废派工单",
    "servicedesk.take_over": "导入一批历史事件",
    "servicedesk.finish_import": "导入历史事件",
    "servicedesk.open_entrances": "建立报修码",
    "servicedesk.close_entrance": "停用报修码",
    "servicedesk.open_order": "登记 12345 单",
    "servicedesk.set_verdict": "登记 12345 考评",
    "servicedesk.set_weights": "设定 12345 权重",
    "servicedesk.save_script": "保存话术",
    "servicedesk.set_script_active": "启用或停用话术",
    "servicedesk.draw_sample": "抽取回访样本",
    "servicedesk.record_call": "登记回访",
    "servicedesk.name_asset": "登记工单涉及的资产",
    "servicedesk.unname_asset": "移除工单涉及的资产",
    "servicedesk.save_mailbox": "保存邮箱",
    "servicedesk.keep_mail": "收取邮件",
    "servicedesk.handle_mail": "处理邮件",
    "inspections.save_target": "保存巡检对象",
    "inspections.deactivate_target": "停用巡检对象",
    "inspections.reactivate_target": "启用巡检对象",
    "inspections.request_run": "发起巡检",
    "inspections.fail_run": "巡检未完成",
    "inspections.finish_run": "完成巡检",
    "inspections.resolve_finding": "处理发现",
    "acceptance.request_package": "申请验收包",
    "acceptance.build_package": "生成验收包",
}


class Actor(Protocol):
    """Who does something: a person, or the system itself."""

    @property
    def audit_name(self) -> str: ...


@dataclass(frozen=True)
class System:
    """The system as actor: the worker, the command line."""

    audit_name: str


WORKER = System("系统")


@dataclass(frozen=True)
class Broken:
    """The first place where the chain does not hold: entry number and reason in Chinese."""

    entry: int
    reason: str


def append(*, actor: Actor, action: str, subject: tuple[str, str], data: dict[str, Any], now: datetime) -> AuditEntry:
    """Add one entry inside the caller's transaction.

    `action` is `app.verb`, `subject` (type, id), `data` what was changed as JSON-able values. Raises
    TransactionManagementError outside a transaction: an entry without its change, or a change without its entry,
    would be worse than either.
    """
    return append_all(actor=actor, action=action, happened=[(subject, data)], now=now)[0]


def append_all(
    *, actor: Actor, action: str, happened: Iterable[tuple[tuple[str, str], dict[str, Any]]], now: datetime
) -> list[AuditEntry]:
    """Add an entry for each (subject, data), in their order, as `append` does one."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("audit.append runs inside the action's transaction")
    head = AuditHead.objects.select_for_update().get_or_create(pk=1)[0]
    entries = []
    for subject, data in happened:
        entry = AuditEntry(
            id=head.entries + 1, at=now, actor=actor.audit_name, action=action, subject_type=subject[0],
            subject_id=subject[1], data=json.loads(json.dumps(data, cls=DjangoJSONEncoder)), previous_hash=head.hash,
        )  # fmt: skip
        entry.hash = digest(entry)
        head.entries, head.hash = entry.id, entry.hash
        entries.append(entry)
    AuditEntry.objects.bulk_create(entries)
    AuditHead.objects.filter(pk=1).update(entries=head.entries, hash=head.hash)
    return entries


def digest(entry: AuditEntry) -> str:
    """SHA-256 over the entry's content and the hash before it."""
    content = {
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": [entry.subject_type, entry.subject_id],
        "data": entry.data,
        "previous": entry.previous_hash,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def verify() -> tuple[int, Broken | None]:
    """Walk the whole chain: the number of entries that hold, and the first that does not (None where all do)."""
    head = AuditHead.objects.filter(pk=1).first() or AuditHead(entries=0, hash=GENESIS)
    expected, previous = 1, GENESIS
    for entry in _entries():
        if entry.id != expected:
            return expected - 1, Broken(expected, "缺失")
        if entry.previous_hash != previous or entry.hash != digest(entry):
            return expected - 1, Broken(entry.id, "内容与摘要不符，已被改动")
        expected, previous = expected + 1, entry.hash
    if (head.entries, head.hash) != (expected - 1, previous):
        return expected - 1, Broken(expected, "链尾缺失：末尾记录被删除或链头被改动")
    return expected - 1, None


def _entries() -> Iterator[AuditEntry]:
    return AuditEntry.objects.order_by("id").iterator(chunk_size=2000)


def entries(text: str = "") -> QuerySet[AuditEntry]:
    """Every entry, newest first; with a text those whose actor or subject holds it."""
    found = AuditEntry.objects.order_by("-id")
    return found.filter(Q(actor__icontains=text) | Q(subject_id__icontains=text)) if text else found


def latest(subject_type: str, subject_id: str) -> AuditEntry | None:
    """The last entry about one object."""
    return AuditEntry.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("-id").first()


@dataclass(frozen=True)
class Event:
    """One line of an object's timeline, in the words of the screen."""

    at: datetime
    actor: str
    text: str
    detail: str
    state: str = "muted"


def timeline(subject_type: str, subject_id: str, *, limit: int = 30) -> list[Event]:
    """The latest events about one object, newest first."""
    found = AuditEntry.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("-id")[:limit]
    return [
        Event(entry.at, entry.actor, LABELS.get(entry.action, entry.action), _detail(entry.data)) for entry in found
    ]


def _detail(data: dict[str, Any]) -> str:
    """The words among the data; digests say nothing to a reader."""
    words = (value for value in data.values() if isinstance(value, str) and value)
    return "，".join(word for word in words if not DIGEST.fullmatch(word))[:200]
