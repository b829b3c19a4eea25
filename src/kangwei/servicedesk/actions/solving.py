"""A call that is answered while it lasts: opened and solved at once."""

from datetime import datetime
from typing import Any

from django.db import transaction

from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.servicedesk.actions.tickets import open_ticket, saved, take_step
from kangwei.servicedesk.enums import SolvedHow, TicketKind, TicketState
from kangwei.servicedesk.lifecycles import step_of
from kangwei.servicedesk.models import Ticket


@transaction.atomic
def open_and_solve(
    *, kind: TicketKind, solution: str, solved_how: SolvedHow, actor: Actor, now: datetime, cause: str = "",
    **values: Any,
) -> Ticket:  # fmt: skip
    """Enter a ticket that is solved at the first contact; `values` are those of `open_ticket`.

    ActionError for a kind that has to be looked into first, and for what either of the two refuses: then nothing is
    entered.
    """
    step = step_of(kind, "solve")
    if step is None or not step.asks_how or TicketState.NEW not in step.sources:
        raise ActionError(f"{kind.label}不能当场解决，请先受理", field="solution")
    ticket = open_ticket(kind=kind, actor=actor, now=now, **values)
    ticket = take_step(
        ticket=ticket, step=step.id, texts={"solution": solution}, solved_how=solved_how, cause=cause, actor=actor,
        now=now,
    )  # fmt: skip
    ticket.first_contact = True
    saved(ticket, now)
    return ticket
