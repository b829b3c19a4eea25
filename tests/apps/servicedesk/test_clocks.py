"""A ticket's clocks: which start, what moves them, what they say in the end."""

from datetime import timedelta

import pytest

from kangwei.assets.models import Asset
from kangwei.base.errors import ActionError
from kangwei.servicedesk import actions
from kangwei.servicedesk.actions.clocks import Clocks
from kangwei.servicedesk.enums import Method, PauseReason, Tier
from kangwei.servicedesk.models import ClockEvent, TicketEvent
from tests.apps.servicedesk.conftest import CITE, SYSTEM, shanghai
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def clocks(ticket):
    return {clock.clock: clock for clock in ticket.clocks.all()}


def change(ticket, now, **values):
    return actions.change_facts(ticket=ticket, values=values, reason="核实", actor=SYSTEM, now=now)


def step(ticket, name, now, **texts):
    return actions.take_step(ticket=ticket, step=name, texts=texts, actor=SYSTEM, now=now)


def test_a_ticket_starts_the_clocks_that_its_facts_ask_for(open_ticket, now):
    ticket = open_ticket()
    assert {name: clock.limit for name, clock in clocks(ticket).items()} == {"response": "30m", "resolve": "2wd"}
    assert clocks(ticket)["response"].due_at == now + timedelta(minutes=30)
    assert ticket.next_at == now + timedelta(minutes=30)


def test_the_hour_of_opening_chooses_the_limit(open_ticket):
    assert clocks(open_ticket(now=shanghai("11-20 18:30")))["response"].limit == "1h"
    # A make-up Saturday is a working day.
    assert clocks(open_ticket(now=shanghai("10-10 10:00")))["response"].limit == "30m"


def test_a_clock_knows_its_clause_and_the_lines(open_ticket):
    clock = clocks(open_ticket(severity="紧急"))["response"]
    assert (clock.limit, clock.clause, clock.cite) == ("10m", "service-level:response-urgent", "small-2026.txt:52")


def test_a_later_state_of_the_contract_changes_no_running_clock(open_ticket, contract, now):
    ticket = open_ticket()
    shorter = [{"id": "response", "clock": "response", "limit": "5m", "cite": "small-2026.txt:50"}]
    load_small(now, service_levels=shorter, calendars={"working": "Mon-Fri 09:00-18:00"})
    assert clocks(ticket)["response"].limit == "30m"
    assert clocks(open_ticket())["response"].limit == "5m"


class TestChangedFacts:
    def test_another_severity_keeps_the_start_and_the_pauses(self, open_ticket, now):
        ticket = open_ticket()
        actions.pause(ticket=ticket, reason=PauseReason.USER, text="", actor=SYSTEM, now=now + timedelta(minutes=4))
        ticket = actions.resume(ticket=ticket, text="", actor=SYSTEM, now=now + HOUR)
        assert change(ticket, now + HOUR, severity="紧急") == ["响应 10分钟"]
        assert clocks(ticket)["response"].due_at == now + HOUR + timedelta(minutes=6)

    def test_a_place_that_comes_later_starts_the_arrival_from_the_opening(self, open_ticket, now):
        ticket = open_ticket()
        change(ticket, now + HOUR, method=Method.ONSITE, place="远郊")
        assert clocks(ticket)["arrival"].due_at == now + 8 * HOUR

    def test_what_is_asked_for_no_more_is_void_and_comes_back(self, open_ticket, now):
        ticket = open_ticket(method=Method.ONSITE, place="近郊")
        assert change(ticket, now + HOUR, method=Method.REMOTE) == ["到场不再计时"]
        assert (clocks(ticket)["arrival"].phase, clocks(ticket)["arrival"].due_at) == ("void", None)
        change(ticket, now + 2 * HOUR, method=Method.ONSITE)
        assert clocks(ticket)["arrival"].due_at == now + 4 * HOUR

    def test_a_clock_that_has_stopped_stays_as_it_was_measured(self, open_ticket, now):
        ticket = step(open_ticket(), "respond", now + timedelta(minutes=20))
        change(ticket, now + HOUR, severity="紧急")
        assert (clocks(ticket)["response"].limit, clocks(ticket)["response"].met) == ("30m", True)

    def test_the_second_line_has_its_clock_from_the_hand_over(self, open_ticket, now):
        ticket = open_ticket()
        change(ticket, now + HOUR, tier=Tier.SECOND)
        assert clocks(ticket)["restore"].due_at == now + 5 * HOUR

    def test_a_change_needs_its_reason_and_changes_nothing_without_one(self, open_ticket, now):
        ticket = open_ticket()
        with pytest.raises(ActionError, match="理由"):
            actions.change_facts(ticket=ticket, values={"severity": "紧急"}, reason=" ", actor=SYSTEM, now=now)
        assert clocks(ticket)["response"].limit == "30m"

    def test_a_subsystem_is_measured_by_the_limits_of_its_system(self, open_ticket, now):
        load_small(
            now, calendars={"working": "Mon-Fri 09:00-18:00"},
            scope={"systems": [{"name": "门诊系统", "category": "业务系统", "cite": CITE},
                               {"name": "发药子系统", "part_of": "门诊系统", "cite": CITE}]},
            service_levels=[{"clock": "reply", "limit": "2h", "when": {"target": "门诊系统"}, "cite": CITE}],
        )  # fmt: skip
        ticket = open_ticket(system=Asset.objects.get(name="发药子系统"))
        assert set(clocks(ticket)) == {"reply"}


