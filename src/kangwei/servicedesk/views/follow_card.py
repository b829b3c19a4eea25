"""Beside a ticket: the link by which its caller follows it, and what the caller thought."""

from typing import Any

from kangwei.base.qr import qr_code
from kangwei.base.web import PersonRequest
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.views.portal import address_of


def follow_card(request: PersonRequest, ticket: Ticket) -> dict[str, Any]:
    """The link with its code, for those who may pass it on: with it one confirms and rates; and the rating."""
    card: dict[str, Any] = {"rating": getattr(ticket, "rating", None)}
    if request.user.has_perm("tickets.write"):
        address = request.build_absolute_uri(address_of(ticket))
        card |= {"follow_address": address, "follow_code": qr_code(address)}
    return card
