"""Reads of the document register."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from kangwei.base.errors import ActionError
from kangwei.documents import storage
from kangwei.documents.content import recognise
from kangwei.documents.models import Document, DocumentVersion

PICTURES = ("image/png", "image/jpeg")
LARGEST_PREVIEW = 5 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class LaidFile:
    """A document that lies with something else, by its latest version: who laid it there and when."""

    pk: int
    name: str
    content_type: str
    size: int
    at: datetime
    by: str

    @property
    def is_picture(self) -> bool:
        """Whether a page shows it small: a picture that is not too heavy for that."""
        return self.content_type in PICTURES and self.size <= LARGEST_PREVIEW


def documents(ids: list[int]) -> QuerySet[Document]:
    """These documents with their versions, newest version first, in two queries."""
    versions = Prefetch("versions", DocumentVersion.objects.defer("context").order_by("-version"))
    return Document.objects.filter(pk__in=ids).prefetch_related(versions)


def latest(document: Document) -> DocumentVersion:
    """The version that counts."""
    return document.versions.all()[0] if _prefetched(document) else document.versions.order_by("-version")[0]


def _prefetched(document: Document) -> bool:
    return "versions" in getattr(document, "_prefetched_objects_cache", {})


def content(version: DocumentVersion) -> bytes:
    """The archived file; ActionError where it is missing or changed."""
    return storage.read(version.sha256)


def kept(sha256: str) -> bytes:
    """A file that was kept as part of a record; ActionError where it is missing or changed."""
    return storage.read(sha256)


def why_refused(content: bytes, file_name: str) -> str:
    """Why a file would not be archived, in Chinese; "" where it would."""
    if len(content) > settings.UPLOAD_LIMIT:
        return f"超过 {settings.UPLOAD_LIMIT // 1024 // 1024} MB 上限"
    try:
        recognise(content, file_name)
    except ActionError as error:
        return str(error)
    return ""
