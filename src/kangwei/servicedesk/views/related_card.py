"""Beside a ticket: what it came from and what came from it."""

from datetime import datetime
from typing import Any

from kangwei.base.web import PersonRequest
from kangwei.core.calendars import local_day
from kangwei.servicedesk import queries
from kangwei.servicedesk.enums import CLOSED_STATES, Bond, TicketKind, TicketState
from kangwei.servicedesk.models import Ticket

ARISING: dict[str, tuple[TicketKind, ...]] = {
    TicketKind.INCIDENT: (TicketKind.PROBLEM, TicketKind.CHANGE),
    TicketKind.REQUEST: (TicketKind.PROBLEM, TicketKind.CHANGE),
    TicketKind.COMPLAINT: (TicketKind.PROBLEM, TicketKind.CHANGE),
    TicketKind.PROBLEM: (TicketKind.CHANGE,),
}
"""What may come of a ticket of a kind."""
MOST_RELATED = 50


def related_card(request: PersonRequest, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """The tickets that this one came from and that came from it, with their clocks, as far as the person sees them."""
    # By their keys: asked for "this one or what came from it" in their order, SQLite reads every ticket that there is.
    keys = list(Ticket.objects.filter(source=ticket).order_by().values_list("pk", flat=True)[:MOST_RELATED])
    rows = queries.tickets(request.user).filter(pk__in=[*keys, ticket.source_id] if ticket.source_id else keys)
    found = list(rows.prefetch_related("clocks").order_by("opened_at", "pk"))
    is_owner = queries.speaks_for_owner(request.user, ticket.contract)
    under_way = ticket.state not in CLOSED_STATES and ticket.state != TicketState.SOLVED
    today = local_day(now)
    in_force = today <= ticket.contract.last_day
    return {
        "related": [(row, _bond(ticket, row)) for row in found],
        "source_elsewhere": bool(ticket.source_id) and ticket.source_id not in {row.pk for row in found},
        "is_owner": is_owner,
        "may_hand_over": under_way and is_owner and queries.hand_over_targets(request.user, ticket, today).exists(),
        "arising": ARISING.get(ticket.kind, ()) if in_force and request.user.has_perm("tickets.write") else (),
    }


def _bond(ticket: Ticket, row: Ticket) -> str:
    """How another ticket stands to this one, in words."""
    if row.pk == ticket.source_id:
        return Bond(ticket.bond).label if ticket.bond != Bond.COMPLAINT else "所投诉的工单"
    return {Bond.HANDED_OVER: "已移交为", Bond.COMPLAINT: "投诉", Bond.ARISEN: "引出"}[Bond(row.bond)]
