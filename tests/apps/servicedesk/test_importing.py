"""Incidents of another desk become tickets: what is stored, once and whole."""

import io
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry
from kangwei.core.calendars import bundled_calendar
from kangwei.core.clocks import reading
from kangwei.core.histories import LONGEST, built, bundled_mapping, read_log
from kangwei.core.histories.mapping import CHANNELS, STANDINGS, WAITS
from kangwei.servicedesk import actions
from kangwei.servicedesk.actions import importing
from kangwei.servicedesk.enums import Channel, PauseReason, TicketState
from kangwei.servicedesk.models import ClockEvent, Pause, Ticket, TicketClock, TicketEvent
from kangwei.servicedesk.queries.measuring import events_of, limit_and_window
from tests.apps.servicedesk.conftest import CITE, SYSTEM, url
from tests.factories.contracts import load_small
from tests.factories.event_logs import make_event_log, row, solved_log, text_of

pytestmark = pytest.mark.django_db
SOURCE = actions.Source("旧系统.csv", "0" * 64)


@pytest.fixture
def take(contract, now):
    """`take(rows)`: the incidents of these rows taken over to the contract; their tickets by number of the source."""

    def make(rows, *, to=None, severities=None):
        mapping = bundled_mapping().model_copy(update={"severities": severities or {}})
        log = read_log(io.StringIO(rows if isinstance(rows, str) else text_of(rows)), mapping, name="旧系统.csv")
        histories = built(log, mapping, now).histories
        target = to or contract
        known = actions.Known.of(target)
        make.told = actions.take_over(known=known, histories=histories, source=SOURCE, actor=SYSTEM, now=now)
        return {ticket.external: ticket for ticket in Ticket.objects.filter(contract=target)}

    return make


def clocks(ticket):
    return {clock.clock: clock for clock in ticket.clocks.all()}


class TestTicket:
    def test_a_closed_incident_is_a_closed_ticket_with_its_own_times(self, take, contract):
        ticket = take(solved_log())["INC0000001"]
        assert (ticket.number, ticket.state, ticket.channel) == ("GD-201602-000001", "closed", "phone")
        assert (ticket.title, ticket.caller) == ("Category 55 · Subcategory 170 · Symptom 72", "Caller 2403")
        assert (ticket.opened_by, ticket.assignee, ticket.contract) == ("Opened by  8", None, contract)
        assert "地点：Location 143" in ticket.description
        times = (ticket.opened_at, ticket.responded_at, ticket.solved_at, ticket.closed_at)
        assert [f"{at:%d %H:%M}" for at in times] == ["03 01:00", "03 01:20", "03 04:00", "08 04:00"]

    def test_what_happened_keeps_its_time_and_its_people(self, take):
        ticket = take(solved_log())["INC0000001"]
        found = [(f"{event.at:%d %H:%M}", event.by, event.action, event.text) for event in ticket.events.all()]
        assert found == [
            ("03 01:00", "Opened by  8", "open", "由 旧系统.csv 导入，原编号 INC0000001"),
            ("03 01:05", "Updated by 21", "update", "状态 New；级别 3 - Moderate；组 Group 56"),
            ("03 01:20", "Updated by 21", "respond", "状态 New → Active"),
            ("03 02:00", "Updated by 21", "pause", "状态 Active → Awaiting User Info"),
            ("03 03:00", "Updated by 21", "resume", "状态 Awaiting User Info → Active"),
            ("03 04:00", "Updated by 21", "solve", "状态 Active → Resolved"),
            ("08 04:00", "Updated by 21", "close", "状态 Resolved → Closed"),
        ]
        assert ticket.events.last().data == {"line": 7, "state": "Closed", "made_sla": True}
        assert not ticket.events.filter(public=True).exists()

    def test_a_wait_is_a_pause(self, take):
        take(solved_log())
        (pause,) = Pause.objects.all()
        assert (pause.reason, pause.ended_at - pause.started_at) == (PauseReason.USER, timedelta(hours=1))

    def test_one_that_waits_still_waits(self, take):
        ticket = take([row(), row(incident_state="Awaiting Vendor", sys_updated_at="3/2/2016 10:00")])["INC0000001"]
        assert (ticket.state, ticket.paused_for) == ("working", "third_party")
        assert ticket.pauses.get().ended_at is None

    def test_numbers_are_those_of_the_month_of_opening_after_what_is_there(self, take):
        take([row(number="INC1"), row(number="INC2", opened_at="3/2/2016 08:59")])
        march = {"opened_at": "1/3/2016 00:00", "sys_updated_at": "1/3/2016 00:00"}
        found = take([row(number="INC3"), row(number="INC4", **march)])
        assert {name: ticket.number for name, ticket in found.items()} == {
            "INC2": "GD-201602-000001", "INC1": "GD-201602-000002", "INC3": "GD-201602-000003",
            "INC4": "GD-201603-000001",
        }  # fmt: skip

    def test_names_that_are_known_here_are_linked_and_others_stay_text(self, take, system, make_institution):
        make_institution("延庆区医院", "延庆区", "远郊")
        found = take(
            [row(number="INC1", location="延庆区医院", cmdb_ci="门诊系统"), row(number="INC2", location="Location 7")]
        )
        assert (found["INC1"].institution.name, found["INC1"].place) == ("延庆区医院", "远郊")
        assert found["INC1"].system == system
        assert (found["INC2"].institution, found["INC2"].system) == (None, None)
        assert "地点：Location 7" in found["INC2"].description

    def test_a_contract_for_practice_makes_practice_tickets(self, take, now):
        practice = load_small(now, id="practice-2026", practice=True)
        assert take([row()], to=practice)["INC0000001"].practice


