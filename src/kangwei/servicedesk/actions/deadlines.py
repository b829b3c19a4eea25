"""What happens when a clock reaches 50, 75 or 100 per cent of its limit."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import WORKER
from kangwei.servicedesk.actions.clocks import SHARES, Clocks, loaded, store, write_over
from kangwei.servicedesk.actions.telling import tell
from kangwei.servicedesk.actions.tickets import FACT_LABELS
from kangwei.servicedesk.models import Ticket, TicketClock, TicketEvent
from kangwei.servicedesk.queries.measuring import Levels
from kangwei.servicedesk.signals import ReachedShare, clocks_reached

BATCH = 500
LIMIT = SHARES[-1]


class Reached:
    """A clock of a ticket that reached a share of its limit, when that was, and what the limit's passing changed."""

    def __init__(self, clocks: Clocks, row: TicketClock) -> None:
        self.clocks, self.ticket, self.row = clocks, clocks.ticket, row
        self.at, self.share, self.due_at = row.next_at, row.next_share, row.due_at
        self.upgraded_to = ""
        self.changes: list[str] = []

    @property
    def is_breach(self) -> bool:
        """Whether it was the whole limit."""
        return self.share == LIMIT

    def upgrade(self, levels: Levels, now: datetime) -> None:
        """Raise the severity as the contract says where that is graver, and choose the limits anew."""
        ticket, severity, grades = self.ticket, self.row.upgrades_to, levels.grades
        if not severity or severity == ticket.severity:
            return
        if ticket.severity in grades and grades.index(severity) < grades.index(ticket.severity):
            return
        self.changes.append(f"{FACT_LABELS['severity']} {ticket.severity or '未定'} → {severity}")
        self.upgraded_to = ticket.severity = severity
        self.clocks.keep_breached()
        self.changes += self.clocks.choose(levels, now)


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
    levels = {contract: Levels(contract) for contract in {one.ticket.contract for one in happened if one.is_breach}}
    for one in happened:
        one.clocks.tell(one.row.clock, now)
        if one.is_breach:
            one.upgrade(levels[one.ticket.contract], now)
        one.ticket.updated_at = now
    write_over([one.ticket for one in happened], ["severity", "next_at", "breached", "updated_at"])
    store(one.clocks for one in happened)
    TicketEvent.objects.bulk_create([_event(one, now) for one in happened])
    audit.append_all(
        actor=WORKER, action="servicedesk.breach", happened=[_entry(one) for one in happened if one.is_breach], now=now
    )
    if happened:
        tell(clocks_reached, TicketClock, reached=[_news(one) for one in happened])
    return len(happened)


def _reached(ticket_ids: set[int], now: datetime) -> Iterator[Reached]:
    """The tickets that nobody else holds, each with its longest overdue clock."""
    # The tickets first and in one order, as every step does it: or two would wait for each other.
    found = Ticket.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    held = found.filter(pk__in=ticket_ids)
    for clocks in loaded(held.select_related("contract", "system").order_by("pk")):
        overdue = [row for row in clocks.rows.values() if row.next_at and row.next_at < now]
        if overdue:
            yield Reached(clocks, min(overdue, key=lambda row: (row.next_at, row.pk)))


def _event(one: Reached, now: datetime) -> TicketEvent:
    label = one.row.get_clock_display()
    if one.is_breach:
        action, label, text = "breach", f"{label}超时", "；".join(["时限已过", *one.changes])
    else:
        action, label, text = "remind", f"{label}提醒", f"已用去时限的 {one.share}%"
    return TicketEvent(ticket=one.ticket, at=now, by=WORKER.audit_name, action=action, label=label, text=text)


def _entry(one: Reached) -> tuple[tuple[str, str], dict[str, Any]]:
    row = one.row
    return ("ticket", one.ticket.number), {
        "clock": row.clock, "due_at": one.at, "clause": row.clause, "upgraded_to": one.upgraded_to,
    }  # fmt: skip


def _news(one: Reached) -> ReachedShare:
    return ReachedShare(one.row.pk, one.share, one.due_at, one.upgraded_to)
