"""Many at once: no number is skipped or given twice, nobody takes what another has."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.servicedesk import actions
from kangwei.servicedesk.models import Ticket
from tests.apps.servicedesk.conftest import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 32


def at_once(act, count=WRITERS):
    """What each of so many threads got from `act(its number)`, a refusal in its place."""

    def run(number):
        try:
            return act(number)
        except ActionError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_thirty_two_writers_skip_no_number_though_every_fourth_is_refused(open_ticket, now):
    def report(number):
        late = now + timedelta(hours=1) if number % 4 == 0 else now
        return open_ticket(title=f"第 {number} 台终端", occurred_at=late).number

    results = at_once(report)
    assert [str(result) for result in results if isinstance(result, ActionError)] == ["发生时间晚于受理时间"] * 8
    opened = sorted(Ticket.objects.values_list("number", flat=True))
    assert opened == [f"GD-202611-{number:06d}" for number in range(1, 25)]
    assert audit.verify()[1] is None


def test_of_many_who_take_a_ticket_one_has_it(open_ticket, supplier, make_person, now):
    ticket = open_ticket()
    people = [make_person("engineer", party=supplier, username=f"engineer-{number}") for number in range(8)]

    def take(number):
        return actions.assign(ticket=ticket, assignee=people[number], text="", actor=people[number], now=now)

    results = at_once(take, 8)
    taken = [result for result in results if not isinstance(result, ActionError)]
    assert len(taken) == 1
    assert Ticket.objects.get().assignee == taken[0].assignee


def test_a_step_that_two_take_at_once_is_taken_once(open_ticket, now):
    ticket = open_ticket()
    results = at_once(lambda _: actions.take_step(ticket=ticket, step="respond", texts={}, actor=SYSTEM, now=now), 8)
    assert sum(isinstance(result, ActionError) for result in results) == 7
    assert ticket.events.filter(action="respond").count() == 1
