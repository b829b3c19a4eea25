"""The page of one ticket."""

from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from kangwei.assets.queries import assets, systems_seen
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest
from kangwei.servicedesk import queries
from kangwei.servicedesk.enums import CLOSED_STATES, TicketKind, TicketState
from kangwei.servicedesk.forms.work import NoteForm
from kangwei.servicedesk.lifecycles import MANAGED, Step, permission_of, steps_from
from kangwei.servicedesk.models import Ticket, TicketEvent
from kangwei.servicedesk.queries import dispatching
from kangwei.servicedesk.queries.assessing import answered, assessment_of
from kangwei.servicedesk.queries.concerning import concerned
from kangwei.servicedesk.queries.files import files_of
from kangwei.servicedesk.queries.measuring import clocks_of
from kangwei.servicedesk.queries.rounds import said_at, steps_taken
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.follow_card import follow_card
from kangwei.servicedesk.views.order_card import order_card
from kangwei.servicedesk.views.related_card import related_card

TONES = {"breach": "bad", "remind": "warn", "pause": "info", "cancel": "muted", "solve": "ok", "close": "ok",
         "roll_back": "warn", "note": "muted", "open": "info"}  # fmt: skip


class Offered(NamedTuple):
    """A step that the person may take now; `primary` is what the ticket waits for."""

    step: Step
    primary: bool


@requires("tickets.read")
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """Everything about a ticket on one screen: clocks with their clauses, what can be done, what happened."""
    ticket = ticket_or_404(request, pk)
    now, person = timezone.now(), request.user
    is_open = ticket.state not in CLOSED_STATES
    happened = list(queries.timeline(ticket))
    taken = steps_taken(happened)
    context: dict[str, Any] = {
        "ticket": ticket,
        "now": now,
        "is_open": is_open,
        "clocks": clocks_of(ticket, now),
        "steps": offered(request, ticket),
        "may_write": person.has_perm("tickets.write"),
        "may_manage": is_open and person.has_perm("tickets.manage"),
        "may_take": is_open and ticket.assignee_id is None and ticket.solved_at is None and may_take(request, ticket),
        "timeline": [_entry(event) for event in happened],
        "assessment": assessment_of(ticket),
        "submitted": taken.get("submit"),
        "answered": answered(ticket, taken.get("submit")),
        "said": said_at(ticket, taken),
        "files": files_of(ticket),
        "may_show": person.has_perm("tickets.manage"),
        "note_form": NoteForm(),
        "history": queries.history(person, phone=ticket.phone, institution=ticket.institution_id, but=ticket.pk),
        "sees_system": sees(request, ticket),
        "may_name": is_open and person.has_perm("tickets.write"),
        "dispatches": list(dispatching.of_ticket(ticket)),
        "may_dispatch": dispatching.may_issue(person, ticket),
    }
    context |= order_card(ticket, context["clocks"]) | follow_card(request, ticket)
    context |= related_card(request, ticket, now) | _concerned_card(request, ticket)
    return render(request, "servicedesk/detail.html", context)


def _concerned_card(request: PersonRequest, ticket: Ticket) -> dict[str, Any]:
    """The things that the ticket is about, and of which of them the person may open the page."""
    rows = concerned(ticket)
    seen = assets(request.user).filter(pk__in=[row.asset_id for row in rows]).order_by() if rows else None
    return {"concerned": rows, "assets_seen": set(seen.values_list("pk", flat=True)) if seen is not None else set()}


def sees(request: PersonRequest, ticket: Ticket) -> bool:
    """Whether the person may open the page of the ticket's system."""
    return ticket.system is not None and systems_seen(request.user).filter(pk=ticket.system.pk).exists()


def offered(request: PersonRequest, ticket: Ticket) -> list[Offered]:
    """The steps that the person may take with the ticket as it stands, the way ahead first."""
    found = steps_from(TicketKind(ticket.kind), TicketState(ticket.state))
    mine = [step for step in found if request.user.has_perm(permission_of(step.id))]
    return [Offered(step, number == 0 and step.id not in MANAGED) for number, step in enumerate(mine)]


def may_take(request: PersonRequest, ticket: Ticket) -> bool:
    """Whether the person works for a party of the contract and may take the ticket upon them."""
    parties = (ticket.contract.supplier_id, ticket.contract.buyer_id)
    return request.user.party_id in parties and request.user.has_perm("tickets.write")


def _entry(event: TicketEvent) -> dict[str, Any]:
    label, told = event.label, event.action == "note" and event.public
    return {
        "at": event.at, "actor": event.by, "text": label, "detail": event.text,
        "state": "info" if told else TONES.get(event.action, "muted"), "mark": "报告人可见" if told else "",
    }  # fmt: skip
