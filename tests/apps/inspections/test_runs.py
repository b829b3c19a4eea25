"""Runs: asked for, performed once, written down as evidence of the right occurrence."""

import socket
from datetime import timedelta

import pytest
from django.db import transaction

from kangwei.base import jobs
from kangwei.base.errors import ActionError
from kangwei.base.models import Job
from kangwei.contracts import actions as contract_actions
from kangwei.contracts.enums import OccurrenceState
from kangwei.core.probes import PROBES
from kangwei.documents import queries as documents
from kangwei.inspections import actions
from kangwei.inspections.enums import RunState
from kangwei.inspections.models import CheckResult, Run
from kangwei.inspections.running import inspect
from tests.apps.inspections.conftest import TESTER
from tests.fakes.inspections import FakeHttp


def evidence_of(contract):
    return list(contract.evidence.all())


def test_a_run_is_numbered_and_handed_to_the_worker(make_target, request_run):
    run = request_run(make_target())
    assert (run.number, run.state, run.requested_by) == ("XJ-202611-0001", RunState.QUEUED, "张工")
    assert run.template["name"] == "http-service"
    job = Job.objects.get()
    assert (job.kind, job.key, job.payload) == ("inspections.run", f"inspection-run:{run.pk}", {"run": run.pk})


def test_a_finished_run_is_evidence_for_this_month_with_an_archived_sheet(contract, make_target, request_run, perform):
    run = perform(request_run(make_target()), FakeHttp())
    assert (run.state, run.verdict, run.measured, run.uncounted) == (RunState.FINISHED, "normal", True, "")
    occurrence = run.occurrence
    assert (occurrence.label, occurrence.target, occurrence.state) == ("2026年11月", "业务库甲", OccurrenceState.DONE)
    (evidence,) = evidence_of(contract)
    assert (evidence.reference, evidence.document_id) == (f"inspection-run:{run.pk}", run.document_id)
    assert (evidence.occurrence, evidence.deliverable) == (occurrence, "数据库巡检报告")
    version = documents.latest(documents.documents([run.document_id])[0])
    assert documents.content(version)[:2] == b"PK"
    sheet = version.context["context"]
    assert (sheet["number"], sheet["duty_name"], sheet["clause_cite"]) == (
        run.number, "数据库月度巡检", "small-2026.txt:20-21",
    )  # fmt: skip
    assert [row["value"] for row in sheet["rows"]][:3] == ["是", "200", "120"]


def test_the_results_are_those_of_the_template(make_target, request_run, perform):
    run = perform(request_run(make_target()), FakeHttp(response_ms=4000, status=None))
    rows = {row.key: (row.value, row.unit, row.verdict, row.threshold) for row in run.results.all()}
    assert rows["response_ms"] == ("4000", "毫秒", "warning", "警告 > 3000，严重 > 10000")
    assert rows["status"] == ("", "", "unmeasured", "")
    assert run.verdict == "warning"


def test_an_unreachable_target_is_a_finished_run_that_fulfils_nothing(contract, make_target, request_run, perform):
    run = perform(request_run(make_target()), FakeHttp(failure="连接被拒绝，端口上没有服务"))
    assert (run.state, run.verdict, run.measured) == (RunState.FINISHED, "critical", False)
    assert run.failure == "连接被拒绝，端口上没有服务"
    assert run.uncounted == "一项也没有测得，不能证明已巡检"
    assert (evidence_of(contract), run.document, run.occurrence.state) == ([], None, OccurrenceState.OPEN)


def test_the_probe_gets_address_options_and_the_unsealed_secret(make_target, request_run, perform):
    probe = FakeHttp()
    run = perform(request_run(make_target(secret="opensesame", options={"expect_text": "登录"})), probe)
    (asked,) = probe.asked
    assert (asked.address, asked.secret, asked.options) == (run.address, "opensesame", {"expect_text": "登录"})


def test_the_duration_is_what_measuring_took(make_target, request_run, perform, now):
    run = perform(request_run(make_target()), FakeHttp())
    assert run.started_at == now
    assert timedelta() < run.duration < timedelta(seconds=20)


