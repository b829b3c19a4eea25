"""Tickets of every fate around the borders of November 2026, on two contracts of two suppliers."""

from datetime import UTC, datetime, timedelta
from random import Random

from kangwei.accounts.actions import create_institution
from kangwei.base.audit import System
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Channel, PauseReason, RatedBy, SolvedHow, TicketKind, TicketState
from kangwei.servicedesk.models import Ticket
from tests.factories.contracts import load_small

SYSTEM = System("测试")
CITE = "small-2026.txt:50"
HOUR = timedelta(hours=1)
# Midnights of Shanghai between October, November and December.
BORDERS = (datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))
MEASURE = {"name": "用户满意度", "metric": "satisfaction", "op": ">=", "value": 9, "of": 10, "cite": CITE}
LEVELS = [
    {"id": "response", "clock": "response", "limit": "30m", "cite": CITE},
    {"id": "resolve", "clock": "resolve", "limit": "1d", "cite": CITE},
    {"id": "restore", "clock": "restore", "limit": "4h", "when": {"severity": "紧急"}, "cite": CITE},
]  # fmt: skip


def two_contracts(now):
    """One that asks for nine points of ten, and one that does not measure satisfaction."""
    shared = {"service_levels": LEVELS, "severities": [{"name": name, "cite": CITE} for name in ("一般", "紧急")]}
    systems = {"systems": [{"name": name, "category": "业务系统", "cite": CITE} for name in ("门诊系统", "检验系统")]}
    return (
        load_small(now, scope=systems, measures=[MEASURE], **shared),
        load_small(now, id="other-2026", title="另一份合同", supplier="另一家公司", **shared),
    )


def mixed(contracts, *, first: int = 0, count: int = 72) -> list[Ticket]:
    """That many tickets, opened within five days of a border, each taken on as chance has it."""
    from kangwei.assets.models import Asset

    random = Random(first + 2)
    systems = [None, *Asset.objects.filter(kind="system")]
    places = [None, *(
        create_institution(name=f"机构{first + n}", region=f"{n}区", place="", actor=SYSTEM, now=BORDERS[0])
        for n in range(2)
    )]  # fmt: skip
    for number in range(first, first + count):
        at = random.choice(BORDERS) + timedelta(minutes=random.randrange(-5 * 1440, 5 * 1440))
        _live(
            random, number % 9, at, contract=random.choice(contracts), title=f"第{number}件",
            kind=random.choice([TicketKind.INCIDENT, TicketKind.REQUEST, TicketKind.COMPLAINT]),
            channel=random.choice([Channel.PHONE, Channel.PORTAL]), severity=random.choice(["", "一般", "紧急"]),
            system=random.choice(systems), institution=random.choice(places),
        )  # fmt: skip
    return list(Ticket.objects.all())


def _live(random, fate: int, at: datetime, **values) -> None:
    """A ticket of one of nine fates, in the order of time, the worker looking at the clocks in between."""

    def later(most: int) -> datetime:
        nonlocal at
        at += timedelta(minutes=random.randrange(1, most))
        actions.settle_due(now=at)
        return at

    if fate == 0:
        how = random.choice(list(SolvedHow))
        actions.open_and_solve(**values, solution="当场答复", solved_how=how, actor=SYSTEM, now=at)
        return None
    ticket = actions.open_ticket(**values, actor=SYSTEM, now=at)
    if fate == 1:
        later(5000)
        return None
    if fate == 2:
        return step(ticket, "cancel", later(300), reason="重复")
    step(ticket, "respond", later(90))
    if fate in (3, 4):
        actions.pause(ticket=ticket, reason=random.choice(list(PauseReason)), text="", actor=SYSTEM, now=later(300))
        if fate == 3:
            return None
        actions.resume(ticket=ticket, text="", actor=SYSTEM, now=later(3000))
    if fate == 5:
        Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.HANDED_OVER, closed_at=later(900))
        return None
    step(ticket, "solve", later(3000), how=random.choice([None, *SolvedHow]), solution="重启")
    if fate == 6:
        step(ticket, "reopen", later(600), reason="没有好")
        return None
    step(ticket, "close", later(2000))
    if fate in (7, 8):
        actions.rate(
            ticket=ticket, score=random.randrange(6, 11), rated_by=RatedBy.LINK, actor=SYSTEM, now=later(2000)
        )  # fmt: skip
    return None


def step(ticket: Ticket, name: str, at: datetime, how=None, **texts) -> None:
    actions.take_step(ticket=ticket, step=name, texts=texts, actor=SYSTEM, now=at, solved_how=how)
