"""Files that lie with an article. They come and go with a draft, so that whoever judges the text sees them."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.documents import actions as documents
from kangwei.documents.enums import Origin
from kangwei.knowledge.actions.keeping import locked, may_write, note, require_draft, wrote
from kangwei.knowledge.models import Article, Attachment


@transaction.atomic
def attach_files(
    *, article: Article, files: Iterable[tuple[str, bytes]], actor: Actor, now: datetime
) -> list[Attachment]:
    """Lay files, given as name and content, with the draft: all of them or none.

    ActionError for a file of a kind that is not taken, mislabelled or too large, for one that lies there already, for
    an article that is no draft and one whose draft the actor may not see.
    """
    article = locked(article)
    version = require_draft(article)
    may_write(article, actor)
    wrote(version, actor)
    laid = []
    for file_name, content in files:
        digest = hashlib.sha256(content).hexdigest()
        if article.attachments.filter(until=None, document__versions__sha256=digest).exists():
            raise ActionError(f"文件「{file_name}」与这条知识上已有的一份完全相同，没有再次上传", field="file")
        document = documents.archive(
            title=f"{article.number} {file_name}", kind="article-file", file_name=file_name, content=content,
            origin=Origin.UPLOADED, actor=actor, now=now, practice=article.practice,
        )  # fmt: skip
        laid.append(
            Attachment.objects.create(
                article=article, document=document, since=version.number, at=now, by=actor.audit_name
            )
        )
        note(article, "上传附件", actor, now, text=file_name, inner=True)
        audit.append(
            actor=actor, action="knowledge.attach", subject=("article", article.number),
            data={"document": document.number, "file": file_name}, now=now,
        )  # fmt: skip
    return laid


@transaction.atomic
def remove_file(*, attachment: Attachment, actor: Actor, now: datetime) -> None:
    """Leave a file out of the draft; versions that were published with it keep it, and so does the archive.

    ActionError for an article that is no draft and one whose draft the actor may not see.
    """
    article = locked(attachment.article)
    version = require_draft(article)
    may_write(article, actor)
    rows = article.attachments.filter(pk=attachment.pk, until=None)
    if not (rows.filter(since=version.number).delete()[0] or rows.update(until=version.number)):
        return
    wrote(version, actor)
    note(article, "移除附件", actor, now, text=attachment.document.title, inner=True)
    audit.append(
        actor=actor, action="knowledge.remove_file", subject=("article", article.number),
        data={"document": attachment.document.number}, now=now,
    )  # fmt: skip
