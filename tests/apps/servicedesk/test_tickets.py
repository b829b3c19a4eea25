"""Opening a ticket and its steps."""

from datetime import date, timedelta

import pytest

from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import PauseReason, TicketState
from kangwei.servicedesk.lifecycles import ASKED, LIFECYCLES, steps_from
from kangwei.servicedesk.models import Ticket
from tests.apps.servicedesk.conftest import SYSTEM
from tests.apps.servicedesk.stepping import asked

pytestmark = pytest.mark.django_db


def test_numbers_follow_each_other_by_month(open_ticket, now):
    assert [open_ticket().number for _ in range(2)] == ["GD-202611-000001", "GD-202611-000002"]
    assert open_ticket(now=now + timedelta(days=15)).number == "GD-202612-000001"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"title": "  "}, "title"), ({"occurred_at": "later"}, "occurred_at"), ({"system": "other"}, "system")],
)
def test_what_cannot_be_opened_is_refused_and_takes_no_number(open_ticket, make_party, now, values, field):
    from kangwei.assets.actions import register

    stranger = register(
        owner=make_party("另一家", "buyer"), kind="system", values={"name": "别人的系统"}, actor=SYSTEM, now=now
    )
    given = {"later": now + timedelta(minutes=1), "other": stranger}
    with pytest.raises(ActionError) as refusal:
        open_ticket(**{name: given.get(value, value) for name, value in values.items()})
    assert refusal.value.field == field
    assert open_ticket().number == "GD-202611-000001"


def test_a_contract_that_has_ended_takes_no_tickets(open_ticket, contract):
    contract.last_day = date(2026, 11, 19)
    with pytest.raises(ActionError, match="合同已于 2026-11-19 到期"):
        open_ticket()


def test_every_step_is_in_the_audit_trail_and_on_the_ticket(open_ticket, now):
    ticket = open_ticket()
    actions.take_step(ticket=ticket, step="solve", texts={"solution": "重启"}, actor=System("王工"), now=now)
    assert [(event.label, event.by, event.text) for event in ticket.events.all()][-1] == ("解决", "王工", "重启")
    assert AuditEntry.objects.get(action="servicedesk.step").data["step"] == "solve"


def test_what_nobody_has_is_whose_who_solves_it(open_ticket, supplier, make_person, now):
    engineer, other = (make_person("engineer", party=supplier, username=name) for name in ("one", "other"))
    platform = make_person("engineer", username="platform")

    def solved_by(person, ticket):
        texts = {"solution": "重启"}
        return actions.take_step(ticket=ticket, step="solve", texts=texts, actor=person, now=now).assignee

    assert solved_by(engineer, open_ticket()) == engineer
    others = actions.assign(ticket=open_ticket(), assignee=other, text="", actor=SYSTEM, now=now)
    assert solved_by(engineer, others) == other
    assert solved_by(platform, open_ticket()) is None


def test_a_step_asks_for_its_text(open_ticket, now):
    with pytest.raises(ActionError, match="解决办法") as refusal:
        actions.take_step(ticket=open_ticket(), step="solve", texts={}, actor=SYSTEM, now=now)
    assert refusal.value.field == "solution"


def test_a_step_out_of_turn_is_refused_with_what_is_possible(open_ticket, now):
    with pytest.raises(ActionError, match="工单现为待响应，可做的是：响应、解决、到场、撤销"):
        actions.take_step(ticket=open_ticket(), step="close", texts={}, actor=SYSTEM, now=now)


def test_two_who_take_one_ticket_at_once(open_ticket, make_person, supplier, now):
    ticket = open_ticket()
    one, other = (make_person("engineer", party=supplier, username=name) for name in ("one", "other"))
    actions.assign(ticket=ticket, assignee=one, text="", actor=one, now=now)
    with pytest.raises(ActionError, match="已由「测试人员」接手"):
        actions.assign(ticket=ticket, assignee=other, text="", actor=other, now=now)
    assert Ticket.objects.get().assignee == one


def test_only_people_of_the_contracts_parties_are_given_a_ticket(open_ticket, make_person, make_party, supplier, now):
    ticket, given = open_ticket(), {"text": "", "actor": SYSTEM, "now": now}
    outside = make_person("engineer", party=make_party("别家公司", "supplier"), username="outside")
    with pytest.raises(ActionError, match="不是该合同双方"):
        actions.assign(ticket=ticket, assignee=outside, **given)
    own = make_person("engineer", party=supplier)
    assert actions.assign(ticket=ticket, assignee=own, **given).assignee == own


@pytest.mark.parametrize("limits", [True, False])
def test_no_ticket_ends_before_it_came_or_before_what_led_there(contract, open_ticket, now, limits):
    if not limits:
        contract.clauses.filter(section="service_level").delete()
    ticket = open_ticket(now=now - timedelta(hours=3))
    given = {"ticket": ticket, "actor": SYSTEM, "now": now}

    def solve(at):
        return actions.take_step(step="solve", texts={"solution": "重启"}, at=at, **given)

    with pytest.raises(ActionError):
        actions.take_step(step="respond", texts={}, at=now - timedelta(hours=4), **given)
    actions.take_step(step="respond", texts={}, at=now - timedelta(hours=2), **given)
    with pytest.raises(ActionError, match="早于此前的记录 2026-11-20 08:00"):
        solve(now - timedelta(hours=2, minutes=30))
    actions.pause(ticket=ticket, reason=PauseReason.USER, text="", actor=SYSTEM, now=now - timedelta(hours=1))
    with pytest.raises(ActionError, match="早于此前的记录"):
        solve(now - timedelta(minutes=90))
    assert solve(now - timedelta(minutes=30)).solved_at == now - timedelta(minutes=30)
    with pytest.raises(ActionError, match="早于此前的记录"):
        actions.take_step(step="close", texts={}, at=now - timedelta(minutes=40), **given)
    assert actions.take_step(step="close", texts={}, at=now, **given).closed_at == now


@pytest.mark.parametrize("kind", LIFECYCLES)
def test_every_kind_can_be_lived_through_to_its_end(open_ticket, now, kind):
    ticket = open_ticket(kind=kind, now=now - timedelta(hours=5))
    for _ in range(10):
        if ticket.state == TicketState.CLOSED:
            break
        ahead = [
            step
            for step in steps_from(kind, TicketState(ticket.state))
            if step.id not in ("cancel", "reject", "roll_back", "arrive") and step.target != ticket.state
        ]
        ticket = actions.take_step(ticket=ticket, actor=SYSTEM, **asked(ahead[0], now))
    assert ticket.state == TicketState.CLOSED
    assert not [clock for clock in ticket.clocks.all() if clock.phase == "running"]


@pytest.mark.parametrize("kind", LIFECYCLES)
def test_no_state_of_a_life_is_a_dead_end(kind):
    reached = {TicketState.NEW} | {step.target for step in LIFECYCLES[kind]}
    ends = {TicketState.CLOSED, TicketState.CANCELLED}
    assert all(steps_from(kind, state) for state in reached - ends)
    assert all({*step.asks, *step.moments, *step.may_say} <= ASKED.keys() for step in LIFECYCLES[kind])
