"""The home page: how the desk stands, for whoever reads tickets."""

from datetime import timedelta

import pytest
import time_machine

from kangwei.servicedesk.enums import Channel, Group, TicketKind
from tests.apps.servicedesk.conftest import LEVELS, SUPPLIER, SYSTEM
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract(now):
    return load_small(now, service_levels=LEVELS[:1])


@pytest.fixture
def open_ticket(contract, now):
    """`open_ticket("打不开")`: an incident of this title whose response is due half an hour after now."""
    from kangwei.servicedesk import actions

    def make(title: str, after: timedelta = timedelta()):
        return actions.open_ticket(
            contract=contract, kind=TicketKind.INCIDENT, title=title, channel=Channel.PHONE, actor=SYSTEM,
            now=now + after,
        )  # fmt: skip

    return make


def home(client, now):
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        return client.get("/")


def test_open_tickets_are_counted_and_the_nearest_deadline_comes_first(
    contract, open_ticket, client_of, make_party, now
):
    later, sooner = open_ticket("打印慢", timedelta(minutes=9)), open_ticket("打不开")
    page = home(client_of("engineer", party=make_party(SUPPLIER, "supplier")), now)
    counts = {group: n for group, n, _, _ in page.context["groups"]}
    assert (counts[Group.OPEN], counts[Group.UNASSIGNED], counts[Group.MINE]) == (2, 2, 0)
    assert list(page.context["nearest"]) == [sooner, later]
    assert f"/tickets/{sooner.pk}/" in page.content.decode()


def test_a_supplier_sees_nothing_of_anothers_desk(contract, open_ticket, client_of, make_party, now):
    open_ticket("打不开")
    party = make_party("别家公司", "supplier")
    load_small(now, id="other-2026", title="另一份合同", supplier="别家公司")
    page = home(client_of("engineer", party=party), now)
    assert {n for _, n, _, _ in page.context["groups"]} == {0}
    assert "没有正在计时的工单" in page.content.decode()


def test_an_officer_sees_none(contract, open_ticket, client_of, now):
    open_ticket("打不开")
    page = home(client_of("security_officer"), now)
    assert "groups" not in page.context
    assert "打不开" not in page.content.decode()
