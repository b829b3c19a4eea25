"""Working on a ticket: waiting, who has it, notes. Each form is a dialog, or a page where it was refused."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, carried_out, refusals_shown
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.enums import PauseReason
from kangwei.servicedesk.forms.work import AssignForm, NoteForm, PauseForm
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries import rosters
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.ticket import may_take


@requires("tickets.manage")
def assign(request: PersonRequest, pk: int) -> HttpResponse:
    """Give the ticket to a team or one of the people of the contract's parties; who is on duty comes first."""
    ticket = ticket_or_404(request, pk)
    form = AssignForm(
        request.POST or None, staff=queries.staff_of(ticket.contract), teams=rosters.teams_of(ticket.contract),
        on_duty=list(rosters.on_duty(rosters.shifts_of(ticket.contract), timezone.now())),
        initial={"assignee": ticket.assignee_id, "team": ticket.team_id},
    )  # fmt: skip
    return answer(
        request, ticket, form, "派单",
        lambda: actions.assign(ticket=ticket, **form.values, **by(request)),
    )  # fmt: skip


@requires("tickets.write")
@require_POST
def take(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a ticket that nobody has."""
    ticket = ticket_or_404(request, pk)
    if not may_take(request, ticket):
        raise PermissionDenied
    with refusals_shown(request):
        if ticket.assignee_id and ticket.assignee_id != request.user.pk:
            raise ActionError(f"工单已由「{ticket.assignee}」接手")
        actions.assign(ticket=ticket, assignee=request.user, text="", **by(request))
        messages.success(request, "已接手")
    return redirect("tickets:detail", pk=pk)


@requires("tickets.write")
def pause(request: PersonRequest, pk: int) -> HttpResponse:
    """Let the ticket wait; its clocks stand."""
    ticket = ticket_or_404(request, pk)
    form = PauseForm(request.POST or None)
    return answer(
        request, ticket, form, "暂停计时",
        lambda: actions.pause(
            ticket=ticket, reason=PauseReason(form.cleaned_data["reason"]), text=form.cleaned_data["text"],
            **by(request),
        ),
    )  # fmt: skip


@requires("tickets.write")
@require_POST
def resume(request: PersonRequest, pk: int) -> HttpResponse:
    """Let the clocks go on."""
    ticket = ticket_or_404(request, pk)
    with refusals_shown(request):
        actions.resume(ticket=ticket, text="", **by(request))
        messages.success(request, "已恢复计时")
    return redirect("tickets:detail", pk=pk)


@requires("tickets.write")
def note(request: PersonRequest, pk: int) -> HttpResponse:
    """Write on the ticket, for the caller to read or for the desk alone."""
    ticket = ticket_or_404(request, pk)
    form = NoteForm(request.POST or None)
    return answer(
        request, ticket, form, "备注",
        lambda: actions.add_note(
            ticket=ticket, text=form.cleaned_data["text"], public=form.cleaned_data["public"], **by(request)
        ),
    )  # fmt: skip


def answer(
    request: PersonRequest, ticket: Ticket, form: forms.Form, label: str, act: Callable[[], object],
    template: str = "servicedesk/action.html", **context: Any,
) -> HttpResponse:  # fmt: skip
    """The form; when it is sent, the action, and back to the ticket, or the form again with what is wrong (422)."""
    if request.method == "POST" and form.is_valid() and carried_out(form, act):
        messages.success(request, f"{label}：{ticket.number}")
        return redirect("tickets:detail", pk=ticket.pk)
    context |= {"title": f"{label} · {ticket.number}", "label": label, "ticket": ticket, "form": form}
    return render(request, template, context, status=422 if form.errors else 200)


def by(request: PersonRequest) -> dict[str, Any]:
    """Who does it, and when."""
    return {"actor": request.user, "now": timezone.now()}
