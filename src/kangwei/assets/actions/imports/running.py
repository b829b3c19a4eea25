"""The rows of a confirmed ledger, brought into the register a chunk a transaction."""

from datetime import datetime, timedelta
from time import perf_counter

from django.db import transaction
from django.db.models import F

from kangwei.assets import storage
from kangwei.assets.actions.imports.loading import CHUNK, Ledger, Rows, open_ledger, parted
from kangwei.assets.actions.registering import hold_register
from kangwei.assets.enums import ImportState
from kangwei.assets.models import ImportBatch, RefusedRow
from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.ledgers import BadRow, Checked, Fault, LedgerRow, faulty_workbook

RETRIED = "，系统会自动再试"


def run_import(*, batch_id: int, actor: Actor, now: datetime) -> None:
    """Bring in what is left of a confirmed ledger; `actor` is who confirmed it.

    Safe to do twice at once and to kill anywhere: a chunk's rows, events and refusals are stored in one transaction
    with the number of rows that are done, which moves on only from where it was. ActionError where the file is gone
    (the import has then failed, what was done before stays and is counted); anything unforeseen is noted and passed
    on, so that the job tries again.
    """
    batch = ImportBatch.objects.select_related("owner", "maintainer").get(pk=batch_id)
    if batch.state != ImportState.RUNNING:
        return
    began = perf_counter()
    try:
        ledger = open_ledger(batch)
        _load(batch, ledger, actor, now)
        workbook = refused_workbook(batch, ledger)
        _finish(batch, workbook, actor, now + timedelta(seconds=perf_counter() - began))
    except ActionError as error:
        if fail_import(batch=batch, reason=str(error), actor=actor, now=now):
            raise
    except Exception as error:
        mine = ImportBatch.objects.filter(pk=batch.pk, state=ImportState.RUNNING)
        if mine.update(reason=f"导入时出错（{type(error).__name__}）{RETRIED}"):
            raise


def refused_workbook(batch: ImportBatch, ledger: Ledger) -> bytes:
    """The rows that were refused with the reasons, to be corrected and brought again; empty where there are none."""
    rows = batch.refusals.values_list("number", "faults").order_by("number").iterator(2000)
    bad = [BadRow(number, tuple(Fault(*fault) for fault in faults)) for number, faults in rows]
    return faulty_workbook(ledger.table, Checked([], bad, ledger.checked.mapping)) if bad else b""


@transaction.atomic
def fail_import(*, batch: ImportBatch, reason: str, actor: Actor, now: datetime) -> bool:
    """Give a running import up; False where another worker has ended it.

    What was brought in before stays, and the audit trail says how much that was.
    """
    if not _ended(batch, ImportState.FAILED, reason, now):
        return False
    _record(batch, actor, now)
    return True


def _load(batch: ImportBatch, ledger: Ledger, actor: Actor, now: datetime) -> None:
    planner = ledger.planner(batch)
    while True:
        done = ImportBatch.objects.values_list("done", flat=True).get(pk=batch.pk)
        if done >= len(ledger.rows):
            return
        if not _load_chunk(batch, ledger.rows[done : done + CHUNK], done, planner, actor, now):
            # Another worker did these rows, so that what this one knows of the register is old.
            batch.refresh_from_db(fields=["state"])
            if batch.state != ImportState.RUNNING:
                return
            planner = ledger.planner(batch)


@transaction.atomic
def _load_chunk(
    batch: ImportBatch, rows: list[LedgerRow | BadRow], done: int, planner: Rows, actor: Actor, now: datetime
) -> bool:
    """Store these rows; False, and nothing stored, where another worker was first."""
    mine = ImportBatch.objects.filter(pk=batch.pk, state=ImportState.RUNNING, done=done)
    if not mine.update(done=F("done") + len(rows)):
        return False
    # Ledgers and relations of one party come in one after the other.
    hold_register(batch.owner)
    planner.catch_up()
    good, bad = parted(rows)
    plan = planner.plan(good, now, lock=True)
    planner.save(plan, actor, now)  # type: ignore[arg-type]  # a planner's own plan
    refused = [*bad, *plan.refused]
    RefusedRow.objects.bulk_create(
        RefusedRow(
            batch=batch, number=row.number, faults=[[fault.heading, fault.field, fault.reason] for fault in row.faults]
        )
        for row in refused
    )
    ImportBatch.objects.filter(pk=batch.pk).update(
        created=F("created") + len(plan.created), updated=F("updated") + len(plan.updated),
        unchanged=F("unchanged") + len(plan.unchanged), refused=F("refused") + len(refused), reason="",
    )  # fmt: skip
    return True


@transaction.atomic
def _finish(batch: ImportBatch, workbook: bytes, actor: Actor, now: datetime) -> None:
    if not _ended(batch, ImportState.DONE, "", now):
        return
    if workbook:
        storage.keep(storage.refused_path(batch.pk), workbook)
    _record(batch, actor, now)
    transaction.on_commit(lambda: storage.ledger_path(batch.pk).unlink(missing_ok=True))


def _ended(batch: ImportBatch, state: ImportState, reason: str, now: datetime) -> bool:
    """End a running import; False where that was done already."""
    running = ImportBatch.objects.filter(pk=batch.pk, state=ImportState.RUNNING)
    return bool(running.update(state=state, reason=reason[:500], finished_at=now))


def _record(batch: ImportBatch, actor: Actor, now: datetime) -> None:
    batch.refresh_from_db()
    data = {
        "file": batch.file_name, "sheet": batch.sheet, "sha256": batch.sha256, "kind": batch.kind,
        "owner": batch.owner.name, "key": batch.key, "rows": batch.rows, "done": batch.done,
        "created": batch.created, "updated": batch.updated, "unchanged": batch.unchanged, "refused": batch.refused,
        "reason": batch.reason,
    }  # fmt: skip
    audit.append(
        actor=actor, action="assets.import_ledger", subject=("asset-import", str(batch.pk)), data=data, now=now
    )  # fmt: skip
