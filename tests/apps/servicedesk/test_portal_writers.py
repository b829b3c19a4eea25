"""Many callers at once: what is sent twice is entered once, and nobody counts past a limit."""

import pytest

from kangwei.base import audit
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.servicedesk import actions
from kangwei.servicedesk.actions import following as acts
from kangwei.servicedesk.enums import TicketKind, Trouble
from kangwei.servicedesk.models import Entrance, Ticket
from tests.apps.servicedesk.conftest import SYSTEM
from tests.apps.servicedesk.portal import png
from tests.apps.servicedesk.test_writers import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NURSE = System("报告人 王护士")


@pytest.fixture
def entrance(contract, make_institution, now):
    return actions.open_entrance(institution=make_institution(), contract=contract, actor=SYSTEM, now=now)


def test_one_report_sent_by_many_clicks_and_others_beside_it(entrance, open_ticket, now):
    def send(number):
        if number % 4 == 0:
            return open_ticket(title=f"电话 {number}")
        token = "same" if number % 2 else f"t{number}"
        return actions.report(
            entrance=entrance, token=token, system=None, text="打不开", trouble=Trouble.DOWN, name="王护士",
            phone="8012", photos=[png(number)], actor=NURSE, now=now,
        )  # fmt: skip

    results = at_once(send, 16)
    assert not [result for result in results if isinstance(result, ActionError)]
    assert len({result.pk for number, result in enumerate(results) if number % 2}) == 1
    numbers = sorted(Ticket.objects.values_list("number", flat=True))
    assert numbers == [f"GD-202611-{number:06d}" for number in range(1, 10)]
    assert audit.verify()[1] is None


def test_of_many_complaints_one_stands(open_ticket, now):
    ticket = open_ticket()
    at_once(lambda n: acts.complain(ticket=ticket, text=f"没人来 {n % 2}", actor=NURSE, now=now), 8)
    assert Ticket.objects.filter(kind=TicketKind.COMPLAINT).count() == 1


def test_whoever_opens_the_same_entrances_at_once_opens_each_once(contract, make_institution, now):
    both = [make_institution("甲医院"), make_institution("乙医院")]
    made = at_once(lambda _: actions.open_entrances(institutions=both, contract=contract, actor=SYSTEM, now=now), 8)
    assert sum(len(one) for one in made) == 2
    assert Entrance.objects.count() == 2
