"""The list behind a number, as the queue shows it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from kangwei.base.web import PersonRequest
from kangwei.contracts import queries as contracts
from kangwei.servicedesk.numbers.definitions import NUMBERS, Number, Period, listed
from kangwei.servicedesk.numbers.periods import day_of
from kangwei.servicedesk.numbers.tallying import DIMENSIONS, NONE, UNKNOWN, label_of, looked_at, without_practice
from kangwei.servicedesk.queries import tickets

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from kangwei.servicedesk.models import Ticket

UNSEEN = ("district", "supplier", "channel")
"""By these the list may be narrowed though it has no filter for them."""


@dataclass(frozen=True)
class Numbered:
    """The number whose tickets are listed, the period, the page that shows the number, and whether it leaves practice
    out."""

    number: Number
    period: Period
    address: str
    without_practice: bool

    def rows(self, rows: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
        """The tickets that the number counts."""
        return listed(rows.filter(practice=False) if self.without_practice else rows, self.number, self.period)


def behind_number(request: PersonRequest) -> Numbered | None:
    """What `number`, `from` and `to` ask for; None where one is missing or wrong."""
    query = request.GET
    number = NUMBERS.get(query.get("number", ""))
    first, last = day_of(query.get("from", "")), day_of(query.get("to", ""))
    if number is None or first is None or last is None:
        return None
    back = {name: query[name] for name in ("from", "to", "contract") if query.get(name)}
    period = looked_at(contracts.contracts(request.user), first, last, timezone.now())
    held = contracts.contracts(request.user).filter(code=query.get("contract", "")).first()
    apart = without_practice(request.user, held)
    return Numbered(number, period, f"{reverse('tickets:numbers')}?{urlencode(back)}", apart)


def kept(request: PersonRequest) -> list[tuple[str, str]]:
    """What the filters on screen cannot say and the next search must not lose."""
    query = request.GET
    found = [(name, query[name]) for name in ("number", *UNSEEN) if query.get(name)]
    return found + [(name, NONE) for name in DIMENSIONS if name not in UNSEEN and query.get(name) == NONE]


def unseen(request: PersonRequest) -> list[tuple[str, str]]:
    """By what the list is narrowed beside its filters, in words.

    What no ticket that the person sees belongs to is not named: its key may be that of anybody.
    """
    seen, found = tickets(request.user).order_by().select_related(None), []
    for name, value in kept(request):
        if name == "number":
            continue
        dimension = DIMENSIONS[name]
        known = not dimension.column or value == NONE or seen.filter(dimension.where(value)).exists()
        found.append((dimension.label, label_of(dimension, value) if known else UNKNOWN))
    return found
