"""Handing a ticket over: both clocks are kept, who may do it, what is refused; what came from what."""

from datetime import date, timedelta

import pytest
import time_machine
from django.forms.models import model_to_dict

from kangwei.accounts.enums import PartyKind
from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry
from kangwei.servicedesk import actions
from kangwei.servicedesk.actions.clocks import loaded
from kangwei.servicedesk.enums import Bond, DispatchState, PauseReason, TicketKind, TicketState
from kangwei.servicedesk.models import Ticket, TicketClock
from kangwei.servicedesk.queries.measuring import clocks_of
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import CITE, LEVELS, SYSTEM, url
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
OTHER_LEVELS = [
    {"id": "response", "clock": "response", "limit": "2h", "cite": CITE},
    {"id": "resolve", "clock": "resolve", "limit": "5d", "cite": CITE},
]


@pytest.fixture
def other(contract, now):
    """Another contract of the same buyer, with limits of its own and without words for grades."""
    return load_small(now, supplier="另一乙方公司", id="other-2026", title="另一份合同", service_levels=OTHER_LEVELS)


@pytest.fixture
def manager(contract, make_person):
    """The buyer's manager."""
    return make_person("buyer_manager", party=contract.buyer, username="manager")


@pytest.fixture
def manager_page(manager, client):
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def hand(other, manager, now):
    """`hand(ticket)`: to the other contract, an hour after the opening."""

    def over(ticket, **values):
        given = {"contract": other, "reason": "数据库属另一份合同", "actor": manager, "now": now + timedelta(hours=1)}
        return actions.hand_over(ticket=ticket, **(given | values))

    return over


def phases(ticket) -> dict[str, str]:
    return {clock.clock: clock.phase for clock in TicketClock.objects.filter(ticket=ticket)}


class TestClocks:
    def test_those_of_the_first_stop_as_they_stand_and_its_breach_stays(self, open_ticket, hand, now):
        ticket = open_ticket()
        actions.settle_due(now=now + timedelta(minutes=31))
        hand(ticket)
        ticket.refresh_from_db()
        assert (ticket.state, ticket.closed_at) == (TicketState.HANDED_OVER, now + timedelta(hours=1))
        assert phases(ticket) == {"response": "stopped", "resolve": "stopped"}
        by_name = {clock.clock: clock for clock in ticket.clocks.all()}
        assert (by_name["response"].met, by_name["resolve"].met) == (False, True)
        assert (ticket.breached, ticket.next_at) == (1, None)

    def test_nothing_passes_any_more_after_it(self, open_ticket, hand, now):
        ticket = open_ticket(now=now)
        hand(ticket, now=now + timedelta(minutes=20))
        actions.settle_due(now=now + timedelta(days=10))
        ticket.refresh_from_db()
        assert ticket.breached == 0

    def test_what_had_not_begun_is_void(self, open_ticket, hand, now):
        level = {"id": "resolve", "clock": "resolve", "limit": "1d", "counts_from": "responded", "cite": CITE}
        ticket = open_ticket(contract=load_small(now, id="waits-2026", title="待响应", service_levels=[level]))
        assert phases(ticket) == {"resolve": "waiting"}
        hand(ticket)
        assert phases(ticket) == {"resolve": "void"}

    def test_those_of_the_new_one_count_by_its_contract_from_its_own_opening(self, open_ticket, hand, now):
        follower = hand(open_ticket(occurred_at=now - timedelta(hours=3)))
        assert phases(follower) == {"response": "running", "resolve": "running"}
        response = follower.clocks.get(clock="response")
        assert response.due_at == now + timedelta(hours=3)

    def test_how_both_stand_can_be_worked_out_again_from_their_events(self, open_ticket, hand, now):
        ticket = open_ticket()
        actions.pause(ticket=ticket, reason=PauseReason.USER, text="", actor=SYSTEM, now=now + timedelta(minutes=5))
        follower = hand(ticket)
        for held in loaded([ticket, follower]):
            for name, clock in held.rows.items():
                stored = model_to_dict(clock)
                held.stand(name, now + timedelta(hours=1))
                assert model_to_dict(clock) == stored
        shown = {row.clock.clock: row.state.used for row in clocks_of(ticket, now + timedelta(days=1))}
        assert shown["response"] == timedelta(minutes=5)

    def test_a_pause_ends_with_it(self, open_ticket, hand, now):
        ticket = open_ticket()
        actions.pause(ticket=ticket, reason=PauseReason.PARTS, text="", actor=SYSTEM, now=now)
        follower = hand(ticket)
        ticket.refresh_from_db()
        assert ticket.paused_for == follower.paused_for == ""
        assert not ticket.pauses.filter(ended_at=None).exists()


