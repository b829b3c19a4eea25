"""Mailboxes of the desk: entered, changed, and looked into by the worker."""

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.db import IntegrityError, transaction

from kangwei.base import audit, secretbox
from kangwei.base.audit import WORKER, Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import local_day
from kangwei.core.intake import MAIL_LIMIT, Mail, MailError, mailbox, read_mail
from kangwei.core.probes import Target
from kangwei.core.probes.faults import distrust, network_reason
from kangwei.core.probes.this_server import why_on_this_server
from kangwei.documents import actions as documents
from kangwei.servicedesk.enums import MailState
from kangwei.servicedesk.models import Mailbox, ReceivedMail
from kangwei.servicedesk.queries.mailing import free_mailboxes

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

log = structlog.get_logger("kangwei.mail")
LEASE = timedelta(minutes=5)
"""More than a look into a mailbox may take (mailbox.ROUND_SECONDS)."""
AFTER_TROUBLE = timedelta(minutes=5)
"""A server that does not answer would hold a worker every minute, and one that refuses would lock the account."""
REACHED_BY = ("host", "port", "tls", "user")
PORTS = (1, 65535)


@transaction.atomic
def save_mailbox(
    *, contract: "Contract", host: str, port: int, tls: bool, user: str, password: str | None, folder: str,
    active: bool, actor: Actor, now: datetime, box: Mailbox | None = None, this_server: bool = False,
) -> Mailbox:  # fmt: skip
    """Enter a mailbox for a contract, or change the one given; mails that came stay with the contract they came for.

    `password` None keeps the stored one, as long as it goes to the same server for the same user. `this_server` allows
    a mailbox on the server that Kangwei runs on. ActionError, with the form field, for what cannot be signed in with, a
    contract that has ended or is of another buyer than before, a folder that is read already.
    """
    box = _held(box) if box else Mailbox(contract=contract, created_at=now, created_by=actor.audit_name)
    before = _described(box)
    host, user, folder = host.strip().rstrip(".").lower(), user.strip(), folder.strip()
    after = before | {"host": host, "port": port, "tls": tls, "user": user, "folder": folder, "active": active}
    moved = any(before[name] != after[name] for name in REACHED_BY)
    if box.pk is None or contract != box.contract:
        _check_contract(box, contract, now)
    if moved:
        _check_place(host, port, user, this_server=this_server)
    if moved and not password:
        # Or whoever may edit mailboxes could have the stored password sent to a server of his own.
        reason = "服务器、端口、加密或用户名改了，请重新填写口令" if box.pk else "请填写口令"
        raise ActionError(reason, field="password")
    if password and not mailbox.WORDS.fullmatch(password):
        raise ActionError("口令只能用英文字母、数字和符号", field="password")
    if not folder:
        raise ActionError("请填写文件夹，收件箱是 INBOX", field="folder")
    if moved or before["folder"] != folder:
        box.validity, box.read_to = None, 0
    for name in (*REACHED_BY, "folder", "active"):
        setattr(box, name, after[name])
    if password:
        box.password = secretbox.seal(password)
    # Whoever looks into it now looks into what it was: his result no longer counts.
    box.contract, box.busy_until, box.error = contract, None, ""
    try:
        with transaction.atomic():
            box.save()
    except IntegrityError:
        raise ActionError("这个邮箱的这个文件夹已登记过", field="user") from None
    audit.append(
        actor=actor, action="servicedesk.save_mailbox", subject=("mailbox", str(box.pk)),
        data=_described(box) | {"password_changed": bool(password)}, now=now,
    )  # fmt: skip
    return box


def _held(box: Mailbox) -> Mailbox:
    # Not its key: the worker names it at the end of keeping a mail, holding the audit trail.
    rows = Mailbox.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("contract").get(pk=box.pk)


def _described(box: Mailbox) -> dict[str, Any]:
    return {
        "contract": box.contract.code, "host": box.host, "port": box.port, "tls": box.tls, "user": box.user,
        "folder": box.folder, "active": box.active,
    }  # fmt: skip


def _check_contract(box: Mailbox, contract: "Contract", now: datetime) -> None:
    if local_day(now) > contract.last_day:
        raise ActionError(f"合同已于 {contract.last_day} 到期，不能再受理工单", field="contract")
    if contract.buyer_id != box.contract.buyer_id:
        raise ActionError("只能改到同一甲方的合同：邮件是写给这个甲方的", field="contract")


