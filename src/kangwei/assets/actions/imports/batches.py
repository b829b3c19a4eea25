"""A ledger from its upload to its confirmation: nothing of it is in the register yet."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.assets import queries, storage
from kangwei.assets.actions.imports.tables import check_columns, outline, read_ledger, remember, table_of
from kangwei.assets.enums import ImportState
from kangwei.assets.models import ImportBatch
from kangwei.base import jobs
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError

if TYPE_CHECKING:
    from kangwei.accounts.models import Party

JOB_KIND = "assets.import"


def upload_ledger(
    *, owner: "Party", kind: str, file_name: str, content: bytes, actor: Actor, now: datetime, sheet: str = "",
    maintainer: "Party | None" = None,
) -> ImportBatch:  # fmt: skip
    """Keep a ledger of a kind (or of relations) until it is confirmed; `maintainer` is the supplier that brings it.

    ActionError where the file cannot be read as a table, with everything that is wrong with it.
    """
    if kind not in queries.ledger_kinds():
        raise ActionError(f"没有类别 {kind}", field="kind")
    table = read_ledger(content, file_name, sheet)
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            owner=owner, maintainer=maintainer, kind=kind, file_name=_shown_name(file_name),
            sha256=hashlib.sha256(content).hexdigest(), uploaded_at=now, uploaded_by=actor.audit_name,
            **outline(table),
        )  # fmt: skip
        storage.keep(storage.ledger_path(batch.pk), content)
    return batch


def choose_sheet(*, batch: ImportBatch, sheet: str) -> None:
    """Read another sheet of the file; the columns have to be chosen again."""
    table = table_of(batch, sheet=sheet)
    _change(batch, **outline(table), mapping={}, key=[])


def map_columns(*, batch: ImportBatch, mapping: Mapping[str, int], key: Sequence[str], blanks_clear: bool) -> None:
    """Say which column is which field, by which fields rows are matched, and whether an empty cell empties a field.

    ActionError where a required field or one to match by has no column.
    """
    check_columns(batch, mapping, key)
    _change(batch, mapping=dict(mapping), key=list(key), blanks_clear=blanks_clear)


@transaction.atomic
def confirm_import(*, batch: ImportBatch, actor: Actor, now: datetime) -> None:
    """Ask the worker to bring the ledger in. The columns are remembered for the next one with the same headings.

    ActionError where that was asked for already, or the columns are not chosen.
    """
    _change(batch, state=ImportState.RUNNING)
    batch.refresh_from_db()
    check_columns(batch, batch.mapping, batch.key)
    remember(batch)
    jobs.schedule(
        kind=JOB_KIND, key=job_key(batch), payload={"batch": batch.pk, "by": actor.audit_name}, due_at=now, now=now
    )


def job_key(batch: ImportBatch) -> str:
    """The key of the job that brings a ledger in."""
    return f"asset-import:{batch.pk}"


@transaction.atomic
def discard_upload(*, batch: ImportBatch) -> None:
    """Forget a ledger that was not confirmed."""
    stored = ImportBatch.objects.select_for_update().filter(pk=batch.pk).first()
    if stored is None or stored.state != ImportState.UPLOADED:
        raise ActionError("这份台账已经导入，不能放弃")
    stored.delete()
    transaction.on_commit(lambda: storage.ledger_path(batch.pk).unlink(missing_ok=True))


def _change(batch: ImportBatch, **values: object) -> None:
    """Change a batch that waits for its confirmation, and only such a one."""
    if not ImportBatch.objects.filter(pk=batch.pk, state=ImportState.UPLOADED).update(**values):
        raise ActionError("这份台账已经确认导入，不能再改")
    for name, value in values.items():
        setattr(batch, name, value)


def _shown_name(file_name: str) -> str:
    """The last part of the name without what cannot be printed."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[:200] or "台账"
