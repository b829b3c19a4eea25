"""The list behind a number, as the queue shows it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from kangwei.base.web import PersonRequest
from kangwei.contracts import queries as contracts
from kangwei.servicedesk.numbers import NUMBERS, Number, Period, listed
from kangwei.servicedesk.periods import day_of
from kangwei.servicedesk.tallying import DIMENSIONS, NONE, label_of, looked_at

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from kangwei.servicedesk.models import Ticket

UNSEEN = ("district", "supplier", "channel")
"""By these the list may be narrowed though it has no filter for them."""


@dataclass(frozen=True)
class Numbered:
    """The number whose tickets are listed, the period, and the page that shows the number."""

    number: Number
    period: Period
    address: str

    def rows(self, rows: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
        """The tickets that the number counts."""
        return listed(rows, self.number, self.period)


def behind_number(request: PersonRequest) -> Numbered | None:
    """What `number`, `from` and `to` ask for; None where one is missing or wrong."""
    query = request.GET
    number = NUMBERS.get(query.get("number", ""))
    first, last = day_of(query.get("from", "")), day_of(query.get("to", ""))
    if number is None or first is None or last is None:
        return None
    back = {name: query[name] for name in ("from", "to", "contract") if query.get(name)}
    period = looked_at(contracts.contracts(request.user), first, last, timezone.now())
    return Numbered(number, period, f"{reverse('tickets:numbers')}?{urlencode(back)}")


def kept(request: PersonRequest) -> list[tuple[str, str]]:
    """What the filters on screen cannot say and the next search must not lose."""
    query = request.GET
    found = [(name, query[name]) for name in ("number", *UNSEEN) if query.get(name)]
    return found + [(name, NONE) for name in DIMENSIONS if name not in UNSEEN and query.get(name) == NONE]


def unseen(request: PersonRequest) -> list[tuple[str, str]]:
    """By what the list is narrowed beside its filters, in words."""
    return [
        (DIMENSIONS[name].label, label_of(DIMENSIONS[name], value)) for name, value in kept(request) if name != "number"
    ]
