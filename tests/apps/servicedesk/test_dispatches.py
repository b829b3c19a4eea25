"""Dispatch orders: who may be sent out, the order of a visit, the arrival clock, and the signed sheet as evidence."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry
from kangwei.contracts.models import Evidence
from kangwei.documents import queries as documents
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import (
    Channel,
    Clock,
    DispatchState,
    FileRole,
    Method,
    PauseReason,
    RatedBy,
    Signer,
    TicketKind,
    TicketState,
)
from kangwei.servicedesk.models import Dispatch, Rating, Signature
from kangwei.servicedesk.queries.dispatching import UNDER_WAY, Part, Position, steps_done
from tests.apps.servicedesk.conftest import SYSTEM, shanghai, url
from tests.apps.servicedesk.pictures import STROKE, data_url, png
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
PLACE = Position(Decimal("40.456700"), Decimal("115.974500"), 25)


@pytest.fixture
def worker(make_person, supplier):
    """The supplier's engineer who is sent out."""
    return make_person("engineer", party=supplier, username="field")


@pytest.fixture
def issue(open_ticket, worker, now):
    """`issue()`: an order for a ticket far out, issued `now`."""

    def make(ticket=None, **values):
        given = {
            "ticket": ticket or open_ticket(place="远郊"), "engineer": worker, "task": "更换交换机",
            "address": "东街 28 号", "actor": SYSTEM, "now": now,
        }  # fmt: skip
        return actions.issue_dispatch(**(given | values))

    return make


class TestResponse:
    """The contracts ask that the desk answers before anybody comes; an order of the supplier's is an answer."""

    @pytest.fixture
    def project_leader(self, make_person, supplier):
        return make_person("project_manager", party=supplier, username="leader")

    def test_the_suppliers_first_order_is_the_response(self, open_ticket, issue, project_leader, now):
        ticket = open_ticket()
        issue(ticket, actor=project_leader, now=now + timedelta(minutes=10))
        ticket.refresh_from_db()
        response = ticket.clocks.get(clock=Clock.RESPONSE)
        assert (ticket.state, ticket.responded_at) == (TicketState.WORKING, now + timedelta(minutes=10))
        assert (response.phase, response.met) == ("stopped", True)
        assert [event.label for event in ticket.events.filter(public=True)] == ["受理", "响应", "派工"]

    def test_one_that_comes_too_late_is_a_late_response(self, open_ticket, issue, project_leader, now):
        ticket = open_ticket()
        actions.settle_due(now=now + timedelta(minutes=31))
        issue(ticket, actor=project_leader, now=now + timedelta(minutes=40))
        assert ticket.clocks.get(clock=Clock.RESPONSE).met is False

    def test_a_second_one_or_one_after_the_response_changes_nothing_of_it(
        self, open_ticket, issue, project_leader, make_person, supplier, now
    ):
        ticket = open_ticket()
        actions.take_step(ticket=ticket, step="respond", texts={}, actor=SYSTEM, now=now)
        issue(ticket, actor=project_leader, now=now + timedelta(minutes=5))
        other = make_person("engineer", party=supplier, username="second")
        issue(ticket, actor=project_leader, engineer=other, now=now + timedelta(minutes=6))
        ticket.refresh_from_db()
        assert ticket.responded_at == now
        assert ticket.events.filter(action="respond").count() == 1

    def test_neither_the_buyers_order_nor_assigning_is_one(self, open_ticket, issue, make_person, worker, now):
        ticket = open_ticket()
        buyer = make_person("buyer_manager", party=ticket.contract.buyer, username="owner")
        actions.assign(ticket=ticket, assignee=worker, text="", actor=buyer, now=now)
        issue(ticket, actor=buyer)
        ticket.refresh_from_db()
        assert (ticket.state, ticket.responded_at) == (TicketState.NEW, None)
        assert ticket.clocks.get(clock=Clock.RESPONSE).phase == "running"

    def test_a_kind_without_response_is_sent_out_for_as_it_stands(self, open_ticket, issue, project_leader):
        change = open_ticket(kind=TicketKind.CHANGE)
        issue(change, actor=project_leader)
        change.refresh_from_db()
        assert change.state == TicketState.NEW


