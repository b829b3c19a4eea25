"""Calls, alerts and presses that come at once: each is done once."""

import pytest

from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.servicedesk import actions
from kangwei.servicedesk.models import Alert, ApiCall, Ticket
from tests.apps.servicedesk.conftest import SYSTEM
from tests.apps.servicedesk.test_writers import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 8


def test_the_same_call_sent_by_many_at_once_opens_one_ticket(open_ticket, make_person, now):
    person = make_person("engineer")
    done = at_once(
        lambda _: actions.once(key="call-1", body="{}", act=lambda: open_ticket(actor=person), actor=person, now=now),
        WRITERS,
    )
    assert sorted(one.replayed for one in done) == [False] + [True] * (WRITERS - 1)
    assert {one.ticket for one in done} == {Ticket.objects.get()}
    assert (Ticket.objects.get().number, ApiCall.objects.count()) == ("GD-202611-000001", 1)
    assert open_ticket().number == "GD-202611-000002"
    assert audit.verify()[1] is None


def test_the_same_step_sent_by_many_at_once_is_taken_once(open_ticket, make_person, now):
    ticket, person = open_ticket(), make_person("engineer")

    def act():
        return actions.take_step(ticket=ticket, step="respond", texts={}, actor=person, now=now)

    done = at_once(lambda _: actions.once(key="1", body="{}", act=act, actor=person, now=now), WRITERS)
    assert sum(not one.replayed for one in done) == 1
    assert ticket.events.filter(action="respond").count() == 1


def test_one_name_of_another_system_opens_one_ticket(open_ticket):
    results = at_once(lambda _: open_ticket(external="HIS-7"), WRITERS)
    refused = [str(result) for result in results if isinstance(result, ActionError)]
    assert refused == ["「HIS-7」已受理为工单 GD-202611-000001，没有重复受理"] * (WRITERS - 1)
    assert open_ticket().number == "GD-202611-000002"


def test_one_alert_told_by_many_at_once_opens_one_ticket(contract, now):
    taken = at_once(
        lambda _: actions.take_alert(
            contract=contract,
            source="zabbix",
            key="db-1",
            firing=True,
            title="磁盘将满",
            text="",
            actor=SYSTEM,
            now=now,
        ),
        WRITERS,
    )
    assert sorted(one.opened for one in taken) == [False] * (WRITERS - 1) + [True]
    ticket = Ticket.objects.get()
    assert (Alert.objects.get().told, ticket.events.filter(action="note").count()) == (WRITERS, WRITERS - 1)
