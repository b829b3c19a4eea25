"""What the 12345 line adds to the page of a ticket, and to the form of a step."""

from typing import Any

from kangwei.base.web import PersonRequest, key_in
from kangwei.servicedesk.enums import Channel, Clock
from kangwei.servicedesk.lifecycles import Step
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries.calling import call_backs
from kangwei.servicedesk.queries.hotline_rates import order_of
from kangwei.servicedesk.queries.measuring import Shown
from kangwei.servicedesk.queries.scripting import scripts, scripts_for

ANSWERED = ("reply", "solution")
"""Texts of a step that a script may fill in."""


def order_card(ticket: Ticket, clocks: list[Shown]) -> dict[str, Any]:
    """The order with its two clocks and the scripts that fit; nothing for a ticket that came otherwise."""
    order = order_of(ticket) if ticket.channel == Channel.HOTLINE else None
    if order is None:
        return {}
    kept = [row for row in clocks if row.clock.clock in (Clock.REPLY, Clock.CLOSE)]
    return {"order": order, "order_clocks": kept, "scripts": scripts_for(ticket)}


def prefilled(request: PersonRequest, ticket: Ticket, step: Step) -> dict[str, str]:
    """The texts that a step begins with: the answer of `?script=`, or what `?call_back=` found as the reason."""
    if wanted := _key(request, "script"):
        script = scripts(request.user).filter(pk=wanted, contract=ticket.contract_id).first()
        return {name: script.answer for name in step.asks if name in ANSWERED} if script else {}
    if wanted := _key(request, "call_back"):
        row = call_backs(request.user).filter(pk=wanted, ticket=ticket).first()
        return {"reason": "，".join(["回访：问题未解决", *([row.note] if row.note else [])])} if row else {}
    return {}


def _key(request: PersonRequest, name: str) -> int:
    return key_in(request.GET.get(name, "")) or 0
