"""Findings that become tickets, and what later runs say there."""

from datetime import timedelta
from itertools import count

import pytest
import time_machine
from django.urls import reverse

from kangwei.base.errors import ActionError
from kangwei.inspections import actions
from kangwei.inspections.models import Finding
from kangwei.servicedesk import actions as desk
from kangwei.servicedesk.models import Ticket
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


@pytest.fixture
def press(now):
    """`press(finding)`: what the button does."""
    return lambda finding: actions.open_finding_ticket(
        finding=finding, link="http://kangwei.test/inspections/runs/1/", actor=TESTER, now=now + timedelta(hours=9)
    )


def notes(ticket):
    return [event.text for event in ticket.events.filter(action="note").order_by("pk")]


def test_a_finding_becomes_an_incident_on_its_contract(inspect, press, contract):
    inspect(FakeHttp(**SLOW))
    finding = Finding.objects.get()
    ticket = press(finding)
    assert (ticket.kind, ticket.channel, ticket.contract) == ("incident", "inspection", contract)
    assert ticket.title.startswith("业务库甲 响应时间：12000毫秒")
    assert "http://kangwei.test/inspections/runs/1/" in ticket.description
    assert ticket.occurred_at == finding.opened_at
    finding.refresh_from_db()
    assert finding.ticket == ticket


def test_a_second_press_opens_nothing(inspect, press):
    inspect(FakeHttp(**SLOW))
    stale = Finding.objects.get()
    assert press(stale) == press(stale) == Ticket.objects.get()


def test_what_is_seen_again_is_noted_on_the_open_ticket_and_so_is_that_it_is_well(inspect, press):
    inspect(FakeHttp(**SLOW))
    ticket = press(Finding.objects.get())
    again, well = inspect(FakeHttp(response_ms=5_000)), inspect(FakeHttp())
    assert notes(ticket) == [
        f"巡检 {again.number}：仍有异常，响应时间：5000毫秒（警告 > 3000，严重 > 10000）",
        f"巡检 {well.number}：响应时间已恢复",
    ]


def test_wrong_again_after_recovery_stays_with_the_open_ticket(inspect, press):
    inspect(FakeHttp(**SLOW))
    ticket = press(Finding.objects.get())
    inspect(FakeHttp())
    inspect(FakeHttp(**SLOW))
    newest = Finding.objects.first()
    assert (newest.state, newest.ticket) == ("open", ticket)
    assert press(newest) == ticket
    assert [note.partition("：")[2][:5] for note in notes(ticket)] == ["响应时间已", "仍有异常，"]


def test_a_closed_ticket_is_left_alone_and_another_may_be_opened(inspect, press, now):
    inspect(FakeHttp(**SLOW))
    first = press(Finding.objects.get())
    desk.take_step(ticket=first, step="cancel", texts={"reason": "误报"}, actor=TESTER, now=now + timedelta(hours=9))
    inspect(FakeHttp())
    inspect(FakeHttp(**SLOW))
    assert notes(first) == []
    second = press(Finding.objects.first())
    assert second != first


def test_without_a_ticket_a_run_notes_nothing(inspect):
    inspect(FakeHttp(**SLOW))
    inspect(FakeHttp(**SLOW))
    assert not Ticket.objects.exists()


def test_what_is_over_needs_no_ticket(inspect, press):
    inspect(FakeHttp(**SLOW))
    inspect(FakeHttp())
    with pytest.raises(ActionError, match="已恢复"):
        press(Finding.objects.get())


class TestButton:
    @pytest.fixture
    def finding(self, inspect):
        inspect(FakeHttp(**SLOW))
        return Finding.objects.get()

    @pytest.fixture(autouse=True)
    def _later(self, now):
        with time_machine.travel(now + timedelta(hours=9), tick=False):
            yield

    def test_it_leads_to_the_ticket_whose_state_then_shows(self, engineer, finding):
        page = engineer.get(reverse("inspections:finding_list")).content.decode()
        assert "转工单" in page
        opened = engineer.post(reverse("inspections:open_finding_ticket", args=[finding.pk]))
        ticket = Ticket.objects.get()
        assert opened.url == reverse("tickets:detail", args=[ticket.pk])
        assert reverse("inspections:run_detail", args=[finding.run_id]) in ticket.description
        for address in (reverse("inspections:finding_list"), reverse("inspections:run_detail", args=[finding.run_id])):
            page = engineer.get(address).content.decode()
            assert ticket.number in page and "待响应" in page and "转工单" not in page

    def test_it_is_for_those_who_work_on_tickets_of_the_contract(self, engineer, stranger, client_of, finding):
        address = reverse("inspections:open_finding_ticket", args=[finding.pk])
        assert client_of("auditor").post(address).status_code == 403
        assert stranger.post(address).status_code == 404
        assert not Ticket.objects.exists()
        assert engineer.post(address).status_code == 302
        assert Ticket.objects.count() == 1


def test_the_list_costs_as_much_with_three_as_with_one(
    engineer, make_target, request_run, perform, press, django_assert_num_queries
):
    for rows, slots in ((1, ["业务库甲"]), (3, ["业务库乙", "业务库丙"])):
        for slot in slots:
            perform(request_run(make_target(slot)), FakeHttp(**SLOW))
            press(Finding.objects.get(ticket=None))
        with django_assert_num_queries(LISTED):
            page = engineer.get(reverse("inspections:finding_list")).content.decode()
        assert page.count("GD-202611-") == rows


LISTED = 9
