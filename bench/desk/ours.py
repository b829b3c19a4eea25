"""Kangwei's side of the bench.

    python -m bench.desk.ours fill COUNT      fills the database; how to sign in, as JSON
    python -m bench.desk.ours settle DUE      makes DUE tickets whose limit has just passed, and settles their clocks

The tickets are written in bulk: closed ones with their opening only; open ones, one in fifty, by the desk's own action
with their clocks, so that a page shows what it always shows.
"""

import json
import os
import sys
import time
from copy import copy
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "kangwei.config.settings"

import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402 (the apps are loaded above)
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models.base import ModelState  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.desk import texts  # noqa: E402
from kangwei.accounts.actions import (  # noqa: E402
    change_password,
    create_api_key,
    create_institution,
    create_person,
    first_people,
    grant_role,
)
from kangwei.accounts.enums import Role  # noqa: E402
from kangwei.accounts.models import Notice  # noqa: E402
from kangwei.accounts.queries import person  # noqa: E402
from kangwei.base import numbers  # noqa: E402
from kangwei.base.audit import System  # noqa: E402
from kangwei.contracts.actions import assign_supplier, load_contract_file  # noqa: E402
from kangwei.core.calendars import SHANGHAI, bundled_calendar  # noqa: E402
from kangwei.servicedesk import actions  # noqa: E402
from kangwei.servicedesk.actions.tickets import index  # noqa: E402
from kangwei.servicedesk.enums import Channel, TicketKind  # noqa: E402
from kangwei.servicedesk.models import ClockEvent, Ticket, TicketClock, TicketEvent  # noqa: E402

BENCH = System("测速")
CONTRACTS = ("hdc-2026-01", "hdc-2026-02", "hdc-2026-11", "hdc-2026-13")
BATCH = 5000
INSTITUTIONS = 2000


def fill(count: int) -> dict[str, Any]:
    """Contracts, institutions and tickets; what the measuring needs to know of them."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    now = timezone.now()
    first_people(actor=BENCH, now=now)
    contracts = [_contract(code, now) for code in CONTRACTS]
    places = [
        create_institution(name=f"社区卫生服务中心 {n}", region=f"{n % 16} 区", place="", actor=BENCH, now=now)
        for n in range(INSTITUTIONS)
    ]
    for start in range(0, count, BATCH):
        _write(range(start, min(start + BATCH, count)), count, contracts, places, now)
    newest = Ticket.objects.filter(closed_at=None).order_by("-opened_at").first()
    return _door() | {"ticket": newest.pk if newest else 0}


def _contract(code: str, now: datetime) -> Any:
    text = (files("kangwei") / "library" / "contracts" / f"{code}.yaml").read_text("utf-8")
    return load_contract_file(
        text=text, file=f"{code}.yaml", calendar=bundled_calendar(), actor=BENCH, now=now
    ).contract


@transaction.atomic
def _write(chunk: range, count: int, contracts: list[Any], places: list[Any], now: datetime) -> None:
    closed = []
    for number in chunk:
        given = {
            "contract": contracts[number % 4], "kind": TicketKind.INCIDENT, "title": texts.title(number),
            "description": texts.description(number), "channel": Channel.PHONE, "institution": places[number % 2000],
            "caller": f"来电人{number % 3000}", "phone": f"010{number % 3000:08d}",
            "severity": ("一般", "紧急", "重大")[number // 3 % 3], "place": "城区",
        }  # fmt: skip
        at = texts.opened_at(number, count, now)
        if texts.is_open(number):
            actions.open_ticket(**given, actor=BENCH, now=at)
        else:
            closed.append(_closed(given, at))
    for month in {ticket.number for ticket in closed}:
        mine = [ticket for ticket in closed if ticket.number == month]
        for ticket, number in zip(mine, numbers.next_numbers(f"ticket:{month}", len(mine)), strict=True):
            ticket.number = f"GD-{month}-{number:06d}"
    Ticket.objects.bulk_create(closed)
    index(closed)
    TicketEvent.objects.bulk_create(
        [TicketEvent(ticket=ticket, at=ticket.opened_at, by="测速", action="open", label="受理") for ticket in closed]
    )


def _closed(given: dict[str, Any], at: datetime) -> Ticket:
    done = at + timedelta(hours=3)
    return Ticket(
        **given, number=f"{at.astimezone(SHANGHAI):%Y%m}", state="closed", occurred_at=at, opened_at=at,
        opened_by="测速", responded_at=at + timedelta(minutes=5), solved_at=done, closed_at=done, updated_at=done,
    )  # fmt: skip


def _door() -> dict[str, Any]:
    """A session and an API key of a manager of the platform."""
    now = timezone.now()
    party = person(username="admin").party
    manager, _ = create_person(username="manager", name="测速", party=party, actor=BENCH, now=now)
    grant_role(person=manager, role=Role.BUYER_MANAGER, actor=BENCH, now=now)
    change_password(person=manager, password="measure-Clinic-72", actor=manager, now=now)
    session = SessionStore()
    session.update(
        {
            "_auth_user_id": str(manager.pk),
            "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
            "_auth_user_hash": manager.get_session_auth_hash(),
        }
    )
    session.create()
    _, key = create_api_key(person=manager, name="测速", actor=manager, now=now)
    return {"session": session.session_key, "key": key}


def settle(due: int) -> dict[str, Any]:
    """Write `due` open tickets whose resolve clock has just run out, then let the worker's action settle them."""
    now = timezone.now()
    model = Ticket.objects.filter(closed_at=None, clocks__clock="resolve").order_by("-pk")[0]
    clock = model.clocks.get(clock="resolve")
    _let_hear(model.contract, now)
    for start in range(0, due, BATCH):
        _write_due(range(start, min(start + BATCH, due)), model, clock, now)
    waiting = TicketClock.objects.filter(next_at__lte=now).count()
    began = time.perf_counter()
    settled = 0
    while done := actions.settle_due(now=now):
        settled += done
    seconds = time.perf_counter() - began
    return {"due": waiting, "settled": settled, "seconds": seconds, "notices": Notice.objects.count()}


def _let_hear(contract: Any, now: datetime) -> None:
    """A manager of each party of the contract, who is told of every limit that passes."""
    assign_supplier(contract=contract, supplier="测速乙方", actor=BENCH, now=now)
    for party, role in ((contract.buyer, Role.BUYER_MANAGER), (contract.supplier, Role.PROJECT_MANAGER)):
        person, _ = create_person(username=role.value, name="测速", party=party, actor=BENCH, now=now)
        grant_role(person=person, role=role, actor=BENCH, now=now)


@transaction.atomic
def _write_due(chunk: range, model: Ticket, clock: TicketClock, now: datetime) -> None:
    started = now - timedelta(days=30)
    tickets = [_copy(model, number=f"DUE-{number}", next_at=now, opened_at=started) for number in chunk]
    Ticket.objects.bulk_create(tickets)
    clocks = [
        _copy(clock, ticket=ticket, next_at=now - timedelta(seconds=1), next_share=100, told_share=75, phase="running")
        for ticket in tickets
    ]
    TicketClock.objects.bulk_create(clocks)
    ClockEvent.objects.bulk_create([ClockEvent(clock=row, kind="start", at=started) for row in clocks])


def _copy(row: Any, **values: Any) -> Any:
    fresh = copy(row)
    fresh.pk, fresh._state = None, ModelState()
    for name, value in values.items():
        setattr(fresh, name, value)
    return fresh


if __name__ == "__main__":
    print(json.dumps({"fill": fill, "settle": settle}[sys.argv[1]](int(sys.argv[2]))))
