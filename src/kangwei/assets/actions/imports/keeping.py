"""What is left of imports that went nowhere, and files that nobody needs any more."""

from datetime import datetime, timedelta

from django.db.models import Q

from kangwei.assets import storage
from kangwei.assets.actions.imports.batches import job_key
from kangwei.assets.actions.imports.running import RETRIED, fail_import
from kangwei.assets.enums import ImportState
from kangwei.assets.models import ImportBatch
from kangwei.base.audit import Actor
from kangwei.base.models import Job

UPLOAD_DAYS = 7
"""So long a ledger waits to be confirmed."""
REFUSED_DAYS = 90
"""So long the rows that went back can be fetched."""
YOUNG = timedelta(hours=1)
"""A file as young as this may belong to an upload that is not stored yet."""


def sweep_imports(*, actor: Actor, now: datetime) -> None:
    """End imports whose job was given up, forget ledgers that nobody confirmed, and delete files without a use."""
    for batch in ImportBatch.objects.filter(state=ImportState.RUNNING):
        if Job.objects.filter(key=job_key(batch), state=Job.State.FAILED).exists():
            told = batch.reason.removesuffix(RETRIED) or "导入时出错"
            fail_import(batch=batch, reason=f"{told}，多次重试后放弃", actor=actor, now=now)
    old = now - timedelta(days=UPLOAD_DAYS)
    ImportBatch.objects.filter(state=ImportState.UPLOADED, uploaded_at__lt=old).update(
        state=ImportState.FAILED, reason=f"上传后 {UPLOAD_DAYS} 天没有确认，文件已删除", finished_at=now
    )
    _delete_files(now)


def _delete_files(now: datetime) -> None:
    waiting = Q(state__in=[ImportState.UPLOADED, ImportState.RUNNING])
    ledgers = set(ImportBatch.objects.filter(waiting).values_list("pk", flat=True))
    fetched = Q(state=ImportState.DONE, finished_at__gte=now - timedelta(days=REFUSED_DAYS))
    refused = set(ImportBatch.objects.filter(waiting | fetched).values_list("pk", flat=True))
    for number, path in storage.stored(before=now - YOUNG):
        if number not in (refused if path.name.endswith(".refused.xlsx") else ledgers):
            path.unlink(missing_ok=True)
