"""Reads of what things tickets are about, beside their systems."""

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from kangwei.assets.enums import AssetState
from kangwei.assets.queries import assets, search_assets
from kangwei.servicedesk.models import Ticket, TicketAsset

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract

SUGGESTED = 12


def concerned(ticket: Ticket) -> list[TicketAsset]:
    """The things that the ticket is about, in the order in which they were named, in one query."""
    return list(ticket.concerned.select_related("asset"))


def nameable(person: "Person", contract: "Contract") -> QuerySet["Asset"]:
    """The things that a person may name on tickets of a contract: the buyer's that the person sees, in use still."""
    return assets(person).filter(owner=contract.buyer_id).exclude(state=AssetState.SCRAPPED)


def suggested(person: "Person", ticket: Ticket, text: str) -> list["Asset"]:
    """Those that hold the words typed so far, what belongs to the ticket's system first."""
    if not text.strip():
        return []
    rows = search_assets(nameable(person, ticket.contract), text)
    own = list(rows.filter(system=ticket.system_id).order_by("kind", "number")[:SUGGESTED]) if ticket.system_id else []
    others = rows.exclude(pk__in=[asset.pk for asset in own]).order_by("kind", "number")
    return [*own, *others[: SUGGESTED - len(own)]]


def asset_called(person: "Person", contract: "Contract", text: str) -> "Asset | None":
    """The thing of this number or serial number, or of a name that only one bears."""
    rows, text = nameable(person, contract), text.strip()
    by_number = rows.filter(Q(number=text) | Q(serial_number=text)).order_by("pk")[:2]
    found = list(by_number) or list(rows.filter(name=text).order_by("pk")[:2])
    return found[0] if len(found) == 1 and text else None


def about_asset(rows: QuerySet[Ticket], asset: "Asset") -> QuerySet[Ticket]:
    """The tickets that are about a thing, or whose system it is."""
    named = TicketAsset.objects.filter(asset=asset).order_by().values("ticket")
    return rows.filter(Q(pk__in=named) | Q(system=asset))
