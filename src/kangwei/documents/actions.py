"""State changes of the document register."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from kangwei.base import audit, numbers
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import SHANGHAI
from kangwei.documents import storage
from kangwei.documents.content import recognise
from kangwei.documents.enums import Origin
from kangwei.documents.models import Document, DocumentVersion


@transaction.atomic
def archive(
    *,
    title: str,
    kind: str,
    file_name: str,
    content: bytes,
    origin: Origin,
    actor: Actor,
    now: datetime,
    context: dict[str, Any] | None = None,
    practice: bool = False,
    number: str = "",
) -> Document:
    """Register a new document with its first version.

    `context` is the frozen data a rendered file was made from. The number is the next of this month where none is
    given. ActionError for a file that `content.recognise` refuses or that is larger than the upload limit.
    """
    content_type = _checked(content, file_name)
    document = Document.objects.create(
        number=number or next_document_number(now=now), title=title[:200], kind=kind, practice=practice,
        created_at=now, created_by=actor.audit_name,
    )  # fmt: skip
    _add(document, 1, file_name, content, content_type, origin, context, "", actor, now)
    return document


@transaction.atomic
def add_version(
    *, document: Document, file_name: str, content: bytes, note: str, actor: Actor, now: datetime
) -> DocumentVersion:
    """Archive an edited file as the next version; what was there stays. ActionError where nothing changed."""
    content_type = _checked(content, file_name)
    # The document is locked, not its last version: that would still be the last for whoever waited for the lock.
    Document.objects.select_for_update(no_key=True).get(pk=document.pk)
    last = DocumentVersion.objects.filter(document=document).order_by("-version")[0]
    version = _add(
        document, last.version + 1, file_name, content, content_type, Origin.UPLOADED, None, note, actor, now
    )
    if version.sha256 == last.sha256:
        raise ActionError("这份文件与现有版本完全相同", field="file")
    return version


def keep(*, content: bytes) -> str:
    """Keep a file that is part of another app's record and no document of its own; its SHA-256.

    The action that calls it notes the digest in the audit trail.
    """
    return storage.put(content)


def next_document_number(*, now: datetime) -> str:
    """The next document number of the month, `WD-202611-0001`, inside the caller's transaction."""
    month = f"{now.astimezone(SHANGHAI):%Y%m}"
    return f"WD-{month}-{numbers.next_number(f'document-{month}'):04d}"


def _checked(content: bytes, file_name: str) -> str:
    if len(content) > settings.UPLOAD_LIMIT:
        limit = settings.UPLOAD_LIMIT // 1024 // 1024
        raise ActionError(f"文件「{file_name}」超过 {limit} MB 上限", field="file")
    return recognise(content, file_name)


def _add(
    document: Document, version: int, file_name: str, content: bytes, content_type: str, origin: Origin,
    context: dict[str, Any] | None, note: str, actor: Actor, now: datetime,
) -> DocumentVersion:  # fmt: skip
    added = DocumentVersion.objects.create(
        document=document, version=version, origin=origin, file_name=file_name, content_type=content_type,
        size=len(content), sha256=storage.put(content), context=context, note=note,
        created_at=now, created_by=actor.audit_name,
    )  # fmt: skip
    audit.append(
        actor=actor, action="documents.archive", subject=("document", document.number),
        data={"version": version, "title": document.title, "sha256": added.sha256, "size": added.size}, now=now,
    )  # fmt: skip
    return added
