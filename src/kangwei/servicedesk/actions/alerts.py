"""Alerts of monitoring: the first opens a ticket, what follows is noted there as long as the ticket is open."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from kangwei.base.audit import Actor
from kangwei.servicedesk.actions.tickets import add_note, locked, open_ticket, take_step
from kangwei.servicedesk.enums import Channel, TicketKind, TicketState
from kangwei.servicedesk.models import Alert, Ticket

if TYPE_CHECKING:
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract


class Taken(NamedTuple):
    """What came of an alert: its latest ticket, None where it never had one, and whether it opened that now."""

    ticket: Ticket | None
    opened: bool


@transaction.atomic
def take_alert(
    *, contract: "Contract", source: str, key: str, firing: bool, title: str, text: str, actor: Actor, now: datetime,
    system: "Asset | None" = None, severity: str = "", occurred_at: datetime | None = None,
) -> Taken:  # fmt: skip
    """Take down what monitoring `source` says of the alert `key`: that something is wrong, or that it is over.

    Wrong for the first time, or again after its ticket was closed, opens an incident. Wrong again while the ticket is
    open is noted there; a ticket that was held for solved is opened again, for it is not. Over is noted on the open
    ticket, which a person closes; without one there is nothing to do.

    ActionError as `open_ticket` has them.
    """
    # Held until the end: so that two who tell of it at once open one ticket.
    Alert.objects.get_or_create(contract=contract, source=source, key=key, defaults={"at": now})
    alert = Alert.objects.select_for_update().get(contract=contract, source=source, key=key)
    before = locked(alert.ticket) if alert.ticket else None
    ticket = before if before and before.closed_at is None else None
    if not firing:
        if ticket:
            add_note(ticket=ticket, text=_said("告警已恢复", text), public=False, actor=actor, now=now)
        return Taken(before, False)
    alert.told, alert.at = (alert.told + 1 if ticket else 1), now
    if ticket:
        alert.ticket = _note_again(ticket, alert, text, actor, now)
    else:
        earlier = f"此前同一告警的工单：{before.number}" if before else ""
        alert.ticket = open_ticket(
            contract=contract, kind=TicketKind.INCIDENT, title=title, channel=Channel.ALERT, actor=actor, now=now,
            description="\n".join(line for line in (text, f"告警来源：{source} {key}", earlier) if line),
            caller=source, system=system, severity=severity, occurred_at=occurred_at,
        )  # fmt: skip
    alert.save()
    return Taken(alert.ticket, ticket is None)


def _note_again(ticket: Ticket, alert: Alert, text: str, actor: Actor, now: datetime) -> Ticket:
    said = _said(f"告警再次触发，第 {alert.told} 次", text)
    if ticket.state == TicketState.SOLVED:
        return take_step(ticket=ticket, step="reopen", texts={"reason": said}, actor=actor, now=now)
    add_note(ticket=ticket, text=said, public=False, actor=actor, now=now)
    return ticket


def _said(what: str, text: str) -> str:
    return f"{what}：{text}" if text else what
