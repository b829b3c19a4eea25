"""What happens when a clock reaches 50, 75 or 100 per cent of its limit."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import WORKER
from kangwei.contracts.levels import severities
from kangwei.servicedesk.actions import clocks
from kangwei.servicedesk.actions.telling import tell
from kangwei.servicedesk.actions.tickets import FACT_LABELS
from kangwei.servicedesk.models import Ticket, TicketClock, TicketEvent
from kangwei.servicedesk.signals import clock_reached

BATCH = 500
LIMIT = clocks.SHARES[-1]


class Reached:
    """A clock of a ticket that reached a share of its limit, when that was, and what the limit's passing changed."""

    def __init__(self, ticket: Ticket, clock: TicketClock) -> None:
        self.ticket, self.clock = ticket, clock
        self.at, self.share, self.due_at = clock.next_at, clock.next_share, clock.due_at
        self.upgraded_to = ""
        self.changes: list[str] = []

    @property
    def is_breach(self) -> bool:
        """Whether it was the whole limit."""
        return self.share == LIMIT


def settle_due(*, now: datetime) -> int:
    """Settle the clocks whose next deadline has come, the longest overdue first; how many deadlines there were.

    Safe to run anywhere and as often as wanted: a ticket is settled by whoever holds it, each deadline once. A limit
    has passed after its moment, not at it.
    """
    due = TicketClock.objects.filter(next_at__lt=now).order_by("next_at").values_list("ticket", flat=True)
    settled = 0
    while done := _settle(set(due[:BATCH]), now):
        settled += done
    return settled


@transaction.atomic
def _settle(ticket_ids: set[int], now: datetime) -> int:
    """Settle the longest overdue clock of each of these tickets; the next of a ticket may not be due any more then."""
    happened = list(_reached(ticket_ids, now))
    for one in happened:
        if one.is_breach and _is_graver(one.ticket, one.clock.upgrades_to):
            _upgrade(one, now)
        one.ticket.updated_at = now
        one.ticket.save(update_fields=["severity", "next_at", "breached", "updated_at"])
    TicketEvent.objects.bulk_create([_event(one, now) for one in happened])
    audit.append_all(
        actor=WORKER, action="servicedesk.breach", happened=[_entry(one) for one in happened if one.is_breach], now=now
    )
    for one in happened:
        tell(
            clock_reached, TicketClock, clock_id=one.clock.pk, share=one.share, due_at=one.due_at,
            upgraded_to=one.upgraded_to,
        )  # fmt: skip
    return len(happened)


def _reached(ticket_ids: set[int], now: datetime) -> Iterator[Reached]:
    """The tickets that nobody else holds, each with the clock that is due, which is stored as it stands now."""
    # The tickets first and in one order, as every step does it: or two would wait for each other.
    held = Ticket.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=ticket_ids)
    tickets = list(held.select_related("contract", "system").order_by("pk"))
    by_ticket: dict[int, list[TicketClock]] = defaultdict(list)
    for clock in TicketClock.objects.filter(ticket__in=tickets).prefetch_related("events"):
        by_ticket[clock.ticket_id].append(clock)
    for ticket in tickets:
        overdue = [clock for clock in by_ticket[ticket.pk] if clock.next_at and clock.next_at < now]
        if not overdue:
            continue
        one = Reached(ticket, min(overdue, key=lambda clock: (clock.next_at, clock.pk)))
        one.clock.told_share = one.share
        clocks.stand(one.clock, now)
        one.clock.save(update_fields=[*clocks.COPIED, "told_share"])
        clocks.nearest(ticket, by_ticket[ticket.pk])
        yield one


def _is_graver(ticket: Ticket, severity: str) -> bool:
    """Whether this severity, "" for none, is graver than the ticket's by the order of its contract."""
    if not severity or severity == ticket.severity:
        return False
    grades = severities(ticket.contract)
    return ticket.severity not in grades or grades.index(severity) > grades.index(ticket.severity)


def _upgrade(one: Reached, now: datetime) -> None:
    """Raise the severity as the contract says, and choose the limits anew."""
    ticket, severity = one.ticket, one.clock.upgrades_to
    one.changes.append(f"{FACT_LABELS['severity']} {ticket.severity or '未定'} → {severity}")
    one.upgraded_to = ticket.severity = severity
    ticket.clocks.filter(breached_at__isnull=False).exclude(phase="void").update(kept=True)
    one.changes += clocks.set_clocks(ticket, now)


def _event(one: Reached, now: datetime) -> TicketEvent:
    label = one.clock.get_clock_display()
    if one.is_breach:
        action, label, text = "breach", f"{label}超时", "；".join(["时限已过", *one.changes])
    else:
        action, label, text = "remind", f"{label}提醒", f"已用去时限的 {one.share}%"
    return TicketEvent(ticket=one.ticket, at=now, by=WORKER.audit_name, action=action, label=label, text=text)


def _entry(one: Reached) -> tuple[tuple[str, str], dict[str, Any]]:
    clock = one.clock
    return ("ticket", one.ticket.number), {
        "clock": clock.clock, "due_at": one.at, "clause": clock.clause, "upgraded_to": one.upgraded_to,
    }  # fmt: skip
