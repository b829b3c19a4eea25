"""Writing down what happened to a ticket. Part of the actions that call it, never called by itself."""

from datetime import datetime
from typing import Any

from kangwei.base.audit import Actor
from kangwei.servicedesk.models import Ticket, TicketEvent


def note(
    ticket: Ticket, action: str, label: str, actor: Actor, at: datetime, *, text: str = "",
    data: dict[str, Any] | None = None, public: bool = False,
) -> TicketEvent:  # fmt: skip
    """Write down what happened to a ticket."""
    return TicketEvent.objects.create(
        ticket=ticket, at=at, by=actor.audit_name, action=action, label=label, text=text, data=data or {}, public=public
    )
