"""Beside a ticket: the link by which its caller follows it, and what the caller thought."""

from typing import Any

from django.http import HttpResponse

from kangwei.base.permissions import requires
from kangwei.base.qr import qr_picture
from kangwei.base.web import PersonRequest
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.portal import address_of


def follow_card(request: PersonRequest, ticket: Ticket) -> dict[str, Any]:
    """The link, for those who may pass it on: with it one confirms and rates; and the rating."""
    card: dict[str, Any] = {"rating": getattr(ticket, "rating", None)}
    if request.user.has_perm("tickets.write"):
        card["follow_address"] = request.build_absolute_uri(address_of(ticket))
    return card


@requires("tickets.write")
def follow_code(request: PersonRequest, pk: int) -> HttpResponse:
    """The link's code as a picture, made when somebody asks for it: it takes longer than the rest of the page."""
    address = request.build_absolute_uri(address_of(ticket_or_404(request, pk)))
    return HttpResponse(qr_picture(address), content_type="image/svg+xml")
