"""Reads of dispatch orders: who sees and works on which, and what is still to be done with one."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from kangwei.accounts.queries import contract_scope
from kangwei.contracts import queries as contracts
from kangwei.servicedesk.enums import CLOSED_STATES, DispatchState, Signer, TicketState
from kangwei.servicedesk.models import Dispatch, Signature, Ticket

if TYPE_CHECKING:
    from kangwei.accounts.models import Person

UNDER_WAY = (
    DispatchState.ISSUED, DispatchState.ACCEPTED, DispatchState.TRAVELLING, DispatchState.ARRIVED,
    DispatchState.FINISHED,
)  # fmt: skip
ORDER = ("接单", "出发", "到场", "完工", "签字")
"""The steps of a visit, in the order of its states."""


@dataclass(frozen=True)
class Position:
    """Where a phone said it was: degrees, and how exact that is in metres."""

    latitude: Decimal
    longitude: Decimal
    accuracy: int

    @property
    def holds(self) -> bool:
        """Whether such a place exists."""
        return abs(self.latitude) <= 90 and abs(self.longitude) <= 180 and 0 <= self.accuracy <= 10_000_000


@dataclass(frozen=True)
class Part:
    """Something that was fitted or used up at a visit."""

    name: str
    quantity: int
    unit: str = ""
    serial: str = ""


@dataclass(frozen=True)
class Place:
    """One of the three places to sign: the signature, or None where it is still empty."""

    signer: Signer
    signature: Signature | None


def dispatches(person: "Person") -> QuerySet[Dispatch]:
    """The dispatch orders of the contracts a person may see, with what a row shows, the latest first."""
    rows = Dispatch.objects.all()
    if contract_scope(person):
        rows = rows.filter(ticket__contract__in=contracts.contracts(person).order_by().values("pk"))
    return rows.select_related("engineer", "ticket__contract", "ticket__institution", "ticket__system").order_by("-pk")


def of_ticket(ticket: Ticket) -> QuerySet[Dispatch]:
    """The dispatch orders of a ticket, the latest first."""
    return Dispatch.objects.filter(ticket=ticket).select_related("engineer").order_by("-pk")


def search(rows: QuerySet[Dispatch], text: str) -> QuerySet[Dispatch]:
    """Those whose number, ticket, address, institution or engineer holds the text."""
    return rows.filter(
        Q(number__icontains=text)
        | Q(ticket__number__icontains=text)
        | Q(ticket__title__icontains=text)
        | Q(address__icontains=text)
        | Q(ticket__institution__name__icontains=text)
        | Q(engineer__name__icontains=text)
    )


def dispatchable(ticket: Ticket) -> bool:
    """Whether there is anything left that somebody could go out for."""
    return ticket.state not in (*CLOSED_STATES, TicketState.SOLVED)


def may_issue(person: "Person", ticket: Ticket) -> bool:
    """Whether the person may send somebody out for the ticket."""
    return dispatchable(ticket) and person.has_perm("tickets.manage")


def may_work(person: "Person", dispatch: Dispatch) -> bool:
    """Whether the person may carry the order on: its own engineer, or whoever manages tickets."""
    own = dispatch.engineer_id == person.pk and person.has_perm("tickets.write")
    return own or person.has_perm("tickets.manage")


def steps_done(dispatch: Dispatch) -> int:
    """How many of ORDER are behind; a step that was passed over counts as done."""
    if dispatch.state == DispatchState.CANCELLED:
        times = (dispatch.accepted_at, dispatch.departed_at, dispatch.arrived_at, dispatch.finished_at)
        return max((number for number, time in enumerate(times, 1) if time), default=0)
    return 5 if dispatch.state == DispatchState.SIGNED else UNDER_WAY.index(DispatchState(dispatch.state))


def places(dispatch: Dispatch) -> list[Place]:
    """The three places to sign, in one query."""
    found = {signature.signer: signature for signature in Signature.objects.filter(dispatch=dispatch)}
    return [Place(signer, found.get(signer)) for signer in Signer]


def entered_at(dispatch: Dispatch) -> datetime | None:
    """When the arrival was written down, where that was afterwards."""
    event = dispatch.ticket.events.filter(action="check_in", data__dispatch=dispatch.number).first()
    text = event.data.get("entered_at") if event else None
    return datetime.fromisoformat(text) if text else None