def _check_place(host: str, port: int, user: str, *, this_server: bool) -> None:
    if not mailbox.HOST.fullmatch(host):
        raise ActionError("请填写服务器的域名或 IP，不带 imap:// 和端口", field="host")
    if not PORTS[0] <= port <= PORTS[1]:
        raise ActionError(f"端口应在 {PORTS[0]} 到 {PORTS[1]} 之间", field="port")
    if not mailbox.NAME.fullmatch(user):
        raise ActionError("用户名一般就是邮箱地址，只能用英文字母、数字和 . _ - @ 等符号", field="user")
    if not this_server and (reason := why_on_this_server("tls", Target(host))):
        raise ActionError(f"{reason}，乙方人员不能登记；请由甲方或平台人员登记", field="host")


def check_mailbox(*, mailbox_id: int, now: datetime, connect: mailbox.Connect = mailbox.connect) -> int:
    """Fetch the new mails of a mailbox; how many were kept. What failed stands on the mailbox, which rests after that.

    Done twice at once, one does it; killed at any point, nothing is lost and nothing is kept twice. `connect` replaces
    the connection to a real server.
    """
    until = now + LEASE
    if not free_mailboxes(now).filter(pk=mailbox_id).update(busy_until=until):
        return 0
    box, kept = Mailbox.objects.get(pk=mailbox_id), list[bool]()
    found: dict[str, Any] = {"checked_at": now, "busy_until": None}
    try:
        mark = mailbox.Mark(box.validity, box.read_to) if box.validity is not None else None
        done = mailbox.fetch(_place(box), mark, lambda mail: kept.append(_keep(box, mail, now)), connect=connect)
    except (mailbox.MailboxError, ActionError, OSError) as failed:
        error = _why(failed) if isinstance(failed, OSError) else str(failed)
        found["busy_until"] = now + AFTER_TROUBLE
    else:
        error = f"有 {done.withheld} 封邮件服务器没有给出，下次再取" if done.withheld else ""
        if done.mark:
            found |= {"validity": done.mark.validity, "read_to": done.mark.uid}
    # Not where somebody changed the mailbox meanwhile.
    Mailbox.objects.filter(pk=box.pk, busy_until=until).update(error=error, **found)
    log.info("mailbox", mailbox=box.pk, kept=sum(kept), error=error)
    return sum(kept)


def _place(box: Mailbox) -> mailbox.Place:
    return mailbox.Place(box.host, box.port, box.tls, box.user, secretbox.unseal(box.password), box.folder)


def _why(error: OSError) -> str:
    if reason := distrust(error):
        return reason
    reason = network_reason(error)
    return "TLS 没有谈成，这个端口可能不是加密的" if reason.startswith("TLS") else reason or "连接失败"


def _keep(box: Mailbox, fetched: mailbox.Fetched, now: datetime) -> bool:
    """Keep the mail; False where it is kept already."""
    mail, fault = _read(fetched)
    key = mail.identity if mail else hashlib.sha256(fetched.content).hexdigest()
    if ReceivedMail.objects.filter(mailbox=box, key=key).exists():
        return False
    sha256, aside = documents.keep(content=fetched.content), mail.automatic if mail else ""
    with transaction.atomic():
        kept = ReceivedMail.objects.create(
            mailbox=box, contract_id=box.contract_id, key=key, sha256=sha256, size=fetched.size, received_at=now,
            state=MailState.ASIDE if aside else MailState.WAITING, aside=aside, fault=fault, **_facts(mail),
        )  # fmt: skip
        audit.append(
            actor=WORKER, action="servicedesk.keep_mail", subject=("mail", str(kept.pk)),
            data={"mailbox": box.user, "sha256": sha256, "size": fetched.size}, now=now,
        )  # fmt: skip
    return True


def _read(fetched: mailbox.Fetched) -> tuple[Mail | None, str]:
    """What the mail says, None where nobody can tell, and what is wrong with it."""
    fault = "" if fetched.whole else f"邮件超过 {MAIL_LIMIT // 1024 // 1024} MB，只取了信头，全文仍在邮箱里"
    try:
        return read_mail(fetched.content), fault
    except MailError as error:
        return None, str(error)


def _facts(mail: Mail | None) -> dict[str, Any]:
    if mail is None:
        return {"subject": "", "sender": "", "address": "", "message_id": ""}
    return {
        "message_id": mail.message_id if len(mail.message_id) <= 250 else "", "subject": mail.subject[:500],
        "answers": [one for one in mail.answers if len(one) <= 250], "sender": mail.sender[:200],
        "address": mail.address[:320], "sent_at": mail.at, "attachments": len(mail.attached),
    }  # fmt: skip