class TestOnce:
    def test_the_same_again_adds_nothing(self, take):
        take(solved_log())
        before = [model.objects.count() for model in (Ticket, TicketEvent, TicketClock, ClockEvent, Pause, AuditEntry)]
        take([*solved_log(), row(number="INC0000002")])
        assert (take.told.added, take.told.present) == (1, 1)
        take([*solved_log(), row(number="INC0000002")])
        assert (take.told.added, take.told.present) == (0, 2)
        assert Ticket.objects.count() == before[0] + 1
        assert AuditEntry.objects.count() == before[-1] + 1

    def test_another_contract_may_have_the_same_number(self, take, now):
        take([row()])
        assert take([row()], to=load_small(now, id="other-2026"))["INC0000001"].number == "GD-201602-000002"

    def test_a_chunk_comes_in_whole_or_not_at_all(self, take, monkeypatch):
        monkeypatch.setattr(importing, "_pauses", lambda past: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            take(solved_log())
        assert not Ticket.objects.exists()
        assert not AuditEntry.objects.filter(action="servicedesk.take_over").exists()
        monkeypatch.undo()
        assert take(solved_log())["INC0000001"].number == "GD-201602-000001"

    def test_two_imports_at_once_double_nothing(self, take, monkeypatch):
        take([row()])
        # As it is for whoever looked before the other's chunk was there.
        real = importing._numbers
        seen = []
        monkeypatch.setattr(importing, "_numbers", lambda found: real(found) if seen else seen.append(1) or [])
        with pytest.raises(ActionError, match="另一个导入正在写入同样的事件"):
            take([row()])
        assert Ticket.objects.count() == 1

    def test_the_trail_says_from_which_file_which_numbers_came(self, take):
        take([row(number="INC1"), row(number="INC2")])
        entry = AuditEntry.objects.get(action="servicedesk.take_over")
        assert entry.data == {
            "file": "旧系统.csv", "sha256": "0" * 64, "tickets": 2, "numbers": {"201602": [1, 2]},
        }  # fmt: skip


class TestClocks:
    def test_they_are_those_of_the_contract_measured_by_the_turns(self, take):
        ticket = take(solved_log())["INC0000001"]
        found = clocks(ticket)
        assert {name: (clock.limit, clock.phase, clock.met) for name, clock in found.items()} == {
            "response": ("30m", "stopped", True), "resolve": ("2wd", "stopped", True),
        }  # fmt: skip
        assert [event.kind for event in found["resolve"].events.all()] == ["start", "pause", "resume", "stop"]
        assert found["resolve"].events.all()[1].reason == "等待用户"
        assert found["resolve"].clause == "service-level:resolve"
        assert found["resolve"].cite == CITE

    def test_they_are_those_of_a_ticket_that_was_worked_on_here(self, take, open_ticket, contract):
        """The same life twice: taken over, and step by step."""
        taken = take(
            [*solved_log()[:5], row(incident_state="Active", sys_mod_count="5", sys_updated_at="3/2/2016 13:00")]
        )["INC0000001"]
        assert (taken.state, taken.reopened) == ("working", 0)  # the source's own count stands
        start = taken.opened_at
        own = open_ticket(now=start, severity="3 - Moderate")

        def at(minutes):
            return start + timedelta(minutes=minutes)

        def step(name, minutes, **texts):
            actions.take_step(ticket=own, step=name, texts=texts, actor=SYSTEM, now=at(minutes))

        step("respond", 20)
        actions.pause(ticket=own, reason=PauseReason.USER, text="", actor=SYSTEM, now=at(60))
        actions.resume(ticket=own, text="", actor=SYSTEM, now=at(120))
        step("solve", 180, solution="重启")
        step("reopen", 240, reason="又坏了")
        stored = [
            {name: [(one.kind, one.at, one.reason) for one in clock.events.all()] for name, clock in clocks(t).items()}
            for t in (taken, own)
        ]
        assert stored[0] == stored[1]
        assert {name: clock.limit for name, clock in clocks(taken).items()} == {
            name: clock.limit for name, clock in clocks(own).items()
        }

    def test_a_clock_has_the_level_of_the_severity_at_which_it_stopped(self, take):
        words = {"3 - Moderate": "紧急", "1 - Critical": "重大"}
        rows = solved_log()
        for cells in rows[2:]:
            cells["priority"] = "1 - Critical"
        found = clocks(take(rows, severities=words)["INC0000001"])
        assert {name: clock.limit for name, clock in found.items()} == {"response": "10m", "resolve": "same-day"}
        assert found["response"].met is False

    def test_open_ones_wake_the_worker_for_what_lies_ahead_only(self, take, now):
        """Now is Friday 20 November 2026, 10:00."""
        ahead = {"opened_at": "20/11/2026 09:00", "sys_updated_at": "20/11/2026 09:10"}
        found = take([row(number="INC1"), row(number="INC2", incident_state="Active", **ahead)])
        past, fresh = found["INC1"], found["INC2"]
        assert [(clock.phase, clock.met, clock.next_at) for clock in past.clocks.all()] == [
            ("running", False, None), ("running", False, None),
        ]  # fmt: skip
        assert (past.breached, fresh.breached) == (2, 0)
        assert clocks(fresh)["resolve"].next_at > now
        assert actions.settle_due(now=now) == 0
        # The clock of the old one goes on: it can be solved here as any other.
        actions.take_step(ticket=past, step="solve", texts={"solution": "已换"}, actor=SYSTEM, now=now)
        assert {clock.phase for clock in past.clocks.all()} == {"stopped"}

    def test_a_contract_without_limits_measures_nothing(self, take, now):
        bare = load_small(now, id="bare-2026")
        assert not take(solved_log(), to=bare)["INC0000001"].clocks.exists()
        assert take.told.unmeasured == 1

    def test_what_the_source_says_of_its_limit_is_compared(self, take):
        late = solved_log(number="INC2", made_sla="false")
        take([*solved_log(), *late, *solved_log(number="INC3", made_sla="?")])
        assert (take.told.agreed, take.told.differed) == (1, 1)
        assert (take.told.kept["resolve"], take.told.breached["resolve"]) == (3, 0)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(incidents=st.integers(1, 40), seed=st.integers(0, 10_000))
def test_any_log_comes_in_whole_and_its_clocks_stand_as_their_events_say(take, now, incidents, seed):
    Ticket.objects.all().delete()
    text = make_event_log(incidents=incidents, seed=seed, damaged=True)
    found = built(read_log(io.StringIO(text), bundled_mapping(), name="log.csv"), bundled_mapping(), now)

    take(text)

    numbers = {line.split(",")[0] for line in text.splitlines()[1:]}
    tickets = set(Ticket.objects.values_list("external", flat=True))
    assert tickets == numbers - found.refused_numbers
    # Every row of an incident that came in is one event of it, every other is named with its reason.
    told = TicketEvent.objects.exclude(action="open").count()
    repeated = sum(fault.reason.startswith("与另一行") for fault in found.noticed)
    assert told + repeated + len(found.kept_out) == len(text.splitlines()) - 1
    for clock in TicketClock.objects.prefetch_related("events"):
        state = reading(*limit_and_window(clock), events_of(clock), now, bundled_calendar())
        assert (clock.phase, clock.due_at, clock.breached_at, clock.met, clock.estimated) == (
            state.phase, state.due_at, state.breached_at, state.met, state.estimated,
        )  # fmt: skip
    for ticket in Ticket.objects.all():
        ends = [at for at in (ticket.responded_at, ticket.solved_at, ticket.closed_at) if at]
        assert ends == sorted(ends)
        assert not ends or ticket.opened_at <= ends[0]
        assert (ticket.closed_at is not None) == (ticket.state == TicketState.CLOSED)


def test_the_words_of_core_are_those_of_the_desk():
    assert set(CHANNELS) <= set(Channel.values)
    assert set(WAITS) == set(PauseReason.values)
    assert set(STANDINGS) - set(WAITS) <= set(TicketState.values)
    widths = {name: Ticket._meta.get_field(name).max_length for name in ("title", "caller", "severity")}
    widths |= {"number": Ticket._meta.get_field("external").max_length}
    widths |= {"by": TicketEvent._meta.get_field("by").max_length}
    assert widths == LONGEST
    assert Ticket._meta.get_field("opened_by").max_length == LONGEST["by"]


class TestPages:
    def test_the_ticket_shows_where_it_came_from_and_what_happened(self, take, reader):
        ticket = take(solved_log(caller_id="<b>张三</b>"))["INC0000001"]
        page = reader.get(url("detail", ticket.pk)).content.decode()
        assert "外部编号" in page
        assert "INC0000001" in page
        assert "Updated by 21" in page
        assert "&lt;b&gt;张三" in page
        assert "<b>张三" not in page

    def test_it_is_found_by_the_number_of_the_source(self, take, reader):
        ticket = take(solved_log())["INC0000001"]
        page = reader.get(url("queue"), {"q": "INC0000001"}).content.decode()
        assert ticket.number in page

    def test_a_stranger_does_not_see_it(self, take, stranger, engineer):
        ticket = take(solved_log())["INC0000001"]
        assert stranger.get(url("detail", ticket.pk)).status_code == 404
        assert engineer.get(url("detail", ticket.pk)).status_code == 200
