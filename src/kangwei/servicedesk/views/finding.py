"""What every page of tickets looks up."""

from django.shortcuts import get_object_or_404

from kangwei.base.web import PersonRequest
from kangwei.servicedesk import queries
from kangwei.servicedesk.models import Ticket


def ticket_or_404(request: PersonRequest, pk: int) -> Ticket:
    """The ticket, if the person may see it."""
    return get_object_or_404(queries.tickets(request.user), pk=pk)
