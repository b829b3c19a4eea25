"""The job that brings a ledger in: in chunks, killed in the middle, twice at once, given up."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kangwei.assets import actions, storage
from kangwei.assets.actions.imports import running
from kangwei.assets.actions.imports.assets import AssetRows
from kangwei.assets.enums import ImportState
from kangwei.assets.models import Asset, AssetEvent, ImportBatch, RefusedRow
from kangwei.base import jobs
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry, Job

CLERK = System("张文员")
HEAD = ["名称", "序列号", "启用日期"]


def ledger(count):
    """Every fifth row has a date that there is not."""
    return [
        HEAD,
        *([f"手持机{n}", f"SN{n}", "2024-02-30" if n % 5 == 0 else "2024-02-03"] for n in range(1, count + 1)),
    ]


def run(batch, now):
    actions.run_import(batch_id=batch.pk, actor=CLERK, now=now)
    batch.refresh_from_db()


def counts(batch):
    return batch.done, batch.created, batch.updated, batch.unchanged, batch.refused


@pytest.fixture
def chunks_of(monkeypatch):
    return lambda size: monkeypatch.setattr(running, "CHUNK", size)


@pytest.fixture
def dies_at(monkeypatch):
    """`dies_at(3)`: the third chunk that is saved fails, once."""

    def arrange(call):
        save, calls = AssetRows.save, []

        def failing(self, *arguments):
            calls.append(1)
            save(self, *arguments)
            if len(calls) == call:
                raise MemoryError

        monkeypatch.setattr(AssetRows, "save", failing)

    return arrange


@pytest.mark.django_db
class TestOneWorker:
    def test_goes_on_where_it_was_when_it_is_killed(self, bring, now, chunks_of, dies_at):
        chunks_of(4)
        dies_at(3)
        batch = bring(ledger(20), until="confirm")
        with pytest.raises(MemoryError):
            run(batch, now)
        batch.refresh_from_db()
        assert (batch.state, counts(batch)) == (ImportState.RUNNING, (8, 7, 0, 0, 1))
        assert Asset.objects.count() == AssetEvent.objects.count() == 7
        assert "MemoryError" in batch.reason
        run(batch, now)
        assert (batch.state, counts(batch), batch.reason) == (ImportState.DONE, (20, 16, 0, 0, 4), "")
        assert Asset.objects.count() == AssetEvent.objects.count() == 16
        assert [refusal.number for refusal in batch.refusals.all()] == [6, 11, 16, 21]

    def test_numbers_follow_one_another_over_a_kill(self, bring, now, chunks_of, dies_at):
        chunks_of(4)
        dies_at(2)
        batch = bring(ledger(8), until="confirm")
        with pytest.raises(MemoryError):
            run(batch, now)
        run(batch, now)
        assert list(Asset.objects.values_list("number", flat=True)) == [f"PDA-{n:06d}" for n in range(1, 8)]

    def test_killed_before_the_end_is_written_it_ends_the_next_time(self, bring, now, monkeypatch):
        batch = bring(ledger(5), until="confirm")
        finish = running._finish
        monkeypatch.setattr(running, "_finish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(batch, now)
        monkeypatch.setattr(running, "_finish", finish)
        run(batch, now)
        assert (batch.state, counts(batch)) == (ImportState.DONE, (5, 4, 0, 0, 1))
        assert storage.refused_path(batch.pk).is_file()

    def test_run_again_after_its_end_it_does_nothing(self, bring, now):
        batch = bring(ledger(5))
        before = counts(batch)
        run(batch, now)
        assert counts(batch) == before and AuditEntry.objects.filter(action="assets.import_ledger").count() == 1

    def test_the_worker_runs_the_job_in_the_name_of_whoever_confirmed_it(self, bring, now):
        batch = bring(ledger(3), until="confirm")
        assert jobs.run(Job.objects.get(key=f"asset-import:{batch.pk}").pk, now=now)
        batch.refresh_from_db()
        assert batch.state == ImportState.DONE
        assert set(batch.events.values_list("by", flat=True)) == {"张文员"}

    def test_confirmed_twice_it_is_one_job(self, bring, now):
        batch = bring(ledger(3), until="confirm")
        with pytest.raises(ActionError, match="已经确认"):
            actions.confirm_import(batch=batch, actor=CLERK, now=now)
        assert Job.objects.count() == 1

    def test_a_changed_file_is_not_brought_in(self, bring, now):
        batch = bring(ledger(3), until="confirm")
        storage.ledger_path(batch.pk).write_bytes(b"something else")
        with pytest.raises(ActionError, match="已被改动"):
            run(batch, now)
        batch.refresh_from_db()
        assert (batch.state, Asset.objects.count()) == (ImportState.FAILED, 0)
        assert AuditEntry.objects.get(action="assets.import_ledger").data["reason"] == batch.reason

    def test_what_was_brought_in_before_the_file_was_lost_stays_and_is_counted(self, bring, now, chunks_of, dies_at):
        chunks_of(2)
        dies_at(2)
        batch = bring(ledger(5), until="confirm")
        with pytest.raises(MemoryError):
            run(batch, now)
        storage.ledger_path(batch.pk).unlink()
        with pytest.raises(ActionError):
            run(batch, now)
        batch.refresh_from_db()
        assert (batch.state, counts(batch)) == (ImportState.FAILED, (2, 2, 0, 0, 0))
        assert AuditEntry.objects.get(action="assets.import_ledger").data["created"] == 2

    def test_sees_what_others_register_between_two_chunks(self, bring, now, chunks_of, monkeypatch, make_asset):
        chunks_of(2)
        batch = bring(ledger(4), until="confirm")
        save = AssetRows.save

        def saving(self, *arguments):
            save(self, *arguments)
            if not Asset.objects.filter(serial_number="SN3").exists():
                make_asset(name="别人刚登记的", serial_number="SN3", number="PDA-000004")

        monkeypatch.setattr(AssetRows, "save", saving)
        run(batch, now)
        assert counts(batch) == (4, 3, 1, 0, 0)
        assert sorted(Asset.objects.values_list("number", flat=True)) == [f"PDA-{n:06d}" for n in (1, 2, 3, 4)]
        assert Asset.objects.filter(serial_number="SN3").count() == 1

    def test_costs_the_same_queries_for_forty_rows_as_for_four(self, bring, now):
        bring(ledger(1))
        asked = []
        for rows in (ledger(4), [HEAD, *ledger(44)[5:]]):
            batch = bring(rows, until="confirm")
            with CaptureQueriesContext(connection) as queries:
                run(batch, now)
            asked.append(len(queries))
        assert asked[0] == asked[1] < 35


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_bring_in_every_row_once(bring, now, chunks_of):
    chunks_of(7)
    batch = bring(ledger(200), until="confirm")

    def work(_):
        try:
            actions.run_import(batch_id=batch.pk, actor=CLERK, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == (ImportState.DONE, (200, 160, 0, 0, 40))
    assert Asset.objects.values("serial_number").distinct().count() == Asset.objects.count() == 160
    assert (AssetEvent.objects.count(), RefusedRow.objects.count()) == (160, 40)
    assert AuditEntry.objects.filter(action="assets.import_ledger").count() == 1
    assert not storage.ledger_path(batch.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_ledgers_with_the_same_rows_at_once_double_nothing(bring, now, chunks_of):
    chunks_of(7)
    batches = [bring(ledger(60), until="confirm") for _ in range(2)]

    def work(batch):
        try:
            actions.run_import(batch_id=batch.pk, actor=CLERK, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, batches))
    assert Asset.objects.count() == 48
    found = [ImportBatch.objects.get(pk=batch.pk) for batch in batches]
    assert sum(batch.created for batch in found) == sum(batch.unchanged for batch in found) == 48


@pytest.mark.django_db
class TestSweep:
    def test_an_import_whose_job_was_given_up_has_failed(self, bring, now, dies_at):
        batch = bring(ledger(5), until="confirm")
        job = Job.objects.get()
        Job.objects.update(attempts=jobs.MAX_ATTEMPTS - 1)
        dies_at(1)
        jobs.run(job.pk, now=now)
        job.refresh_from_db()
        assert job.state == Job.State.FAILED
        actions.sweep_imports(actor=CLERK, now=now)
        batch.refresh_from_db()
        assert (batch.state, batch.reason) == (ImportState.FAILED, "导入时出错（MemoryError），多次重试后放弃")
        assert AuditEntry.objects.filter(action="assets.import_ledger").count() == 1

    def test_one_that_runs_is_left_alone(self, bring, now):
        batch = bring(ledger(5), until="confirm")
        actions.sweep_imports(actor=CLERK, now=now + timedelta(days=30))
        batch.refresh_from_db()
        assert batch.state == ImportState.RUNNING and storage.ledger_path(batch.pk).is_file()
        run(batch, now)
        assert batch.state == ImportState.DONE

    def test_a_ledger_that_nobody_confirms_is_forgotten_after_a_week(self, bring, now):
        batch = bring(ledger(5), until="columns")
        for days, state, is_there in [(6, ImportState.UPLOADED, True), (8, ImportState.FAILED, False)]:
            later = now + timedelta(days=days)
            os.utime(storage.ledger_path(batch.pk), (now.timestamp(), now.timestamp()))
            actions.sweep_imports(actor=CLERK, now=later)
            batch.refresh_from_db()
            assert (batch.state, storage.ledger_path(batch.pk).is_file()) == (state, is_there)
        assert "没有确认" in batch.reason

    def test_rows_that_went_back_are_kept_for_ninety_days(self, bring, now):
        path = storage.refused_path(bring(ledger(5)).pk)
        os.utime(path, (now.timestamp(), now.timestamp()))
        for days, is_there in [(89, True), (91, False)]:
            actions.sweep_imports(actor=CLERK, now=now + timedelta(days=days))
            assert path.is_file() is is_there

    def test_a_file_without_an_import_is_deleted_once_it_is_old(self, own_var, now):
        path = storage.ledger_path(99)
        storage.keep(path, b"left")
        for hours, is_there in [(0.5, True), (2, False)]:
            moment = now.timestamp() - hours * 3600
            os.utime(path, (moment, moment))
            actions.sweep_imports(actor=CLERK, now=now)
            assert path.is_file() is is_there


@pytest.mark.django_db
class TestDiscard:
    def test_an_upload_can_be_given_up(self, bring, django_capture_on_commit_callbacks):
        batch = bring(ledger(3), until="columns")
        with django_capture_on_commit_callbacks(execute=True):
            actions.discard_upload(batch=batch)
        assert not ImportBatch.objects.exists() and not list(storage.folder().iterdir())

    def test_an_import_cannot(self, bring):
        batch = bring(ledger(3))
        with pytest.raises(ActionError, match="已经导入"):
            actions.discard_upload(batch=batch)
        assert ImportBatch.objects.exists()