class TestPauses:
    def test_a_waiting_ticket_has_no_due_time(self, open_ticket, now):
        ticket = open_ticket()
        ticket = actions.pause(ticket=ticket, reason=PauseReason.THIRD_PARTY, text="云厂商", actor=SYSTEM, now=now)
        assert (ticket.next_at, clocks(ticket)["response"].phase) == (None, "paused")

    def test_it_cannot_wait_twice_or_go_on_without_waiting(self, open_ticket, now):
        ticket = open_ticket()
        with pytest.raises(ActionError, match="没有暂停"):
            actions.resume(ticket=ticket, text="", actor=SYSTEM, now=now)
        actions.pause(ticket=ticket, reason=PauseReason.USER, text="", actor=SYSTEM, now=now)
        with pytest.raises(ActionError, match="已在等待用户"):
            actions.pause(ticket=ticket, reason=PauseReason.USER, text="", actor=SYSTEM, now=now)

    def test_solving_ends_the_waiting(self, open_ticket, now):
        ticket = open_ticket()
        actions.pause(ticket=ticket, reason=PauseReason.USER, text="", actor=SYSTEM, now=now)
        ticket = step(ticket, "solve", now + HOUR, solution="重启服务")
        assert (ticket.paused_for, clocks(ticket)["resolve"].met) == ("", True)


