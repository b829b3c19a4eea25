"""Reads of entrances: whose they are, what can be reported there, and to which contract it goes."""

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from kangwei.accounts.queries import contract_scope, institutions
from kangwei.assets.queries import contracts_of, systems_under
from kangwei.contracts import queries as contracts
from kangwei.contracts.levels import condition_words
from kangwei.servicedesk.enums import TicketKind
from kangwei.servicedesk.models import OPEN, Entrance, Ticket

if TYPE_CHECKING:
    from kangwei.accounts.models import Institution, Person
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract

REPORTED = (TicketKind.INCIDENT, TicketKind.REQUEST)
"""What an entrance lists: a complaint is between its author and the desk, other kinds are the staff's own work."""


def entrances(person: "Person") -> QuerySet[Entrance]:
    """The entrances to the contracts a person may see, with what a row shows."""
    rows = Entrance.objects.select_related("institution__region", "contract__buyer")
    if contract_scope(person):
        rows = rows.filter(contract__in=contracts.contracts(person).order_by().values("pk"))
    return rows


def search_entrances(rows: QuerySet[Entrance], text: str) -> QuerySet[Entrance]:
    """Those of institutions whose name or district holds the text."""
    return rows.filter(Q(institution__name__icontains=text) | Q(institution__region__name__icontains=text))


def entrance_of(key: str) -> Entrance | None:
    """The entrance of that key, open or closed."""
    return Entrance.objects.select_related("institution__region", "contract__buyer").filter(key=key).first()


def in_force(entrance: Entrance, today: date) -> QuerySet["Contract"]:
    """The contracts in force of the buyer to whose contract an entrance leads; practice apart from the real thing."""
    own = entrance.contract
    held = contracts.all_contracts().filter(buyer=own.buyer, practice=own.practice)
    return held.filter(first_day__lte=today, last_day__gte=today).order_by("code")


def systems_offered(entrance: Entrance, today: date) -> list["Asset"]:
    """The systems that can be named at an entrance: first what its institution reported most, the others by name."""
    found = systems_under(in_force(entrance, today).values("code")).filter(owner=entrance.contract.buyer)
    mine = Ticket.objects.filter(institution=entrance.institution_id, system__isnull=False)
    often = dict(mine.order_by().values_list("system").annotate(n=Count("pk")))
    return sorted(found, key=lambda system: -often.get(system.pk, 0))


def contract_for(entrance: Entrance, system: "Asset | None", today: date) -> "Contract":
    """The contract that maintains the system: the entrance's own if it is one of several, else the first by its code.

    The entrance's own for no known system.
    """
    held = list(in_force(entrance, today).filter(code__in=contracts_of(system))) if system else []
    own = entrance.contract
    return own if own in held or not held else held[0]


def place_of(contract: "Contract", institution: "Institution") -> str:
    """The place of the institution's district, where the contract's limits know that word."""
    place = institution.region.place if institution.region else ""
    return place if place in condition_words(contract, "place") else ""


def reported(entrance: Entrance, most: int = 8) -> list[Ticket]:
    """What the institution reported to the same buyer and is open still, the latest first."""
    own = entrance.contract
    rows = Ticket.objects.filter(
        OPEN, institution=entrance.institution_id, contract__buyer=own.buyer, practice=own.practice, kind__in=REPORTED
    )
    return list(rows.select_related("contract").order_by("-opened_at", "-pk")[:most])


def followed_at(entrance: Entrance, ticket: Ticket) -> bool:
    """Whether an entrance leads to the page of a ticket: whose supplier holds its key may read there.

    That of another supplier is only named, so that nobody reports it again; its caller has the link.
    """
    own = entrance.contract.supplier_id
    return own is None or own == ticket.contract.supplier_id


def regions() -> list[tuple[int, str, int]]:
    """The districts that have institutions, by name, with their number."""
    rows = institutions().filter(region__isnull=False).order_by("region__name")
    return list(rows.values_list("region", "region__name").annotate(n=Count("pk")))