@pytest.fixture
def finished(issue, now):
    """An order whose work is done and that waits for the three signatures."""
    dispatch = actions.check_in(dispatch=issue(), position=PLACE, actor=SYSTEM, now=now + timedelta(hours=1))
    return actions.finish_visit(
        dispatch=dispatch, work_done="已更换，恢复正常", parts=[Part("交换机", 1, "台", "SN1")], actor=SYSTEM,
        now=now + timedelta(hours=2),
    )  # fmt: skip


def sign(dispatch, signer, now, **more):
    given = {"name": "李护士", "image": STROKE, "actor": SYSTEM, "now": now}
    return actions.sign_dispatch(dispatch=dispatch, signer=Signer(signer), **(given | more))


def sign_all(dispatch, now, **requester):
    sign(dispatch, "confirmer", now, name="赵主任")
    sign(dispatch, "handler", now, name="张三")
    sign(dispatch, "requester", now, **requester)
    dispatch.refresh_from_db()
    return dispatch


def refusal(act, *args, **values) -> tuple[str, str]:
    # Of its own, so that a refusal leaves nothing behind and the test goes on.
    with pytest.raises(ActionError) as error, transaction.atomic():
        act(*args, **values)
    return str(error.value), error.value.field


def arrival(ticket):
    return ticket.clocks.get(clock=Clock.ARRIVAL)