class TestDeadlines:
    def test_reminders_and_the_breach_come_in_order_and_once(self, open_ticket, now):
        ticket = open_ticket()
        for minutes in (14, 15, 16, 23, 31, 32):
            actions.settle_due(now=now + timedelta(minutes=minutes))
        said = TicketEvent.objects.filter(ticket=ticket, action__in=["remind", "breach"])
        assert [(event.label, event.text) for event in said] == [
            ("响应提醒", "已用去时限的 50%"), ("响应提醒", "已用去时限的 75%"), ("响应超时", "时限已过"),
        ]  # fmt: skip
        ticket.refresh_from_db()
        assert (ticket.breached, clocks(ticket)["response"].met) == (1, False)

    def test_a_passed_limit_raises_the_severity_as_the_contract_says(self, open_ticket, now):
        ticket = open_ticket(severity="一般", method=Method.ONSITE, place="近郊")
        for hours in range(1, 6):
            actions.settle_due(now=now + hours * HOUR)
        ticket.refresh_from_db()
        assert ticket.severity == "重大"
        assert clocks(ticket)["resolve"].limit == "same-day"
        breach = TicketEvent.objects.get(ticket=ticket, label="到场超时")
        assert breach.text == "时限已过；级别 一般 → 重大；解决 当日"

    def test_the_breach_that_raised_the_severity_stays_until_somebody_says_how_grave_it_is(self, open_ticket, now):
        ticket = open_ticket(severity="一般", method=Method.ONSITE, place="近郊")
        late = now + 5 * HOUR
        actions.settle_due(now=late)
        change = {"ticket": ticket, "reason": "更正", "actor": SYSTEM, "now": late}
        actions.change_facts(values={"place": "远郊"}, **change)
        assert (clocks(ticket)["arrival"].limit, clocks(ticket)["arrival"].met) == ("4h", False)
        actions.change_facts(values={"severity": "一般"}, **change)
        assert (clocks(ticket)["arrival"].limit, clocks(ticket)["arrival"].met) == ("8h", None)

    def test_at_its_very_moment_a_limit_has_not_passed(self, open_ticket, now):
        ticket = open_ticket()
        limit = clocks(ticket)["response"].due_at
        actions.settle_due(now=limit)
        assert clocks(ticket)["response"].met is None
        actions.settle_due(now=limit + timedelta(microseconds=1))
        assert clocks(ticket)["response"].met is False

    def test_a_severity_is_raised_and_never_lowered(self, open_ticket, contract, now):
        ticket = open_ticket(severity="重大", method=Method.ONSITE, place="近郊")
        ticket.clocks.filter(clock="arrival").update(upgrades_to="紧急")
        actions.settle_due(now=now + 5 * HOUR)
        ticket.refresh_from_db()
        assert ticket.severity == "重大"

    def test_a_clock_stopped_in_time_is_left_alone(self, open_ticket, now):
        step(open_ticket(), "solve", now + timedelta(minutes=5), solution="已恢复")
        assert actions.settle_due(now=now + 48 * HOUR) == 0

    def test_what_is_stored_is_what_the_events_say(self, open_ticket, now):
        ticket = open_ticket(severity="紧急", method=Method.ONSITE, place="近郊")
        step(ticket, "respond", now + timedelta(minutes=12))
        actions.settle_due(now=now + 5 * HOUR)
        held = Clocks.of(ticket)
        for name, clock in held.rows.items():
            stored = (clock.phase, clock.due_at, clock.breached_at, clock.met)
            held.stand(name, now + 5 * HOUR)
            assert (clock.phase, clock.due_at, clock.breached_at, clock.met) == stored


def test_a_reopened_ticket_goes_on_where_it_was(open_ticket, now):
    ticket = step(open_ticket(), "solve", now + HOUR, solution="已恢复")
    ticket = step(ticket, "reopen", now + 72 * HOUR, reason="又出现")
    assert (ticket.reopened, clocks(ticket)["resolve"].phase) == (1, "running")
    # The two working days begin on Monday, of which ten hours were not counted: they reach into Wednesday.
    assert clocks(ticket)["resolve"].due_at == shanghai("11-25 23:59") + timedelta(seconds=59)


def test_no_event_lies_before_the_last(open_ticket, now):
    ticket = open_ticket()
    actions.pause(ticket=ticket, reason=PauseReason.USER, text="", actor=SYSTEM, now=now + HOUR)
    with pytest.raises(ActionError, match="早于前一事件"):
        actions.resume(ticket=ticket, text="", actor=SYSTEM, now=now)
    assert ClockEvent.objects.filter(kind="resume").count() == 0


class TestArrival:
    @pytest.fixture
    def visit(self, open_ticket):
        return open_ticket(method=Method.ONSITE, place="近郊")

    def test_coming_stops_the_arrival_and_answers_at_once(self, visit, now):
        ticket = step(visit, "arrive", now + timedelta(minutes=20))
        assert (clocks(ticket)["arrival"].met, clocks(ticket)["response"].met) == (True, True)
        assert ticket.state == "working"

    def test_what_was_solved_without_a_visit_asks_for_none(self, visit, now):
        ticket = step(visit, "solve", now + HOUR, solution="远程恢复")
        assert (clocks(ticket)["arrival"].phase, clocks(ticket)["arrival"].met) == ("void", None)
        assert actions.settle_due(now=now + 48 * HOUR) == 0

    def test_a_cancelled_ticket_is_measured_by_nothing(self, visit, now):
        ticket = step(visit, "cancel", now + 9 * HOUR, reason="误报")
        assert {clock.phase for clock in clocks(ticket).values()} == {"void"}
