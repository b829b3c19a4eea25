"""Reads of the files that lie with a ticket."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kangwei.documents.queries import documents, latest
from kangwei.servicedesk.models import Attachment, Ticket

if TYPE_CHECKING:
    from kangwei.documents.models import Document

PICTURES = ("image/png", "image/jpeg")
LARGEST_PREVIEW = 5 * 1024 * 1024


@dataclass(frozen=True)
class LaidFile:
    """A file of a ticket by its latest version: who laid it there and when, whether the caller may open it."""

    pk: int
    name: str
    role: str
    label: str
    content_type: str
    size: int
    at: datetime
    by: str
    public: bool

    @property
    def is_picture(self) -> bool:
        """Whether the page shows it small: a picture that is not too heavy for that."""
        return self.content_type in PICTURES and self.size <= LARGEST_PREVIEW


def files_of(ticket: Ticket) -> list[LaidFile]:
    """The files of a ticket in the order in which they came, in three queries; one where there are none."""
    rows = list(ticket.attachments.all())
    found = {row.pk: row for row in documents([row.document_id for row in rows])} if rows else {}
    return [_laid(row, found) for row in rows]


def _laid(row: Attachment, found: dict[int, "Document"]) -> LaidFile:
    version = latest(found[row.document_id])
    return LaidFile(
        pk=row.pk, name=version.file_name, role=row.role, label=row.get_role_display(),
        content_type=version.content_type, size=version.size, at=row.at, by=row.by, public=row.public,
    )  # fmt: skip