class TestFacts:
    def test_they_go_along_and_both_point_at_each_other(self, open_ticket, hand, make_institution, system, now):
        ticket = open_ticket(
            description="白屏", caller="王护士", phone="13800000001", institution=make_institution(), system=system,
            occurred_at=now - timedelta(hours=2),
        )  # fmt: skip
        follower = hand(ticket)
        same = ("kind", "title", "description", "channel", "caller", "phone", "institution", "system", "occurred_at")
        assert [getattr(follower, name) for name in same] == [getattr(ticket, name) for name in same]
        assert (follower.source, follower.bond, follower.contract.code) == (ticket, Bond.HANDED_OVER, "other-2026")
        assert list(ticket.followers.all()) == [follower]

    def test_words_that_the_other_contract_does_not_know_stay_behind(self, open_ticket, hand):
        assert hand(open_ticket(severity="紧急", place="近郊")).severity == ""

    def test_words_that_it_knows_go_along(self, open_ticket, hand, contract, now):
        alike = load_small(
            now, id="alike-2026", title="同词合同", service_levels=LEVELS,
            severities=[{"name": name, "cite": CITE} for name in ("一般", "紧急", "重大")],
            calendars={"working": "Mon-Fri 09:00-18:00"},
        )  # fmt: skip
        follower = hand(open_ticket(severity="紧急", place="近郊"), contract=alike)
        assert (follower.severity, follower.place) == ("紧急", "近郊")

    def test_both_are_in_the_audit_trail(self, open_ticket, hand):
        ticket = open_ticket()
        follower = hand(ticket)
        entry = AuditEntry.objects.get(action="servicedesk.hand_over")
        assert entry.subject_id == ticket.number
        assert entry.data == {"contract": "other-2026", "ticket": follower.number, "reason": "数据库属另一份合同"}

    def test_the_ticket_itself_names_no_other_contract(self, open_ticket, hand):
        ticket = open_ticket()
        hand(ticket)
        event = ticket.events.last()
        assert (event.label, event.text, event.public) == ("移交", "数据库属另一份合同", False)


