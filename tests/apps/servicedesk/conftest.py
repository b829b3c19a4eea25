"""A contract with clocks, and tickets on it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from kangwei.base.audit import System
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Channel, TicketKind
from tests.factories.contracts import load_small

CITE = "small-2026.txt:50"
LEVELS = [
    {"id": "response", "clock": "response", "limit": "30m", "cite": CITE},
    {"id": "response-off", "clock": "response", "limit": "1h", "when": {"period": "off"}, "cite": CITE},
    {"id": "response-urgent", "clock": "response", "limit": "10m", "when": {"kind": "incident", "severity": "紧急"},
     "cite": "small-2026.txt:52"},
    {"id": "arrival-near", "clock": "arrival", "limit": "4h", "when": {"method": "onsite", "place": "近郊"},
     "upgrades_to": "重大", "cite": CITE},
    {"id": "arrival-far", "clock": "arrival", "limit": "8h", "when": {"method": "onsite", "place": "远郊"},
     "cite": CITE},
    {"id": "resolve", "clock": "resolve", "limit": "2wd", "cite": CITE},
    {"id": "resolve-grave", "clock": "resolve", "limit": "same-day", "when": {"severity": "重大"}, "cite": CITE},
    {"id": "second", "clock": "restore", "limit": "4h", "when": {"tier": "second"}, "counts_from": "escalated",
     "cite": CITE},
]  # fmt: skip
SYSTEM = System("测试")
SUPPLIER = "试验乙方公司"


@pytest.fixture
def contract(now):
    """The small contract with limits by severity, place, hour and line of support."""
    return load_small(
        now,
        calendars={"working": "Mon-Fri 09:00-18:00"},
        severities=[{"name": name, "cite": CITE} for name in ("一般", "紧急", "重大")],
        scope={"systems": [{"name": "门诊系统", "category": "业务系统", "cite": CITE}]},
        service_levels=LEVELS,
    )


@pytest.fixture
def open_ticket(contract, now) -> Callable:
    """`open_ticket(severity="紧急")`: an incident by phone, opened `now` (Friday 10:00 in Shanghai)."""

    def make(**values):
        given = {
            "contract": contract, "kind": TicketKind.INCIDENT, "title": "门诊系统打不开", "channel": Channel.PHONE,
            "actor": SYSTEM, "now": now,
        }  # fmt: skip
        return actions.open_ticket(**(given | values))

    return make


@pytest.fixture
def supplier(contract, make_party):
    return make_party(SUPPLIER, "supplier")


@pytest.fixture
def engineer(supplier, client_of):
    """The supplier's engineer, signed in."""
    return client_of("engineer", party=supplier)


@pytest.fixture
def project_manager(supplier, client_of):
    """The supplier's project manager, signed in."""
    return client_of("project_manager", party=supplier)


@pytest.fixture
def reader(contract, client_of):
    """Somebody of the platform who reads everything and writes nothing."""
    return client_of("auditor")


@pytest.fixture
def stranger(contract, make_party, client_of):
    """Engineer and project manager of a supplier that does not hold the contract."""
    party = make_party("别家公司", "supplier")
    return client_of("engineer", "project_manager", party=party, username="stranger")


@pytest.fixture
def make_institution(db, now) -> Callable:
    """`make_institution("延庆区医院", "延庆区", "远郊")`."""
    from kangwei.accounts.actions import create_institution

    def make(name: str = "延庆区医院", region: str = "延庆区", place: str = "远郊"):
        return create_institution(name=name, region=region, place=place, actor=SYSTEM, now=now)

    return make


@pytest.fixture
def system(contract):
    """The system that the contract names."""
    from kangwei.assets.models import Asset

    return Asset.objects.get(name="门诊系统")


def url(name: str, *args) -> str:
    return reverse(f"tickets:{name}", args=args)


def shanghai(text: str) -> datetime:
    """`11-20 16:00` of 2026, as UTC."""
    from kangwei.core.calendars import SHANGHAI

    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).astimezone(UTC)
