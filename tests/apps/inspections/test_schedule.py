"""The worker inspects on the contract's own schedule."""

from datetime import timedelta

import pytest

from kangwei.base.audit import WORKER
from kangwei.inspections import actions
from kangwei.inspections.enums import Trigger
from tests.fakes.inspections import FakeHttp


@pytest.fixture
def sweep(now):
    return lambda at=now: actions.request_scheduled_runs(actor=WORKER, now=at)


@pytest.fixture
def target(make_target):
    return make_target(automatic=True)


def test_what_this_month_owes_is_asked_for_once(target, make_target, sweep):
    make_target("业务库乙")  # not automatic
    (run,) = sweep()
    assert (run.target, run.trigger, run.requested_by) == (target, Trigger.SCHEDULE, "系统")
    assert run.occurrence.label == "2026年11月"
    assert sweep() == []


def test_once_measured_the_next_is_that_of_the_next_month(target, sweep, perform, now):
    perform(sweep()[0], FakeHttp())
    assert sweep(now + timedelta(hours=2)) == []
    (run,) = sweep(now + timedelta(days=11))
    assert run.occurrence.label == "2026年12月"


def test_what_measured_nothing_is_tried_again_after_an_hour(target, sweep, perform, now):
    perform(sweep()[0], FakeHttp(failure="连接超时"))
    assert sweep(now + timedelta(minutes=50)) == []
    assert len(sweep(now + timedelta(minutes=61))) == 1


def test_a_run_that_somebody_asked_for_counts_as_well(target, sweep, request_run, perform, now):
    perform(request_run(target), FakeHttp())
    assert sweep(now + timedelta(hours=2)) == []


def test_what_was_missed_is_not_made_up(target, sweep, contract, now):
    after_the_last_month = now + timedelta(days=60)
    assert sweep(after_the_last_month) == []


def test_a_target_out_of_use_or_without_a_duty_is_left_alone(target, make_target, sweep, now):
    make_target("", name="门户", automatic=True)
    actions.deactivate_target(target=target, actor=WORKER, now=now)
    assert sweep() == []


def test_a_target_that_is_refused_does_not_keep_the_others_waiting(target, make_target, sweep):
    type(target).objects.filter(pk=target.pk).update(template="no-longer-bundled")
    other = make_target("业务库乙", automatic=True)
    assert [run.target for run in sweep()] == [other]


def test_the_worker_finds_the_handler_and_the_periodic_task():
    from kangwei.base.jobs import HANDLERS
    from kangwei.base.queue import queue

    assert "inspections.run" in HANDLERS
    assert "request_scheduled_runs" in {type(task).__name__ for task in queue._registry.periodic_tasks}