class TestRefusals:
    def refused(self, ticket, hand, said, **values):
        with pytest.raises(ActionError, match=said) as refusal:
            hand(ticket, **values)
        assert Ticket.objects.count() == 1
        return refusal.value.field

    def test_by_the_supplier_who_would_gain_fresh_clocks(self, open_ticket, hand, supplier, make_person, make_party):
        ticket = open_ticket()
        project_manager = make_person("project_manager", party=supplier)
        self.refused(ticket, hand, "只有甲方或平台的负责人", actor=project_manager)
        assert hand(ticket, actor=make_person("buyer_manager", username="platform")).pk
        assert make_party().kind == PartyKind.OPERATOR

    def test_to_the_same_contract(self, open_ticket, hand, contract):
        assert self.refused(open_ticket(), hand, "已在该合同上", contract=contract) == "contract"

    def test_to_a_contract_that_is_not_in_force(self, open_ticket, hand, other):
        ticket = open_ticket()
        other.last_day = date(2026, 11, 19)
        assert self.refused(ticket, hand, "现不在期内", contract=other) == "contract"
        other.last_day = date(2026, 11, 20)
        assert hand(ticket, contract=other).pk

    def test_to_a_contract_of_another_buyer(self, open_ticket, hand, now):
        foreign = load_small(now, id="foreign-2026", title="别家合同", buyer="别的甲方")
        assert self.refused(open_ticket(), hand, "同一甲方", contract=foreign) == "contract"

    def test_without_a_reason(self, open_ticket, hand):
        assert self.refused(open_ticket(), hand, "请写明理由", reason=" ") == "reason"

    def test_of_a_ticket_that_is_closed_or_solved(self, open_ticket, hand, now):
        ticket = open_ticket()
        actions.take_step(ticket=ticket, step="solve", texts={"solution": "重启"}, actor=SYSTEM, now=now)
        self.refused(ticket, hand, "正在等确认")
        actions.take_step(ticket=ticket, step="close", texts={}, actor=SYSTEM, now=now)
        self.refused(ticket, hand, "已办结，不能移交")

    def test_twice(self, open_ticket, hand):
        ticket = open_ticket()
        hand(ticket)
        with pytest.raises(ActionError, match="已移交，不能移交"):
            hand(ticket)
        assert Ticket.objects.count() == 2

    def test_while_somebody_is_on_the_way(self, open_ticket, hand, supplier, make_person, now):
        ticket = open_ticket()
        dispatch = actions.issue_dispatch(
            ticket=ticket, engineer=make_person("engineer", party=supplier), task="查看", address="门诊", actor=SYSTEM,
            now=now,
        )  # fmt: skip
        self.refused(ticket, hand, f"派工单 {dispatch.number} 待接单，请先完成或作废")
        actions.cancel_dispatch(dispatch=dispatch, reason="派错", actor=SYSTEM, now=now)
        dispatch.refresh_from_db()
        assert dispatch.state == DispatchState.CANCELLED
        assert hand(ticket).pk

    def test_what_was_handed_over_is_worked_on_no_more(self, open_ticket, hand, make_person, now):
        ticket = open_ticket()
        hand(ticket)
        with pytest.raises(ActionError, match="工单已移交，不能再改"):
            actions.assign(ticket=ticket, assignee=make_person("engineer"), text="", actor=SYSTEM, now=now)


class TestPages:
    @pytest.fixture(autouse=True)
    def _frozen(self, now):
        with time_machine.travel(now, tick=False):
            yield

    def test_the_buyer_hands_over_and_sees_both_with_their_clocks(self, manager_page, open_ticket, other):
        ticket = open_ticket()
        assert "移交其他合同" in text_of(manager_page.get(url("detail", ticket.pk)))
        assert "另一份合同 另一乙方公司" in text_of(manager_page.get(url("hand_over", ticket.pk)))
        answer = manager_page.post(url("hand_over", ticket.pk), {"contract": other.pk, "reason": "派错"})
        follower = Ticket.objects.get(source=ticket)
        assert answer.url == url("detail", follower.pk)
        assert f"移交自 {ticket.number} 已移交" in text_of(manager_page.get(answer.url))
        page = text_of(manager_page.get(url("detail", ticket.pk)))
        assert f"已移交为 {follower.number} 待响应" in page
        assert "响应 计时中 2026-11-20 12:00" in page
        assert "移交其他合同" not in page

    def test_it_is_offered_where_there_is_another_contract_to_hand_it_to(
        self, manager_page, open_ticket, contract, now
    ):
        ticket = open_ticket()
        load_small(now, id="foreign-2026", title="别家合同", buyer="别的甲方")
        assert "移交其他合同" not in text_of(manager_page.get(url("detail", ticket.pk)))
        load_small(now, supplier="另一乙方公司", id="other-2026", title="另一份合同")
        assert "移交其他合同" in text_of(manager_page.get(url("detail", ticket.pk)))

    def test_a_supplier_hands_nothing_over(self, project_manager, open_ticket, other):
        ticket = open_ticket()
        assert "移交其他合同" not in text_of(project_manager.get(url("detail", ticket.pk)))
        assert project_manager.get(url("hand_over", ticket.pk)).status_code == 403
        answer = project_manager.post(url("hand_over", ticket.pk), {"contract": other.pk, "reason": "派错"})
        assert answer.status_code == 403
        assert Ticket.objects.count() == 1

    def test_a_supplier_sees_nothing_of_the_other_contract(self, project_manager, manager, open_ticket, other, now):
        ticket = open_ticket()
        follower = actions.hand_over(ticket=ticket, contract=other, reason="派错", actor=manager, now=now)
        page = project_manager.get(url("detail", ticket.pk)).content.decode()
        assert "已移交" in page
        assert follower.number not in page
        assert "另一" not in page
        assert project_manager.get(url("detail", follower.pk)).status_code == 404

    def test_the_other_supplier_learns_only_that_it_was_handed_over(self, client_of, manager, open_ticket, other, now):
        ticket = open_ticket()
        follower = actions.hand_over(ticket=ticket, contract=other, reason="派错", actor=manager, now=now)
        engineer = client_of("engineer", party=other.supplier, username="theirs")
        page = text_of(engineer.get(url("detail", follower.pk)))
        assert "移交自其他合同的工单" in page
        assert ticket.number not in page

    def test_the_choice_holds_contracts_of_the_same_buyer_in_force(self, manager_page, open_ticket, other, now):
        load_small(now, id="foreign-2026", title="别家合同", buyer="别的甲方")
        load_small(now, id="next-2027", title="明年合同", term={"start": date(2027, 1, 1), "months": 12, "cite": CITE})
        page = text_of(manager_page.get(url("hand_over", open_ticket().pk)))
        assert "另一份合同" in page
        assert not [name for name in ("别家合同", "明年合同", "小型运维合同") if name in page.split("移交给合同")[1]]

    def test_what_is_refused_stays_on_the_form(self, manager_page, open_ticket, other):
        answer = manager_page.post(url("hand_over", open_ticket().pk), {"contract": other.pk, "reason": ""})
        assert answer.status_code == 422
        assert Ticket.objects.count() == 1


