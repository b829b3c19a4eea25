"""Beside a ticket: what the knowledge base says to it. Fetched by the page, for it takes longer than the rest."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, refusals_shown
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import CLOSED_STATES, TicketState
from kangwei.servicedesk.queries.knowing import (
    article_named,
    articles_about,
    articles_used,
    solution_of,
    written_of,
)
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.work import by


@requires("knowledge.read")
def knowledge_card(request: PersonRequest, pk: int) -> HttpResponse:
    """What helped with the ticket; until it is solved what may help, then whether it was written down."""
    ticket, person = ticket_or_404(request, pk), request.user
    used = articles_used(ticket)
    is_wanting = ticket.state not in CLOSED_STATES and ticket.solved_at is None
    near = articles_about(person, ticket.contract, f"{ticket.title}\n{ticket.description}") if is_wanting else []
    written = written_of(person, ticket)
    may_write = person.has_perm("knowledge.write") and not written and bool(solution_of(ticket))
    context = {
        "ticket": ticket, "used": used, "near": [article for article in near if article not in used],
        "written": written, "may_write": may_write,
        "may_take_up": person.has_perm("tickets.write") and ticket.state != TicketState.CANCELLED,
    }  # fmt: skip
    return render(request, "servicedesk/_knowledge.html", context)


@requires("tickets.write")
@require_POST
def take_up(request: PersonRequest, pk: int, article: int) -> HttpResponse:
    """The article helps with the ticket."""
    ticket, found = ticket_or_404(request, pk), article_named(request.user, article)
    if found is None:
        raise Http404
    with refusals_shown(request):
        actions.take_up(ticket=ticket, article=found, **by(request))
        messages.success(request, f"已采用 {found.number}，解决时会带出处理办法")
    return redirect("tickets:detail", pk=pk)


@requires("tickets.write")
@require_POST
def put_aside(request: PersonRequest, pk: int, article: int) -> HttpResponse:
    """It did not help after all."""
    ticket = ticket_or_404(request, pk)
    found = next((one for one in articles_used(ticket) if one.pk == article), None)
    if found:
        with refusals_shown(request):
            actions.put_aside(ticket=ticket, article=found, **by(request))
            messages.success(request, f"已取消采用 {found.number}")
    return redirect("tickets:detail", pk=pk)


@requires("knowledge.write")
@require_POST
def write_up(request: PersonRequest, pk: int) -> HttpResponse:
    """Write down what the ticket taught; the draft opens for its writer."""
    ticket = ticket_or_404(request, pk)
    with refusals_shown(request):
        article = actions.write_up(ticket=ticket, **by(request))
        return redirect(reverse("knowledge:edit", args=[article.pk]))
    return redirect("tickets:detail", pk=pk)
