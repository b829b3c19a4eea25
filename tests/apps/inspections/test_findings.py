"""Findings: one for each thing that is wrong, for as long as it is."""

from datetime import timedelta
from itertools import count

import pytest

from kangwei.base.errors import ActionError
from kangwei.inspections import actions, queries
from kangwei.inspections.enums import FindingState
from kangwei.inspections.models import Finding
from tests.apps.inspections.conftest import TESTER
from tests.fakes.inspections import FakeHttp

SLOW = {"response_ms": 12_000}


@pytest.fixture
def inspect(make_target, request_run, perform, now):
    """`inspect(FakeHttp(...))`: one whole run of the same target, each an hour after the one before."""
    target, hours = make_target(), count()

    def run(probe):
        at = now + timedelta(hours=next(hours))
        return perform(request_run(target, now=at), probe, now=at)

    return run


def standing():
    return {(row.key, row.severity, row.state) for row in Finding.objects.all()}


def test_what_is_wrong_is_found_once_and_confirmed(inspect):
    first, second = inspect(FakeHttp(**SLOW)), inspect(FakeHttp(response_ms=5_000))
    finding = Finding.objects.get()
    assert (finding.run, finding.last_run) == (first, second)
    assert (finding.severity, finding.text) == ("warning", "响应时间：5000毫秒（警告 > 3000，严重 > 10000）")


def test_what_is_well_again_is_recovered_with_the_run_that_saw_it(inspect):
    inspect(FakeHttp(**SLOW))
    run = inspect(FakeHttp())
    finding = Finding.objects.get()
    assert (finding.state, finding.last_run, finding.resolved_at) == (
        FindingState.RECOVERED, run, run.finished_at,
    )  # fmt: skip
    assert list(queries.findings_standing(run)) == [finding]


def test_wrong_again_after_recovery_is_a_new_finding(inspect):
    for probe in (FakeHttp(**SLOW), FakeHttp(), FakeHttp(**SLOW)):
        inspect(probe)
    assert sorted(Finding.objects.values_list("state", flat=True)) == ["open", "recovered"]


def test_an_unreachable_target_is_one_finding_and_says_nothing_of_the_others(inspect):
    inspect(FakeHttp(**SLOW))
    inspect(FakeHttp(failure="连接超时"))
    assert standing() == {("response_ms", "critical", "open"), ("", "critical", "open")}
    inspect(FakeHttp(**SLOW))
    assert standing() == {("response_ms", "critical", "open"), ("", "critical", "recovered")}


def test_a_person_resolves_a_finding_with_a_note(inspect, now):
    inspect(FakeHttp(**SLOW))
    finding = Finding.objects.get()
    with pytest.raises(ActionError, match="请写明怎样处理的"):
        actions.resolve_finding(finding=finding, note=" ", actor=TESTER, now=now)
    actions.resolve_finding(finding=finding, note="扩容", actor=TESTER, now=now)
    finding.refresh_from_db()
    assert (finding.state, finding.note, finding.resolved_by) == (FindingState.RESOLVED, "扩容", "测试")
    with pytest.raises(ActionError, match="已经消除"):
        actions.resolve_finding(finding=finding, note="再来", actor=TESTER, now=now)