def postgresql_answers() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", 5432)) == 0


@pytest.mark.server
@pytest.mark.skipif(not postgresql_answers(), reason="no PostgreSQL on 127.0.0.1:5432")
def test_a_real_database_from_the_request_to_the_evidence(contract, make_target, request_run, now):
    address = "postgresql://postgres@127.0.0.1:5432/postgres"
    run = request_run(make_target(template="postgresql-monthly", address=address, this_server=True))
    (job,) = jobs.due(now)
    jobs.run(job, now=now)
    run.refresh_from_db()
    assert (run.state, run.measured, run.failure) == (RunState.FINISHED, True, "")
    values = dict(run.results.values_list("key", "value"))
    assert int(values["connections"]) >= 1
    assert values["is_in_recovery"] == "否"
    assert [row.occurrence for row in evidence_of(contract)] == [run.occurrence]


class TestWhichOccurrence:
    def test_a_second_run_of_the_month_is_extra_and_leaves_the_missed_months_alone(
        self, contract, make_target, request_run, perform
    ):
        target = make_target()
        perform(request_run(target), FakeHttp())
        run = perform(request_run(target), FakeHttp())
        assert (run.occurrence, run.measured) == (None, True)
        assert run.uncounted == "额外巡检：发起时没有在期内未完成的应履行项"
        assert run.document is not None
        assert len(evidence_of(contract)) == 1

    def test_a_missed_month_is_made_up_where_somebody_says_so(self, make_target, request_run, perform, contract):
        october = contract.occurrences.get(target="业务库甲", period="2026-10")
        run = perform(request_run(make_target(), occurrence=october), FakeHttp())
        october.refresh_from_db()
        assert (run.occurrence, october.state) == (october, OccurrenceState.DONE)
        assert october.done_at > october.due_at

    @pytest.mark.parametrize(
        "target, period, reason",
        [
            ("业务库乙", "2026-11", "不由巡检对象「业务库甲」覆盖"),
            ("业务库甲", "2026-12", "的期间尚未开始"),
        ],
    )
    def test_not_every_occurrence_will_do(self, make_target, request_run, contract, target, period, reason):
        occurrence = contract.occurrences.get(target=target, period=period)
        with pytest.raises(ActionError, match=reason):
            request_run(make_target(), occurrence=occurrence)

    def test_a_target_without_a_duty_is_inspected_all_the_same(self, make_target, request_run, perform):
        run = perform(request_run(make_target("")), FakeHttp())
        assert (run.state, run.occurrence) == (RunState.FINISHED, None)

    def test_waived_meanwhile_the_run_is_kept_without_evidence(self, contract, make_target, request_run, perform, now):
        run = request_run(make_target())
        contract_actions.waive_occurrence(occurrence=run.occurrence, reason="停机", actor=TESTER, now=now)
        run = perform(run, FakeHttp())
        assert (run.state, run.measured, run.uncounted) == (
            RunState.FINISHED, True, "这一项已被免除，请先撤销免除再登记",
        )  # fmt: skip
        assert evidence_of(contract) == []


class TestTwice:
    def test_asking_again_while_one_is_under_way_gives_that_one(self, make_target, request_run):
        target = make_target()
        assert request_run(target) == request_run(target)

    def test_a_target_out_of_use_is_not_inspected(self, make_target, request_run, now):
        target = make_target()
        actions.deactivate_target(target=target, actor=TESTER, now=now)
        with pytest.raises(ActionError, match="已停用"):
            request_run(target)

    def test_performing_a_finished_run_again_changes_nothing(self, contract, make_target, request_run, perform):
        again = FakeHttp(response_ms=99_999)
        run = perform(request_run(make_target()), FakeHttp())
        assert perform(run, again) == run
        assert again.asked == []
        assert (run.results.count(), len(evidence_of(contract))) == (7, 1)

    def test_what_somebody_performs_now_is_left_to_him(self, make_target, request_run, perform, now):
        run = request_run(make_target())
        Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, started_at=now)
        with pytest.raises(actions.RunUnderWayError):
            perform(run, FakeHttp(), now=now + timedelta(minutes=4))

    def test_only_the_later_claim_is_written_down(self, contract, make_target, request_run, perform, now, monkeypatch):
        """A worker that was taken for dead wakes up after another has claimed its run."""
        run = request_run(make_target())

        def measure_while_another_claims(*args, **kwargs):
            found = inspect(*args, **kwargs)
            Run.objects.filter(pk=run.pk).update(started_at=now + timedelta(minutes=6))
            return found

        monkeypatch.setattr("kangwei.inspections.actions.performing.inspect", measure_while_another_claims)
        run = perform(run, FakeHttp())
        assert (run.state, run.results.count(), evidence_of(contract)) == (RunState.RUNNING, 0, [])


