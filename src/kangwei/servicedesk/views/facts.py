"""Correcting what decides a ticket's limits, with what that changes on its clocks shown before."""

from copy import copy
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.enums import Tier
from kangwei.servicedesk.forms.work import FactsForm
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries.measuring import Changed, changes_on
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.work import answer, by


@requires("tickets.manage")
def correct(request: PersonRequest, pk: int) -> HttpResponse:
    """Correct the facts; without script, `preview` shows first what that would change."""
    ticket = ticket_or_404(request, pk)
    form = _form(request, ticket, request.POST or None)
    if request.method == "POST" and "preview" in request.POST:
        context: dict[str, Any] = {"title": f"更正 · {ticket.number}", "label": "更正", "ticket": ticket, "form": form}
        return render(request, "servicedesk/facts.html", context | _previewed(ticket, form))
    return answer(
        request, ticket, form, "更正",
        lambda: actions.change_facts(
            ticket=ticket, values=form.values, reason=form.cleaned_data["reason"], **by(request)
        ),
        template="servicedesk/facts.html",
    )  # fmt: skip


@requires("tickets.manage")
def preview(request: PersonRequest, pk: int) -> HttpResponse:
    """What the facts as they stand in the form would change on the clocks."""
    ticket = ticket_or_404(request, pk)
    return render(request, "servicedesk/_preview.html", _previewed(ticket, _form(request, ticket, request.GET)))


def _form(request: PersonRequest, ticket: Ticket, data: Any) -> FactsForm:
    return FactsForm(data, ticket=ticket, systems=list(queries.systems_of(request.user, ticket.contract)))


def _previewed(ticket: Ticket, form: FactsForm) -> dict[str, Any]:
    now = timezone.now()
    return {"changes": _changes(ticket, form, now) if form.is_valid() else [], "previewed": form.is_valid()}


def _changes(ticket: Ticket, form: FactsForm, now: datetime) -> list[Changed]:
    changed = copy(ticket)
    for name, value in form.values.items():
        setattr(changed, name, value)
    if changed.tier == Tier.SECOND != ticket.tier:
        changed.escalated_at = now
    return changes_on(ticket, changed, now)
