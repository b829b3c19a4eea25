"""Working on a ticket: its steps, waiting, who has it, notes. Each form is a dialog, or a page where it was refused."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, carried_out, refusals_shown
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.assessing import Assessment, assessment_of
from kangwei.servicedesk.enums import PauseReason, TicketKind, TicketState
from kangwei.servicedesk.forms.work import AssessmentForm, AssignForm, NoteForm, PauseForm, StepForm
from kangwei.servicedesk.lifecycles import Step, step_of, steps_from
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.ticket import may_take, permission_of


@requires("tickets.write")
def step(request: PersonRequest, pk: int, step: str) -> HttpResponse:
    """Take a step of the ticket's life with what it asks for."""
    ticket = ticket_or_404(request, pk)
    found = step_of(TicketKind(ticket.kind), step)
    if found is None:
        raise Http404
    if not request.user.has_perm(permission_of(step)):
        raise PermissionDenied
    if found not in steps_from(TicketKind(ticket.kind), TicketState(ticket.state)) and request.method != "POST":
        messages.info(request, f"工单现为{ticket.get_state_display()}，不能{found.label}")
        return redirect("tickets:detail", pk=pk)
    data = request.POST if request.method == "POST" else None
    assessment = assessment_of(ticket) if "assessment" in found.asks else None
    if assessment:
        return _assess(request, ticket, found, AssessmentForm(data, step=found, points=assessment.points), assessment)
    form = StepForm(data, step=found)
    return answer(
        request, ticket, form, found.label,
        lambda: actions.take_step(ticket=ticket, step=step, texts=form.said, at=form.at, **by(request)),
    )  # fmt: skip


def _assess(
    request: PersonRequest, ticket: Ticket, found: Step, form: AssessmentForm, assessment: Assessment
) -> HttpResponse:
    return answer(
        request, ticket, form, found.label,
        lambda: actions.take_step(
            ticket=ticket, step=found.id, texts=form.said, at=form.at, details={"points": form.answers}, **by(request)
        ),
        template="servicedesk/assess.html", assessment=assessment, now=timezone.now(),
    )  # fmt: skip


@requires("tickets.manage")
def assign(request: PersonRequest, pk: int) -> HttpResponse:
    """Give the ticket to one of the people of the contract's parties."""
    ticket = ticket_or_404(request, pk)
    form = AssignForm(
        request.POST or None, staff=queries.staff_of(ticket.contract), initial={"assignee": ticket.assignee_id}
    )
    return answer(
        request, ticket, form, "派单",
        lambda: actions.assign(ticket=ticket, **form.cleaned_data, **by(request)),
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
            ticket=ticket, text=form.cleaned_data["text"], public=False, **by(request)
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
