"""What becomes of a mail that came by a mailbox: a ticket, a part of one, or nothing. Nobody decides but the desk."""

import hashlib
from datetime import datetime

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.documents.actions import next_document_number
from kangwei.servicedesk.actions.files import attach
from kangwei.servicedesk.actions.tickets import add_note, locked
from kangwei.servicedesk.enums import TAKEN_UP, MailState
from kangwei.servicedesk.intake import receiving
from kangwei.servicedesk.models import ReceivedMail, Ticket

LONGEST_REASON = 300


@transaction.atomic
def refuse_mail(*, mail: ReceivedMail, reason: str, actor: Actor, now: datetime) -> ReceivedMail:
    """Take the mail out of the work, with a reason; it stays, and may be taken up later all the same.

    ActionError without a reason, and for a mail that a ticket holds.
    """
    mail, reason = held_mail(mail), reason.strip()
    if not reason:
        raise ActionError("请写明不受理的理由", field="reason")
    if len(reason) > LONGEST_REASON:
        raise ActionError(f"理由最长 {LONGEST_REASON} 字", field="reason")
    handled(mail, MailState.REFUSED, None, actor, now, reason=reason)
    return mail


@transaction.atomic
def add_mail(*, mail: ReceivedMail, ticket: Ticket, public: bool, actor: Actor, now: datetime) -> ReceivedMail:
    """Write the mail on a ticket and lay its files with it; those that lie there already are not laid again.

    Internal unless `public`. ActionError for a mail that a ticket holds, that was written to another buyer, or whose
    file is missing or changed.
    """
    mail, ticket = held_mail(mail), locked(ticket)
    require_its_buyer(mail, ticket)
    item = receiving.by_mailbox(mail)
    known = set(ticket.attachments.values_list("document__versions__sha256", flat=True))
    by_digest = {hashlib.sha256(content).hexdigest(): (name, content) for name, content in item.kept}
    files = [file for digest, file in by_digest.items() if digest not in known]
    # Before the note: whoever archives a file holds the numbers of documents while the audit trail is waited for.
    numbers = [next_document_number(now=now) for _ in files]
    text = f"邮件补充：{mail}\n{item.description or mail.fault}"
    add_note(ticket=ticket, text=text, public=public, actor=actor, now=now)
    for (name, content), number in zip(files, numbers, strict=True):
        attach(ticket=ticket, file_name=name, content=content, public=public, number=number, actor=actor, now=now)
    if item.refusals:
        add_note(ticket=ticket, text=item.refusals, public=False, actor=actor, now=now)
    handled(mail, MailState.ADDED, ticket, actor, now)
    return mail


def held_mail(mail: ReceivedMail) -> ReceivedMail:
    """The mail as it is now, held until the transaction ends. ActionError where a ticket holds it already."""
    found = ReceivedMail.objects.select_for_update(of=("self",)).select_related("ticket", "contract").get(pk=mail.pk)
    if found.state in TAKEN_UP:
        raise ActionError(f"这封邮件已由 {found.handled_by} 处理，见工单 {found.ticket.number if found.ticket else ''}")
    return found


def require_its_buyer(mail: ReceivedMail, ticket: Ticket) -> None:
    """ActionError for a ticket of another buyer than the mail was written to."""
    if ticket.contract.buyer_id != mail.contract.buyer_id:
        raise ActionError(f"这封邮件是发给「{mail.contract.buyer}」的，不能归到别的甲方的合同", field="contract")


def handled(
    mail: ReceivedMail, state: MailState, ticket: Ticket | None, actor: Actor, now: datetime, *, reason: str = ""
) -> None:
    """Write down what became of a mail that is held. Part of the actions that call it."""
    mail.state, mail.ticket, mail.reason = state, ticket, reason
    mail.handled_at, mail.handled_by = now, actor.audit_name
    mail.save(update_fields=["state", "ticket", "reason", "handled_at", "handled_by"])
    audit.append(
        actor=actor, action="servicedesk.handle_mail", subject=("mail", str(mail.pk)),
        data={"state": state.label, "ticket": ticket.number if ticket else "", "reason": reason, "sha256": mail.sha256},
        now=now,
    )  # fmt: skip
