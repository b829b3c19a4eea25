"""Laying files with a ticket."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.documents import actions as documents
from kangwei.documents.enums import Origin
from kangwei.servicedesk.actions.asking import file_field
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.enums import FileRole
from kangwei.servicedesk.models import Attachment, Ticket

if TYPE_CHECKING:
    from kangwei.documents.models import Document


@transaction.atomic
def attach(
    *, ticket: Ticket, file_name: str, content: bytes, actor: Actor, now: datetime, role: FileRole = FileRole.FILE,
    public: bool = False, number: str = "",
) -> Attachment:  # fmt: skip
    """Archive a file and lay it with the ticket; `public` ones the caller may open.

    `number` is that of the document, where it was taken before.

    ActionError for a file of a kind that is not taken, mislabelled or larger than the upload limit.
    """
    document = documents.archive(
        title=f"{ticket.number} {file_name}", kind=f"ticket-{role}", file_name=file_name, content=content,
        origin=Origin.UPLOADED, actor=actor, now=now, practice=ticket.practice, number=number,
    )  # fmt: skip
    attachment = lay(ticket, document, role, actor, now, public=public)
    note(ticket, "attach", role.label, actor, now, text=file_name, public=public)
    return attachment


def attach_given(ticket: Ticket, files: Mapping[FileRole, tuple[str, bytes]], actor: Actor, now: datetime) -> None:
    """Lay the files of a step with the ticket; a refusal names the field of its role."""
    for role, (file_name, content) in files.items():
        try:
            attach(ticket=ticket, file_name=file_name, content=content, role=role, actor=actor, now=now)
        except ActionError as error:
            raise ActionError(str(error), field=file_field(role)) from None


def lay(
    ticket: Ticket, document: "Document", role: FileRole, actor: Actor, now: datetime, *, public: bool = False
) -> Attachment:
    """Lay a document that is archived already with the ticket. Part of the actions that call it."""
    return Attachment.objects.create(
        ticket=ticket, document=document, role=role, public=public, at=now, by=actor.audit_name
    )