class TestArising:
    @pytest.fixture(autouse=True)
    def _frozen(self, now):
        with time_machine.travel(now, tick=False):
            yield

    def test_a_problem_arises_from_an_incident_with_what_is_known_of_it(self, engineer, open_ticket, system):
        ticket = open_ticket(system=system, description="第三次了", severity="紧急")
        page = engineer.get(url("detail", ticket.pk)).content.decode()
        assert f"?source={ticket.pk}&amp;kind=problem&amp;contract=small-2026" in page
        assert "转问题" in page
        assert "转变更" in page
        address = f"{url('new')}?source={ticket.pk}&kind=problem&contract=small-2026"
        form = engineer.get(address).context["form"]
        values = {name: form[name].value() for name in ("title", "description", "severity", "system", "kind")}
        assert values == {
            "title": ticket.title, "description": "第三次了", "severity": "紧急", "system": "门诊系统",
            "kind": "problem",
        }  # fmt: skip
        answer = engineer.post(address, self.filled(ticket, "problem"))
        problem = Ticket.objects.get(kind=TicketKind.PROBLEM)
        assert answer.url == url("detail", problem.pk)
        assert (problem.source, problem.bond) == (ticket, Bond.ARISEN)
        assert f"引出自 {ticket.number}" in text_of(engineer.get(answer.url))
        assert f"引出 {problem.number}" in text_of(engineer.get(url("detail", ticket.pk)))

    def test_nothing_arises_from_a_ticket_that_one_does_not_see(self, stranger, engineer, open_ticket, now):
        ticket = open_ticket()
        load_small(now, id="theirs-2026", title="他们的合同", supplier="别家公司")
        address = f"{url('new')}?source={ticket.pk}"
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, self.filled(ticket, "problem")).status_code == 404
        assert engineer.get(address).status_code == 200
        assert Ticket.objects.count() == 1

    def test_a_ticket_without_source_has_none(self, engineer, open_ticket):
        ticket = open_ticket()
        engineer.post(url("new"), self.filled(ticket, "incident", title="另一件事"))
        opened = Ticket.objects.exclude(pk=ticket.pk).get()
        assert (opened.source, opened.bond) == (None, "")

    def test_from_a_change_nothing_arises(self, engineer, open_ticket):
        page = text_of(engineer.get(url("detail", open_ticket(kind=TicketKind.CHANGE).pk)))
        assert "转问题" not in page

    def filled(self, ticket, kind, **values):
        return {
            "contract": ticket.contract_id, "kind": kind, "title": "根因分析", "channel": "phone", "method": "remote",
        } | values  # fmt: skip
