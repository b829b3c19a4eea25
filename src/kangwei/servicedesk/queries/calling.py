"""Reads of call-backs: whom to call, how far the calls have come, what they say; and how a sample is drawn."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db.models import Avg, Count, F, Max, Min, Q, QuerySet

from kangwei.base import audit
from kangwei.contracts import queries as contracts
from kangwei.core.calendars import day_start
from kangwei.servicedesk.enums import CallOutcome, RatedBy, TicketState
from kangwei.servicedesk.models import CallBack, Ticket
from kangwei.servicedesk.queries import search

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.base.models import AuditEntry
    from kangwei.contracts.models import Contract

FINAL = (CallOutcome.REACHED, CallOutcome.REFUSED)
"""What leaves nothing to call for; who was not reached is called again."""
WAITING = "waiting"
RESULTS = {
    WAITING: ("待回访", ~Q(outcome__in=FINAL)),
    "untried": ("未拨打", Q(outcome="")),
    "not-reached": ("未接通", Q(outcome=CallOutcome.NOT_REACHED)),
    "done": ("已结束", Q(outcome__in=FINAL)),
    "reached": ("已回访", Q(outcome=CallOutcome.REACHED)),
    "refused": ("拒绝回访", Q(outcome=CallOutcome.REFUSED)),
    "solved": ("已解决", Q(solved=True)),
    "unsolved": ("未解决", Q(solved=False)),
    "rated": ("已评分", Q(ticket__rating__rated_by=RatedBy.CALL_BACK)),
}
"""Every part of the calls that a figure counts: its label and its condition."""


def drawn_from(numbers: Iterable[str], count: int, seed: int) -> list[str]:
    """So many of the ticket numbers by chance; the same seed gives the same ones whatever order they come in.

    The order of chance is that of SHA-256 over `seed:number`, so that anybody can draw again with any tool.
    """
    return sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())[:count]


def callable_tickets(contract: "Contract", first: date, last: date) -> QuerySet[Ticket]:
    """Tickets closed on these days (Asia/Shanghai) that were not drawn before."""
    return Ticket.objects.filter(
        contract=contract, state=TicketState.CLOSED, call_back=None,
        closed_at__gte=day_start(first), closed_at__lt=day_start(last + timedelta(days=1)),
    )  # fmt: skip


def call_backs(person: "Person") -> QuerySet[CallBack]:
    """The call-backs on the contracts a person may see: open ones first, the longest drawn before the others."""
    mine = contracts.contracts(person).order_by().values("pk")
    rows = CallBack.objects.filter(ticket__contract__in=mine)
    rows = rows.select_related("ticket__contract", "ticket__institution", "ticket__rating")
    return rows.order_by(F("called_at").asc(nulls_first=True), "drawn_at", "pk")


def search_calls(rows: QuerySet[CallBack], text: str) -> QuerySet[CallBack]:
    """Those whose ticket holds every word of the text."""
    drawn = Ticket.objects.filter(call_back__isnull=False)
    return rows.filter(ticket__in=search(drawn, text).order_by().values("pk"))


def drawn_between(rows: QuerySet[CallBack], first: date, last: date) -> QuerySet[CallBack]:
    """Those drawn on the days first to last (Asia/Shanghai)."""
    return rows.filter(drawn_at__gte=day_start(first), drawn_at__lt=day_start(last + timedelta(days=1)))


@dataclass(frozen=True)
class Result:
    """What the calls say: how many in each part of RESULTS; the average score where all share one scale."""

    total: int
    parts: dict[str, int]
    average: Fraction | None
    of: int | None


def result_of(rows: QuerySet[CallBack]) -> Result:
    """The figures of these call-backs, in one query."""
    by_call = RESULTS["rated"][1]
    found = rows.order_by().aggregate(
        total=Count("pk"),
        average=Avg("ticket__rating__score", filter=by_call),
        least=Min("ticket__rating__of", filter=by_call),
        most=Max("ticket__rating__of", filter=by_call),
        **{f"part_{name}": Count("pk", filter=condition) for name, (_, condition) in RESULTS.items()},
    )
    one_scale = found["least"] is not None and found["least"] == found["most"]
    average = Fraction(str(found["average"])) if one_scale else None
    parts = {name: found[f"part_{name}"] for name in RESULTS}
    return Result(found["total"], parts, average, found["most"] if one_scale else None)


def draws(contract: "Contract", most: int = 5) -> "QuerySet[AuditEntry]":
    """The last samples drawn for a contract, as the audit trail has them with seed and numbers."""
    return audit.entries().filter(
        action="servicedesk.draw_sample", subject_type="contract", subject_id=contract.code
    )[:most]  # fmt: skip