class TestIssuing:
    def test_the_arrival_clock_runs_from_the_opening_and_the_ticket_has_its_engineer(self, issue, worker, now):
        dispatch = issue()
        ticket = dispatch.ticket
        ticket.refresh_from_db()
        assert (dispatch.number, dispatch.state) == ("PG-202611-000001", DispatchState.ISSUED)
        assert (ticket.method, ticket.assignee) == (Method.ONSITE, worker)
        assert (arrival(ticket).phase, arrival(ticket).due_at) == ("running", now + timedelta(hours=8))

    def test_a_ticket_that_somebody_has_stays_theirs(self, issue, open_ticket, make_person, supplier, now):
        other = make_person("engineer", party=supplier, username="other")
        ticket = actions.assign(ticket=open_ticket(), assignee=other, text="", actor=SYSTEM, now=now)
        issue(ticket)
        ticket.refresh_from_db()
        assert ticket.assignee == other

    def test_what_the_caller_may_read_of_it(self, issue, now):
        ticket = issue(planned_at=now + timedelta(hours=4)).ticket
        assert list(ticket.events.filter(public=True).values_list("label", "text")) == [
            ("受理", ""), ("派工", "测试人员 上门，约定 11-20 14:00 到场"),
        ]  # fmt: skip

    def test_numbers_go_on_within_a_month_and_begin_anew_in_the_next(self, issue, open_ticket):
        for number, at in ((1, "11-30 23:59"), (2, "11-30 23:59"), (1, "12-01 00:00")):
            moment = shanghai(at)
            month = 11 if at.startswith("11") else 12
            assert issue(open_ticket(), now=moment).number == f"PG-2026{month}-00000{number}"

    def test_only_for_a_ticket_that_is_not_solved(self, issue, open_ticket, now):
        ticket = open_ticket()
        actions.take_step(
            ticket=ticket, step="solve", texts={"solution": "重启"}, details={"solved_how": "remote"}, actor=SYSTEM,
            now=now,
        )  # fmt: skip
        assert refusal(issue, ticket) == ("工单待确认，不能再派工", "")
        actions.take_step(ticket=ticket, step="reopen", texts={"reason": "又坏了"}, actor=SYSTEM, now=now)
        assert issue(ticket).number == "PG-202611-000001"

    def test_only_people_of_both_parties_are_sent(self, issue, make_person, make_party, contract):
        stranger = make_person("engineer", party=make_party("别家公司", "supplier"), username="stranger")
        assert refusal(issue, engineer=stranger) == ("「测试人员」不是该合同双方的人员", "engineer")
        buyers = make_person("engineer", party=contract.buyer, username="buyers")
        assert issue(engineer=buyers).engineer == buyers

    def test_nobody_is_sent_twice_at_a_time(self, issue, make_person, supplier, now):
        first = issue()
        assert refusal(issue, first.ticket) == ("「测试人员」已有未完成的派工单 PG-202611-000001", "engineer")
        assert issue(first.ticket, engineer=make_person("engineer", party=supplier, username="second")).pk
        actions.cancel_dispatch(dispatch=first, reason="改期", actor=SYSTEM, now=now)
        assert issue(first.ticket).number == "PG-202611-000003"

    @pytest.mark.parametrize(
        ("values", "said"),
        [({"task": " "}, ("请填写工作内容", "task")), ({"address": ""}, ("请填写地点", "address"))],
    )
    def test_it_says_what_to_do_and_where(self, issue, values, said):
        assert refusal(issue, **values) == said
        assert issue().pk

    def test_a_visit_is_planned_from_this_minute_on(self, issue, now):
        later = now + timedelta(seconds=40)
        early = now - timedelta(minutes=1)
        assert refusal(issue, planned_at=early, now=later) == ("约定到场早于现在", "planned_at")
        assert issue(planned_at=now, now=later).planned_at == now

    def test_the_engineer_is_told_with_the_page_to_work_on(
        self, issue, open_ticket, worker, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            dispatch = issue(open_ticket(title="打印机卡纸"))
        notice = worker.notices.get(key=f"dispatch-{dispatch.pk}")
        assert notice.text == "PG-202611-000001 派您上门（东街 28 号）：打印机卡纸"
        assert notice.link == url("dispatch", dispatch.pk)
        with django_capture_on_commit_callbacks(execute=True):
            own = issue(open_ticket(), actor=worker)
        assert not worker.notices.filter(key=f"dispatch-{own.pk}").exists()

    def test_a_refusal_takes_no_number(self, issue):
        refusal(issue, task="")
        assert issue().number == "PG-202611-000001"


class TestOnTheWay:
    def test_accepting_and_departing_keep_their_moments(self, issue, now):
        dispatch = actions.accept_dispatch(dispatch=issue(), actor=SYSTEM, now=now)
        dispatch = actions.depart(dispatch=dispatch, actor=SYSTEM, now=now + timedelta(minutes=5))
        assert (dispatch.state, dispatch.accepted_at) == (DispatchState.TRAVELLING, now)
        assert dispatch.departed_at == now + timedelta(minutes=5)

    def test_who_sets_out_has_accepted(self, issue, now):
        assert actions.depart(dispatch=issue(), actor=SYSTEM, now=now).accepted_at == now

    def test_pressed_twice_it_happens_once(self, issue, now):
        dispatch = issue()
        actions.accept_dispatch(dispatch=dispatch, actor=SYSTEM, now=now)
        assert (
            refusal(actions.accept_dispatch, dispatch=dispatch, actor=SYSTEM, now=now)[0]
            == "派工单已接单，请刷新后再看"
        )
        assert dispatch.ticket.events.filter(action="accept_dispatch").count() == 1


class TestCheckIn:
    def test_it_stops_the_arrival_clock_and_keeps_the_place(self, issue, now):
        at = now + timedelta(hours=1)
        dispatch = actions.check_in(dispatch=issue(), position=PLACE, actor=SYSTEM, now=at)
        ticket = dispatch.ticket
        ticket.refresh_from_db()
        assert (arrival(ticket).phase, arrival(ticket).met) == ("stopped", True)
        assert (ticket.state, ticket.responded_at, dispatch.arrived_at) == (TicketState.WORKING, at, at)
        assert (dispatch.latitude, dispatch.longitude, dispatch.accuracy) == (PLACE.latitude, PLACE.longitude, 25)

    def test_a_late_one_breaches_it(self, issue, now):
        on_time = actions.check_in(dispatch=issue(), actor=SYSTEM, now=now + timedelta(hours=8))
        late = actions.check_in(dispatch=issue(), actor=SYSTEM, now=now + timedelta(hours=8, seconds=1))
        assert (arrival(on_time.ticket).met, arrival(late.ticket).met) == (True, False)

    def test_entered_afterwards_it_counts_from_then_and_says_so(self, issue, now):
        arrived, entered = now + timedelta(hours=2), now + timedelta(hours=9)
        dispatch = actions.check_in(dispatch=issue(), at=arrived, actor=SYSTEM, now=entered)
        assert (dispatch.arrived_at, arrival(dispatch.ticket).met) == (arrived, True)
        event = dispatch.ticket.events.get(action="check_in")
        assert (event.at, event.text) == (arrived, "测试人员 到场（11-20 19:00 补录）")
        entry = AuditEntry.objects.get(action="servicedesk.check_in")
        assert (entry.at, entry.data["at"]) == (entered, "2026-11-20T04:00:00Z")

    def test_at_once_it_says_nothing_of_the_kind(self, issue, now):
        dispatch = actions.check_in(dispatch=issue(), actor=SYSTEM, now=now)
        assert dispatch.ticket.events.get(action="check_in").text == "测试人员 到场"

    def test_neither_in_the_future_nor_before_the_order(self, issue, now):
        dispatch, later = issue(now=now + timedelta(seconds=30)), now + timedelta(hours=1)
        given = {"dispatch": dispatch, "actor": SYSTEM, "now": later}
        assert refusal(actions.check_in, at=later + timedelta(minutes=1), **given) == ("到场时间晚于现在", "at")
        early = now - timedelta(minutes=1)
        assert refusal(actions.check_in, at=early, **given) == ("到场时间早于派工时间 11-20 10:00", "at")
        # By the minute, the order's own minute is not before it.
        assert actions.check_in(at=now, **given).arrived_at == dispatch.issued_at

    def test_a_place_that_does_not_exist(self, issue, now):
        dispatch = issue()
        for wrong in (
            Position(Decimal(91), Decimal(0), 5),
            Position(Decimal(0), Decimal(181), 5),
            Position(Decimal(0), Decimal(0), -1),
        ):
            given = {"dispatch": dispatch, "actor": SYSTEM, "now": now}
            assert refusal(actions.check_in, position=wrong, **given) == ("定位数据不合理，请重新签到", "latitude")
        assert actions.check_in(position=Position(Decimal(-90), Decimal(180), 0), **given).accuracy == 0

    def test_a_photo_lies_with_the_ticket(self, issue, now):
        photo = ("现场.png", png())
        dispatch = actions.check_in(dispatch=issue(), photo=photo, actor=SYSTEM, now=now)
        assert (dispatch.photo.role, dispatch.photo.ticket) == (FileRole.PHOTO, dispatch.ticket)

    @pytest.mark.parametrize(
        "photo", [("说明.txt", b"abc"), ("a.html", b"<html>"), ("a.png", b"\xff\xd8\xffabc"), ("a.pdf", b"%PDF-1.7")]
    )
    def test_a_photo_that_is_none(self, issue, now, photo):
        dispatch = issue()
        assert refusal(actions.check_in, dispatch=dispatch, photo=photo, actor=SYSTEM, now=now)[1] == "photo"
        dispatch.refresh_from_db()
        assert dispatch.state == DispatchState.ISSUED
        assert not dispatch.ticket.attachments.exists()

    def test_a_second_visit_arrives_anew_and_leaves_the_clock_as_it_stopped(
        self, issue, open_ticket, make_person, supplier, now
    ):
        first = actions.check_in(dispatch=issue(), actor=SYSTEM, now=now + timedelta(hours=1))
        another = make_person("engineer", party=supplier, username="another")
        second = issue(first.ticket, engineer=another, now=now + timedelta(hours=2))
        actions.check_in(dispatch=second, actor=SYSTEM, now=now + timedelta(hours=20))
        assert (arrival(first.ticket).met, first.ticket.events.filter(action="arrive").count()) == (True, 2)

    def test_a_ticket_that_waits_is_reached_too(self, issue, now):
        dispatch = issue()
        actions.pause(
            ticket=dispatch.ticket, reason=PauseReason.USER, text="", actor=SYSTEM, now=now + timedelta(hours=1)
        )
        actions.check_in(dispatch=dispatch, actor=SYSTEM, now=now + timedelta(hours=10))
        assert arrival(dispatch.ticket).met

    @pytest.mark.parametrize("kind", [TicketKind.CHANGE, TicketKind.DATA_FIX, TicketKind.COMPLAINT])
    def test_a_kind_without_an_arrival_keeps_the_note_alone(self, issue, open_ticket, now, kind):
        ticket = open_ticket(kind=kind)
        dispatch = actions.check_in(dispatch=issue(ticket), actor=SYSTEM, now=now)
        ticket.refresh_from_db()
        assert (ticket.state, dispatch.state) == (TicketState.NEW, DispatchState.ARRIVED)
        assert ticket.events.filter(action="check_in").exists()

    def test_a_ticket_that_was_solved_meanwhile_stays_solved(self, issue, now):
        dispatch = issue()
        texts = {"solution": "重启"}
        actions.take_step(
            ticket=dispatch.ticket, step="solve", texts=texts, details={"solved_how": "remote"}, actor=SYSTEM, now=now
        )
        actions.check_in(dispatch=dispatch, actor=SYSTEM, now=now)
        dispatch.ticket.refresh_from_db()
        assert dispatch.ticket.state == TicketState.SOLVED


class TestFinishing:
    def test_what_was_done_and_used_up(self, finished):
        assert finished.state == DispatchState.FINISHED
        assert [str(part) for part in finished.parts.all()] == ["交换机 × 1"]

    def test_until_somebody_signs_it_may_be_said_anew(self, finished, now):
        again = {"dispatch": finished, "work_done": "另换网线", "parts": [Part("网线", 2)], "actor": SYSTEM, "now": now}
        actions.finish_visit(**again)
        finished.refresh_from_db()
        assert (finished.work_done, finished.finished_at) == ("另换网线", now + timedelta(hours=2))
        assert [str(part) for part in finished.parts.all()] == ["网线 × 2"]
        sign(finished, "handler", now)
        assert refusal(actions.finish_visit, **again) == ("已有人签字，内容不能再改", "")

    def test_without_words_or_with_a_part_of_no_name_or_number(self, issue, now):
        dispatch = actions.check_in(dispatch=issue(), actor=SYSTEM, now=now)
        given = {"dispatch": dispatch, "actor": SYSTEM, "now": now}
        assert refusal(actions.finish_visit, work_done=" ", parts=[], **given) == ("请填写工作情况", "work_done")
        for part in (Part(" ", 1), Part("网线", 0), Part("网线", 10_000)):
            said = refusal(actions.finish_visit, work_done="已修复", parts=[Part("螺丝", 1), part], **given)[0]
            assert said == "备件第 2 行：请填写名称，数量为 1 到 9999"
        assert (
            refusal(actions.finish_visit, work_done="已修复", parts=[Part("螺丝", 1)] * 51, **given)[0]
            == "备件最多 50 行"
        )
        assert actions.finish_visit(work_done="已修复", parts=[Part("螺丝", 1)] * 50, **given).parts.count() == 50


class TestSigning:
    def test_three_signatures_make_a_sheet_that_lies_with_the_ticket_and_is_evidence(self, finished, now):
        dispatch = sign_all(finished, now + timedelta(hours=3))
        assert (dispatch.state, dispatch.signed_at) == (DispatchState.SIGNED, now + timedelta(hours=3))
        version = documents.latest(dispatch.document)
        assert documents.content(version).startswith(b"%PDF-")
        assert version.file_name == "现场服务派工单-PG-202611-000001.pdf"
        laid = dispatch.ticket.attachments.get()
        assert (laid.document, laid.role, laid.public) == (dispatch.document, FileRole.SHEET, True)
        evidence = Evidence.objects.get(reference="dispatch:PG-202611-000001")
        assert (evidence.document, evidence.deliverable, evidence.occurrence) == (dispatch.document, "派工单", None)
        assert audit.verify()[1] is None

    def test_two_signatures_make_none(self, finished, now):
        sign(finished, "confirmer", now)
        sign(finished, "requester", now)
        finished.refresh_from_db()
        assert (finished.state, finished.document) == (DispatchState.FINISHED, None)

    def test_evidence_bears_the_contracts_own_name(self, contract, finished, now):
        from kangwei.contracts.models import Clause

        last = contract.clauses.filter(section="deliverable").last()
        Clause.objects.filter(pk=last.pk).update(title="运维服务工单")
        sign_all(finished, now)
        assert Evidence.objects.get().deliverable == "运维服务工单"

    def test_what_the_sheet_says_is_frozen_beside_it(self, finished, now):
        dispatch = sign_all(finished, now + timedelta(hours=3), score=9)
        saved = documents.latest(dispatch.document).context
        assert saved["kind"] == "dispatch-order/1"
        order = saved["context"]
        assert order["arrived_at"] == "2026-11-20T11:00:00+08:00"
        assert order["position"] == "40.456700, 115.974500（精度 25 米）"
        assert order["arrival_limit"] == "自受理起8小时，按时到场"
        assert order["parts"] == [{"name": "交换机", "quantity": 1, "unit": "台", "serial": "SN1"}]
        assert order["satisfaction"] == "9 分（满分 10）"
        assert [(one["role"], one["name"]) for one in order["signatures"]] == [
            ("报修人", "李护士"), ("确认人", "赵主任"), ("处理人", "张三"),
        ]  # fmt: skip
        stored = set(Signature.objects.values_list("sha256", flat=True))
        assert {one["sha256"] for one in order["signatures"]} == stored

    def test_a_late_entry_of_the_arrival_is_on_the_sheet(self, issue, now):
        dispatch = actions.check_in(dispatch=issue(), at=now, actor=SYSTEM, now=now + timedelta(hours=1))
        actions.finish_visit(
            dispatch=dispatch, work_done="已修复", parts=[], actor=SYSTEM, now=now + timedelta(hours=1)
        )
        order = documents.latest(sign_all(dispatch, now + timedelta(hours=2)).document).context["context"]
        assert (order["arrived_at"], order["entered_at"]) == ("2026-11-20T10:00:00+08:00", "2026-11-20T11:00:00+08:00")

    def test_the_picture_is_kept_under_its_digest(self, finished, now):
        assert documents.kept(sign(finished, "handler", now).sha256) == png()

    def test_nobody_signs_twice(self, finished, now):
        sign(finished, "requester", now)
        assert refusal(sign, finished, "requester", now) == ("报修人已签字", "")
        assert sign(finished, "confirmer", now).pk

    def test_not_before_the_work_is_done(self, issue, now):
        dispatch = actions.check_in(dispatch=issue(), actor=SYSTEM, now=now)
        assert refusal(sign, dispatch, "handler", now)[0] == "派工单已到场，请刷新后再看"
        actions.finish_visit(dispatch=dispatch, work_done="已修复", parts=[], actor=SYSTEM, now=now)
        assert sign(dispatch, "handler", now).pk

    def test_not_without_a_name_or_a_stroke(self, finished, now):
        assert refusal(sign, finished, "handler", now, name=" ") == ("请填写姓名", "name")
        blank = data_url(png(raw=bytes(481 * 50)))
        assert refusal(sign, finished, "handler", now, image=blank) == ("请在框内签字", "image")
        assert not Signature.objects.exists()

    def test_the_requester_may_give_a_score_on_the_contracts_scale(self, finished, now):
        signature = sign(finished, "requester", now, score=9)
        rating = Rating.objects.get(ticket=finished.ticket)
        assert (rating.score, rating.rated_by, rating.sha256) == (9, RatedBy.SIGNED, signature.sha256)

    def test_a_score_off_the_scale_or_by_somebody_else_takes_the_signature_along(self, finished, now):
        assert refusal(sign, finished, "requester", now, score=11)[1] == "score"
        assert refusal(sign, finished, "handler", now, score=9) == ("满意度由报修人评价", "score")
        assert not Signature.objects.exists()

    def test_after_the_ticket_was_closed(self, finished, now):
        texts = {"solution": "已更换"}
        later = now + timedelta(hours=3)
        actions.take_step(
            ticket=finished.ticket, step="solve", texts=texts, details={"solved_how": "onsite"}, actor=SYSTEM, now=later
        )
        actions.take_step(ticket=finished.ticket, step="close", texts={}, actor=SYSTEM, now=later)
        assert sign_all(finished, later).state == DispatchState.SIGNED

    def test_a_practice_order_says_so(self, now, make_person, make_party):
        contract = load_small(now, practice=True)
        ticket = actions.open_ticket(
            contract=contract, kind=TicketKind.INCIDENT, title="练习", channel=Channel.PHONE, actor=SYSTEM, now=now
        )
        worker = make_person("engineer", party=contract.supplier, username="field")
        dispatch = actions.issue_dispatch(
            ticket=ticket, engineer=worker, task="练习", address="练习", actor=SYSTEM, now=now
        )
        actions.check_in(dispatch=dispatch, actor=SYSTEM, now=now)
        actions.finish_visit(dispatch=dispatch, work_done="练习", parts=[], actor=SYSTEM, now=now)
        document = sign_all(dispatch, now).document
        assert document.practice
        assert documents.latest(document).context["context"]["practice"]


class TestCancelling:
    def test_with_a_reason_until_all_have_signed(self, issue, finished, now):
        given = {"reason": "用户改期", "actor": SYSTEM, "now": now}
        assert refusal(actions.cancel_dispatch, dispatch=finished, **(given | {"reason": " "})) == (
            "请填写作废理由",
            "reason",
        )
        sign(finished, "handler", now)
        assert actions.cancel_dispatch(dispatch=finished, **given).state == DispatchState.CANCELLED
        assert refusal(sign, finished, "requester", now)[0] == "派工单已作废，请刷新后再看"

    def test_what_all_have_signed_stands(self, finished, now):
        sign_all(finished, now)
        given = {"reason": "用户改期", "actor": SYSTEM, "now": now}
        assert refusal(actions.cancel_dispatch, dispatch=finished, **given)[0] == "派工单已签字，请刷新后再看"


STEPS = {
    "accept": lambda row, now: actions.accept_dispatch(dispatch=row, actor=SYSTEM, now=now),
    "depart": lambda row, now: actions.depart(dispatch=row, actor=SYSTEM, now=now),
    "check_in": lambda row, now: actions.check_in(dispatch=row, actor=SYSTEM, now=now),
    "finish": lambda row, now: actions.finish_visit(dispatch=row, work_done="已修复", parts=[], actor=SYSTEM, now=now),
    "requester": lambda row, now: sign(row, "requester", now),
    "confirmer": lambda row, now: sign(row, "confirmer", now),
    "handler": lambda row, now: sign(row, "handler", now),
    "cancel": lambda row, now: actions.cancel_dispatch(dispatch=row, reason="改期", actor=SYSTEM, now=now),
}


@given(steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=14))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_pressed_a_visit_goes_forward_only_and_its_times_with_it(issue, open_ticket, now, steps):
    dispatch, moment = issue(open_ticket()), now
    for step in steps:
        before = Dispatch.objects.get(pk=dispatch.pk)
        moment += timedelta(minutes=1)
        try:
            with transaction.atomic():
                STEPS[step](before, moment)
        except ActionError:
            assert json.dumps(vars_of(dispatch)) == json.dumps(vars_of(before))
        after = Dispatch.objects.get(pk=dispatch.pk)
        assert steps_done(after) >= steps_done(before)
        assert before.state in UNDER_WAY or after.state == before.state
    final = Dispatch.objects.get(pk=dispatch.pk)
    names = ("issued_at", "accepted_at", "departed_at", "arrived_at", "finished_at", "signed_at")
    times = [time for name in names if (time := getattr(final, name))]
    assert times == sorted(times)
    assert (final.state == DispatchState.SIGNED) == (final.document_id is not None)
    assert (final.signatures.count() == 3) == (final.state == DispatchState.SIGNED)


def vars_of(dispatch) -> dict[str, str]:
    row = Dispatch.objects.get(pk=dispatch.pk)
    return {name: str(value) for name, value in vars(row).items() if not name.startswith("_")}


@pytest.mark.django_db(transaction=True)
def test_two_phones_at_once_sign_once_and_make_one_sheet(finished, now):
    sign(finished, "confirmer", now)
    sign(finished, "handler", now)

    def last(_):
        try:
            return sign(Dispatch.objects.get(pk=finished.pk), "requester", now)
        except ActionError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(last, range(6)))
    assert sum(not isinstance(result, ActionError) for result in results) == 1
    assert Signature.objects.count() == 3
    assert Evidence.objects.count() == finished.ticket.attachments.count() == 1
    assert audit.verify()[1] is None