class TestAsAJob:
    """Through base.jobs, as the worker does it."""

    @pytest.fixture
    def probe(self, monkeypatch):
        probe = FakeHttp()
        monkeypatch.setitem(PROBES, "http", lambda: probe)
        return probe

    def test_is_done_once(self, contract, make_target, request_run, probe, now):
        run = request_run(make_target())
        (job,) = jobs.due(now)
        assert jobs.run(job, now=now)
        assert not jobs.run(job, now=now + timedelta(hours=1))
        run.refresh_from_db()
        assert (run.state, len(probe.asked), len(evidence_of(contract))) == (RunState.FINISHED, 1, 1)

    def test_an_error_after_measuring_is_tried_again_and_leaves_one_result(
        self, contract, make_target, request_run, probe, now, monkeypatch
    ):
        run = request_run(make_target())
        (job,) = jobs.due(now)
        with monkeypatch.context() as broken:
            broken.setattr("kangwei.inspections.actions.performing.archive_sheet", lambda *args, **kwargs: 1 / 0)
            jobs.run(job, now=now)
        run.refresh_from_db()
        assert (run.state, run.failure) == (RunState.FAILED, "执行出错（ZeroDivisionError），系统会自动再试")
        assert (CheckResult.objects.count(), evidence_of(contract)) == (0, [])
        jobs.run(job, now=now + timedelta(minutes=2))
        run.refresh_from_db()
        assert (run.state, run.failure, run.results.count()) == (RunState.FINISHED, "", 7)
        assert len(evidence_of(contract)) == 1

    def test_killed_after_measuring_it_is_done_again_when_the_lease_runs_out(
        self, contract, make_target, request_run, probe, now, monkeypatch
    ):
        run = request_run(make_target())
        (job,) = jobs.due(now)

        def kill(*args, **kwargs):
            raise SystemExit

        with monkeypatch.context() as dying, pytest.raises(SystemExit):
            dying.setattr("kangwei.inspections.actions.performing.archive_sheet", kill)
            jobs.run(job, now=now)
        run.refresh_from_db()
        assert (run.state, CheckResult.objects.count()) == (RunState.RUNNING, 0)
        later = now + jobs.LEASE + timedelta(seconds=1)
        assert jobs.due(later) == [job]
        jobs.run(job, now=later)
        run.refresh_from_db()
        assert (run.state, run.results.count(), len(evidence_of(contract))) == (RunState.FINISHED, 7, 1)
        assert len(probe.asked) == 2

    def test_a_target_that_cannot_be_measured_as_described_fails_for_good(self, make_target, request_run, probe, now):
        target = make_target()
        run = request_run(target)
        type(target).objects.filter(pk=target.pk).update(address="nonsense")
        (job,) = jobs.due(now)
        jobs.run(job, now=now)
        run.refresh_from_db()
        assert (run.state, run.failure) == (RunState.FAILED, "应为 http:// 或 https:// 开头的完整网址")
        assert jobs.due(now + timedelta(days=1)) == []

    @pytest.mark.django_db(transaction=True)
    def test_measuring_holds_no_transaction_open(self, make_target, request_run, probe, now):
        seen = []
        # The probe runs in a thread of its own; what matters is the connection of the one that waits for it.
        connection = transaction.get_connection()
        probe.meanwhile = lambda target: seen.append(connection.in_atomic_block)
        request_run(make_target())
        (job,) = jobs.due(now)
        jobs.run(job, now=now)
        assert seen == [False]
