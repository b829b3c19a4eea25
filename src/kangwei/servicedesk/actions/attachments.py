"""Files that people lay with a ticket, and who may open them. Nothing is ever removed: what was there stays proof."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.servicedesk.actions.files import attach
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.actions.tickets import locked
from kangwei.servicedesk.models import Attachment, Ticket


@transaction.atomic
def attach_files(
    *, ticket: Ticket, files: Iterable[tuple[str, bytes]], public: bool, actor: Actor, now: datetime
) -> list[Attachment]:
    """Lay several files, given as name and content, with the ticket: all of them or none.

    ActionError for what `attach` refuses, and for a file that lies there already: it was sent twice.
    """
    ticket = locked(ticket)
    laid = []
    for file_name, content in files:
        if ticket.attachments.filter(document__versions__sha256=hashlib.sha256(content).hexdigest()).exists():
            raise ActionError(f"文件「{file_name}」与这张工单上已有的一份完全相同，没有再次上传", field="file")
        laid.append(
            attach(ticket=ticket, file_name=file_name, content=content, public=public, actor=actor, now=now)
        )  # fmt: skip
    return laid


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
