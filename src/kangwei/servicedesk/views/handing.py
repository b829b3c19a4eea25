"""Handing a ticket over to another contract."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from kangwei.assets.queries import contracts_of
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, carried_out
from kangwei.core.calendars import local_day
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.forms.teams import HandOverForm
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.work import by


@requires("tickets.manage")
def hand_over(request: PersonRequest, pk: int) -> HttpResponse:
    """Hand the ticket over to another contract of the same buyer."""
    ticket = ticket_or_404(request, pk)
    if not queries.speaks_for_owner(request.user, ticket.contract):
        raise PermissionDenied
    targets = queries.hand_over_targets(request.user, ticket, local_day(timezone.now()))
    maintaining = contracts_of(ticket.system) if ticket.system else ()
    form = HandOverForm(request.POST or None, contracts=targets, maintaining=maintaining)
    if request.method == "POST" and form.is_valid():
        made: list[Ticket] = []
        if carried_out(form, lambda: made.append(actions.hand_over(ticket=ticket, **form.cleaned_data, **by(request)))):
            messages.success(request, f"{ticket.number} 已移交，新工单 {made[0].number}")
            return redirect("tickets:detail", pk=made[0].pk)
    context = {"title": f"移交 · {ticket.number}", "label": "移交", "ticket": ticket, "form": form}
    return render(request, "servicedesk/hand_over.html", context, status=422 if form.errors else 200)
