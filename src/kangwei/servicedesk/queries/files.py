"""Reads of the files that lie with a ticket."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kangwei.documents.queries import LaidFile, documents, latest
from kangwei.servicedesk.models import Attachment, Ticket

if TYPE_CHECKING:
    from kangwei.documents.models import Document


@dataclass(frozen=True, kw_only=True)
class TicketFile(LaidFile):
    """A file of a ticket: what it is there for, and whether the caller may open it."""

    role: str
    label: str
    public: bool


def files_of(ticket: Ticket) -> list[TicketFile]:
    """The files of a ticket in the order in which they came, in three queries; one where there are none."""
    rows = list(ticket.attachments.all())
    found = {row.pk: row for row in documents([row.document_id for row in rows])} if rows else {}
    return [_laid(row, found) for row in rows]


def _laid(row: Attachment, found: dict[int, "Document"]) -> TicketFile:
    version = latest(found[row.document_id])
    return TicketFile(
        pk=row.pk, name=version.file_name, role=row.role, label=row.get_role_display(),
        content_type=version.content_type, size=version.size, at=row.at, by=row.by, public=row.public,
    )  # fmt: skip
