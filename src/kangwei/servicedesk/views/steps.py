"""Taking a step of a ticket's life, with the texts, moments and files that it asks for."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest
from kangwei.core.calendars import SHANGHAI
from kangwei.servicedesk import actions
from kangwei.servicedesk.actions.asking import file_field
from kangwei.servicedesk.enums import FileRole, TicketKind, TicketState
from kangwei.servicedesk.forms.points import PointsForm
from kangwei.servicedesk.forms.words import MOMENT
from kangwei.servicedesk.forms.work import StepForm
from kangwei.servicedesk.lifecycles import Step, permission_of, step_of, steps_from
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries import speaks_for_owner
from kangwei.servicedesk.queries.assessing import assessment_of, listed_for
from kangwei.servicedesk.queries.knowing import articles_used
from kangwei.servicedesk.queries.rounds import release_of
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.order_card import prefilled
from kangwei.servicedesk.views.work import answer, by


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
    form = _form(request, ticket, found)
    template = "servicedesk/points.html" if isinstance(form, PointsForm) else "servicedesk/action.html"
    return answer(
        request, ticket, form, found.label,
        lambda: actions.take_step(
            ticket=ticket, step=step, texts=form.said, at=form.at, details=form.details, moments=form.moments,
            files=form.brought, **form.how, **by(request),
        ),
        template=template, assessment=assessment_of(ticket), now=timezone.now(),
    )  # fmt: skip


def _form(request: PersonRequest, ticket: Ticket, found: Step) -> StepForm:
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    listed = listed_for(ticket, found)
    form = PointsForm(*sent, step=found, listed=listed) if listed else StepForm(*sent, step=found)
    if found.id == "approve":
        _fit_approval(form, request, ticket)
    elif ticket.kind == TicketKind.RELEASE:
        _fit_release(form, ticket, found)
    form.initial = {**form.initial, **_from_knowledge(ticket, found), **prefilled(request, ticket, found)}
    return form


def _from_knowledge(ticket: Ticket, found: Step) -> dict[str, str]:
    """The solution of the article that was taken up last, where the step asks how it was solved."""
    used = articles_used(ticket) if "solution" in found.asks else []
    return {"solution": used[0].solution} if used else {}


def _fit_approval(form: StepForm, request: PersonRequest, ticket: Ticket) -> None:
    """The owner's own people approve by themselves; anybody else brings the approval on paper."""
    paper = form.fields[file_field(FileRole.APPROVAL)]
    if speaks_for_owner(request.user, ticket.contract):
        form.initial["approved_by"] = request.user.name
    else:
        paper.required = True
    paper.help_text = f"甲方书面批准的扫描件。{paper.help_text}"


def _fit_release(form: StepForm, ticket: Ticket, found: Step) -> None:
    """Say what was agreed of the release, where it decides what may be done now."""
    release = release_of(ticket)
    if found.id == "carry_out":
        form.fields["outside"].help_text = f"已批准的窗口是 {release.window}，不在其中时必填"
    elif found.id == "solve" and release.watch_until:
        form.fields["at"].help_text = f"留空为现在；跟踪观察至 {_local(release.watch_until)}，到时才能通过"


def _local(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime(MOMENT).replace("T", " ")
