"""Documents made of the register: rendered from a frozen context, archived, and noted with whose they are."""

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from kangwei.assets.models import Asset, AssetDocument
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.documents import kinds, names
from kangwei.documents import actions as documents
from kangwei.documents.enums import Origin

if TYPE_CHECKING:
    from kangwei.accounts.models import Party
    from kangwei.documents.models import DocumentVersion


def archive_sheet(
    context: Any, *, kind: str, subject: str, owner: "Party", maker: "Party", asset: Asset | None, actor: Actor,
    now: datetime,
) -> AssetDocument:  # fmt: skip
    """Render and archive a document kind of core.documents, inside the caller's transaction.

    The context's `number` becomes the document's, and `subject` stands behind its title.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("archive_sheet runs inside the action's transaction")
    sheet = replace(context, number=documents.next_document_number(now=now))
    document = documents.archive(
        title=f"{sheet.title} {subject}".strip(),
        kind=kind,
        file_name=names.safe_file_name(f"{sheet.title}-{subject}-{sheet.number}.docx"),
        content=kinds.render_docx(sheet),
        origin=Origin.RENDERED,
        context=json.loads(kinds.to_json(sheet)),
        practice=sheet.practice,
        number=sheet.number,
        actor=actor,
        now=now,
    )
    return AssetDocument.objects.create(owner=owner, maker=maker, asset=asset, document=document)


def add_signed_version(
    *, row: AssetDocument, file_name: str, content: bytes, note: str, actor: Actor, now: datetime
) -> "DocumentVersion":
    """Archive the signed or edited file as the next version of a document; ActionError as `documents.add_version`."""
    return documents.add_version(
        document=row.document, file_name=file_name, content=content, note=note, actor=actor, now=now
    )


def only_owner(assets: list[Asset]) -> "Party":
    """The party that all of these belong to; ActionError where there is none, or several."""
    owners = {asset.owner_id: asset.owner for asset in assets}
    if not assets:
        raise ActionError("请先选择资产")
    if len(owners) > 1:
        raise ActionError("所选资产不属于同一单位，请分开办理")
    return assets[0].owner
