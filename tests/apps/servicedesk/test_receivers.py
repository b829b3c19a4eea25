"""Tickets that the desk opens by itself."""

from datetime import date, timedelta

import pytest

from kangwei.assets.actions import register
from kangwei.assets.signals import expiry_near
from kangwei.servicedesk.models import Ticket
from tests.apps.servicedesk.conftest import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(contract, now):
    values = {"name": "门诊服务器证书", "serial_number": "0A1B", "system": "门诊系统", "valid_until": "2026-12-10"}
    return register(owner=contract.buyer, kind="certificate-tls", values=values, actor=SYSTEM, now=now)


def test_what_expires_soon_becomes_a_request_on_the_contract_that_maintains_it(
    certificate, contract, time_machine, now
):
    time_machine.move_to(now, tick=False)
    expiry_near.send(sender=type(certificate), asset_id=certificate.pk, expires_on=date(2026, 12, 10))
    ticket = Ticket.objects.get()
    assert (ticket.contract, ticket.kind, ticket.channel) == (contract, "request", "alert")
    assert ticket.title == "服务器证书临近到期"
    assert ticket.events.last().text == f"{certificate.number} 门诊服务器证书 2026-12-10 到期"
    assert ticket.system.name == "门诊系统"
    assert ticket.clocks.filter(clock="response").exists()


def test_what_no_contract_maintains_becomes_none(contract, time_machine, now):
    time_machine.move_to(now, tick=False)
    values = {"name": "别的证书", "serial_number": "0A1C"}
    asset = register(owner=contract.buyer, kind="certificate-tls", values=values, actor=SYSTEM, now=now)
    expiry_near.send(sender=type(asset), asset_id=asset.pk, expires_on=date(2026, 12, 10))
    assert not Ticket.objects.exists()


def test_more_of_a_kind_on_one_day_stand_on_one_ticket(certificate, contract, time_machine, now):
    values = {"name": "收费服务器证书", "serial_number": "0A1D", "system": "门诊系统"}
    other = register(owner=contract.buyer, kind="certificate-tls", values=values, actor=SYSTEM, now=now)
    for days, asset in ((0, certificate), (0, other), (1, other)):
        time_machine.move_to(now + timedelta(days=days), tick=False)
        expiry_near.send(sender=type(asset), asset_id=asset.pk, expires_on=date(2026, 12, 10))
    first, second = Ticket.objects.order_by("pk")
    assert first.events.filter(action="note").count() == 2
    assert second.events.filter(action="note").count() == 1
