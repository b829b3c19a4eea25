"""Files that people lay with a ticket, and who may open them. Nothing is ever removed: what was there stays proof."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.documents.actions import next_document_number
from kangwei.servicedesk.actions.files import attach
from kangwei.servicedesk.actions.mailing import held_mail, require_its_buyer
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.actions.tickets import locked
from kangwei.servicedesk.models import Attachment, ReceivedMail, Ticket


@transaction.atomic
def attach_files(
    *, ticket: Ticket, files: Iterable[tuple[str, bytes]], public: bool, actor: Actor, now: datetime,
    numbers: Iterable[str] = (),
) -> list[Attachment]:  # fmt: skip
    """Lay several files, given as name and content, with the ticket: all of them or none.

    `numbers` are those of the documents, where they were taken before. ActionError for what `attach` refuses, and for
    a file that lies there already: it was sent twice.
    """
    ticket = locked(ticket)
    laid = []
    taken = iter(numbers)
    for file_name, content in files:
        if ticket.attachments.filter(document__versions__sha256=hashlib.sha256(content).hexdigest()).exists():
            raise ActionError(f"文件「{file_name}」与这张工单上已有的一份完全相同，没有再次上传", field="file")
        laid.append(
            attach(
                ticket=ticket, file_name=file_name, content=content, public=public, number=next(taken, ""),
                actor=actor, now=now,
            )
        )  # fmt: skip
    return laid


@transaction.atomic
def open_with_files(
    *, opening: Callable[..., Ticket], files: Iterable[tuple[str, bytes]], count: int, actor: Actor, now: datetime,
    mail: ReceivedMail | None = None, **values: Any,
) -> Ticket:  # fmt: skip
    """Open a ticket, by `opening` with these `values`, and lay these `count` files with it: all of it or nothing.

    `mail` is the one that came by a mailbox and that `opening` takes up.

    ActionError as `opening` and `attach_files` have them; one about a file names the field `file`.
    """
    if mail:
        # Before any number: whoever takes it up without a file more holds it first.
        mail = held_mail(mail)
    # Before the ticket's own number: whoever archives a file holds the numbers of documents while the audit trail is
    # waited for, and would wait for this one as this one for them.
    numbers = [next_document_number(now=now) for _ in range(count)]
    ticket = opening(actor=actor, now=now, **values)
    if mail:
        require_its_buyer(mail, ticket)
    try:
        attach_files(ticket=ticket, files=files, public=False, numbers=numbers, actor=actor, now=now)
    except ActionError as error:
        raise ActionError(str(error), field="file") from None
    return ticket


@transaction.atomic
def show_file(*, attachment: Attachment, public: bool, actor: Actor, now: datetime) -> Attachment:
    """Let the caller open the file, or no more; the same again changes nothing."""
    ticket = locked(attachment.ticket)
    attachment = Attachment.objects.select_related("document").get(pk=attachment.pk, ticket=ticket)
    if attachment.public == public:
        return attachment
    attachment.public = public
    attachment.save(update_fields=["public"])
    label = "报告人可见" if public else "报告人不再可见"
    note(ticket, "show_file", label, actor, now, text=attachment.document.title.removeprefix(f"{ticket.number} "))
    audit.append(
        actor=actor, action="servicedesk.show_file", subject=("ticket", ticket.number),
        data={"document": attachment.document.number, "public": public}, now=now,
    )  # fmt: skip
    return attachment
