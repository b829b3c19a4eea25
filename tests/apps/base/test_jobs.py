"""Jobs: written with the change, done once, taken again from a worker that died."""

from datetime import timedelta

import pytest
from django.db import transaction

from kangwei.base import jobs
from kangwei.base.errors import ActionError
from kangwei.base.models import Job
from kangwei.base.queue import queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch):
    """A job kind `test.note` that keeps its payloads."""
    seen = []
    monkeypatch.setitem(jobs.HANDLERS, "test.note", lambda payload, **_: seen.append(payload))
    return seen


def ask(now, key="a", due_at=None):
    return jobs.schedule(kind="test.note", key=key, payload={"key": key}, due_at=due_at or now, now=now)


def test_a_due_job_is_done_once(done, now):
    job = ask(now)
    assert jobs.due(now) == [job.pk]
    assert jobs.run(job.pk, now=now) is True
    assert jobs.run(job.pk, now=now) is False
    assert done == [{"key": "a"}]
    assert Job.objects.get().state == Job.State.DONE


def test_asking_twice_with_one_key_asks_once(done, now):
    assert ask(now).pk == ask(now).pk


def test_a_job_of_a_later_date_waits(done, now):
    job = ask(now, due_at=now + timedelta(hours=1))
    assert jobs.due(now) == []
    assert jobs.run(job.pk, now=now) is False
    assert jobs.run(job.pk, now=now + timedelta(hours=1)) is True


def test_a_job_that_is_rolled_back_was_never_asked_for(done, now):
    with pytest.raises(RuntimeError), transaction.atomic():
        ask(now)
        raise RuntimeError
    assert jobs.due(now) == []


def test_a_job_whose_worker_died_is_taken_again_after_its_lease(done, now):
    job = ask(now)
    Job.objects.update(state=Job.State.RUNNING, lease_until=now + jobs.LEASE, attempts=1)
    assert jobs.run(job.pk, now=now) is False
    later = now + jobs.LEASE + timedelta(seconds=1)
    assert jobs.due(later) == [job.pk]
    assert jobs.run(job.pk, now=later) is True


def test_what_may_pass_is_tried_as_often_as_the_kind_wants_an_hour_apart_at_most(monkeypatch, now):
    def wait(payload, *, now):
        raise jobs.NotNowError("服务器没有应答")

    monkeypatch.setitem(jobs.HANDLERS, "test.note", wait)
    monkeypatch.setitem(jobs.ATTEMPTS, "test.note", 9)
    job, at, waits = ask(now), now, []
    while jobs.run(job.pk, now=at):
        job.refresh_from_db()
        if job.state == Job.State.FAILED:
            break
        waits.append(job.due_at - at)
        at = job.due_at
    assert (job.attempts, job.error) == (9, "服务器没有应答")
    assert waits[0] == timedelta(minutes=1) and waits == sorted(waits) and waits[-1] == timedelta(hours=1)


def test_however_often_it_was_tried_the_next_wait_is_an_hour(monkeypatch, now):
    def wait(payload, *, now):
        raise jobs.NotNowError("服务器没有应答")

    monkeypatch.setitem(jobs.HANDLERS, "test.note", wait)
    monkeypatch.setitem(jobs.ATTEMPTS, "test.note", 60)
    job = ask(now)
    Job.objects.update(attempts=45)
    assert jobs.run(job.pk, now=now) is True
    job.refresh_from_db()
    assert (job.state, job.due_at - now) == (Job.State.WAITING, jobs.LONGEST_WAIT)


def test_a_refusal_is_final_and_keeps_its_reason(monkeypatch, now):
    def refuse(payload, *, now):
        raise ActionError("目标已停用")

    monkeypatch.setitem(jobs.HANDLERS, "test.note", refuse)
    job = ask(now)
    jobs.run(job.pk, now=now)
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, "目标已停用")


def test_a_fault_is_tried_again_later_and_given_up_in_the_end(monkeypatch, now):
    def fail(payload, *, now):
        raise OSError("disk")

    monkeypatch.setitem(jobs.HANDLERS, "test.note", fail)
    job, moment, waits = ask(now), now, []
    for _ in range(jobs.MAX_ATTEMPTS):
        assert jobs.run(job.pk, now=moment)
        job.refresh_from_db()
        waits.append(job.due_at - moment)
        moment = max(moment, job.due_at)
    assert job.state == Job.State.FAILED
    assert "OSError: disk" in job.error
    assert waits[:4] == sorted(waits[:4]) and waits[0] == timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_a_committed_job_wakes_the_queue(now):
    with transaction.atomic():
        job = ask(now)
        assert queue.pending_count() == 0
    assert [task.args for task in queue.pending()] == [(job.pk,)]


@pytest.fixture(autouse=True)
def empty_queue():
    queue.flush()
    yield
    queue.flush()
