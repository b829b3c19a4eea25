"""What happens when a clock reaches 50, 75 or 100 per cent of its limit."""

from datetime import datetime

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import WORKER
from kangwei.servicedesk.actions import clocks
from kangwei.servicedesk.actions.tickets import FACT_LABELS, locked, note, saved
from kangwei.servicedesk.models import Ticket, TicketClock
from kangwei.servicedesk.signals import clock_reached

BATCH = 500


def settle_due(*, now: datetime) -> int:
    """Settle the clocks whose next deadline has come, the longest overdue first; how many there were.

    Safe to run anywhere and as often as wanted: each deadline is taken by a conditional update, and once.
    """
    due = TicketClock.objects.filter(next_at__lte=now).order_by("next_at")
    settled = 0
    for pk, at, share in due.values_list("pk", "next_at", "next_share")[:BATCH]:
        settled += _settle(pk, at, share, now) if at else 0
    return settled


@transaction.atomic
def _settle(clock_id: int, at: datetime, share: int, now: datetime) -> int:
    # The ticket first, as every step does it: the other way round the two would wait for each other.
    ticket = locked(Ticket.objects.get(clocks=clock_id))
    taken = TicketClock.objects.filter(pk=clock_id, next_at=at, next_share=share).update(
        next_at=None, next_share=0, told_share=share
    )
    if not taken:
        return 0
    clock = TicketClock.objects.get(pk=clock_id)
    clocks.refresh(clock, now)
    label = clock.get_clock_display()
    if share < 100:
        note(ticket, "remind", f"{label}提醒", WORKER, now, text=f"已用去时限的 {share}%")
    else:
        _breach(ticket, clock, at, now)
    clocks.renew(ticket)
    saved(ticket, now)
    transaction.on_commit(lambda: clock_reached.send(sender=TicketClock, clock_id=clock_id, share=share), robust=True)
    return 1


def _breach(ticket: Ticket, clock: TicketClock, at: datetime, now: datetime) -> None:
    """Note that a limit passed, and raise the severity where the contract says so."""
    label = clock.get_clock_display()
    said = ["时限已过"]
    if clock.upgrades_to and clock.upgrades_to != ticket.severity:
        said.append(f"{FACT_LABELS['severity']} {ticket.severity or '未定'} → {clock.upgrades_to}")
        ticket.severity = clock.upgrades_to
        said += clocks.set_clocks(ticket, now)
    note(ticket, "breach", f"{label}超时", WORKER, now, text="；".join(said))
    audit.append(
        actor=WORKER, action="servicedesk.breach", subject=("ticket", ticket.number),
        data={"clock": clock.clock, "due_at": at, "clause": clock.clause, "upgraded_to": clock.upgrades_to}, now=now,
    )  # fmt: skip
