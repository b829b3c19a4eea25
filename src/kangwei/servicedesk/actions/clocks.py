"""Setting and moving a ticket's clocks. Part of the actions that call it, never called by itself."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from kangwei.base.errors import ActionError
from kangwei.core.calendars import Duration, ServiceWindow, bundled_calendar
from kangwei.core.clocks import ClockError, Event, EventKind, Level, reading, threshold
from kangwei.servicedesk.models import ClockEvent, Ticket, TicketClock
from kangwei.servicedesk.queries.measuring import chosen_levels, origin_of, terms

if TYPE_CHECKING:
    from kangwei.contracts.models import Clause

SHARES = (50, 75, 100)
FITS: Mapping[str, frozenset[str]] = {
    "pause": frozenset({"running"}), "resume": frozenset({"paused"}), "stop": frozenset({"running", "paused"}),
    "reopen": frozenset({"stopped"}), "void": frozenset({"waiting", "running", "paused"}),
}  # fmt: skip
"""To clocks of which phases something happens; others are left alone."""
COPIED = (
    "phase", "due_at", "breached_at", "met", "estimated", "decided_at", "paused", "next_at", "next_share",
)  # fmt: skip


def first_clocks(ticket: Ticket, now: datetime) -> list[tuple[TicketClock, list[Event]]]:
    """The clocks of a ticket that is not stored yet, each with its start where that has come; its nearest deadline."""
    found = []
    for name, (level, clause) in chosen_levels(ticket, bundled_calendar()).items():
        clock = TicketClock(ticket=ticket, clock=name)
        measure_by(clock, level, clause)
        origin = origin_of(ticket, level.counts_from)
        events = [Event("start", origin)] if origin else []
        stand_by(clock, level.limit, level.window, events, now)
        found.append((clock, events))
    nearest(ticket, [clock for clock, _ in found])
    return found


def store(clocks: Iterable[tuple[TicketClock, Iterable[Event]]]) -> None:
    """Store new clocks of stored tickets with their events."""
    pairs = list(clocks)
    TicketClock.objects.bulk_create([clock for clock, _ in pairs])
    ClockEvent.objects.bulk_create(
        ClockEvent(clock=clock, kind=event.kind, at=event.at, reason=event.reason)
        for clock, events in pairs
        for event in events
    )


def set_clocks(ticket: Ticket, now: datetime) -> list[str]:
    """Choose the level of every clock by what is known of the ticket now; what changed, in words.

    A clock keeps its events when its level changes. One that is asked for no more is void as long as that lasts; one
    that has stopped, or is kept, stays as it was measured.
    """
    calendar = bundled_calendar()
    chosen = chosen_levels(ticket, calendar)
    existing = {clock.clock: clock for clock in ticket.clocks.all()}
    changed = []
    for name, (level, clause) in chosen.items():
        clock = existing.pop(name, None) or TicketClock(ticket=ticket, clock=name)
        if clock.phase == "stopped" or clock.kept:
            continue
        before = (clock.limit, clock.clause) if clock.pk else None
        measure_by(clock, level, clause)
        if before and before[0] != clock.limit:
            clock.told_share = 0
        clock.save()
        _start_where_due(clock, ticket)
        if before != (clock.limit, clock.clause):
            changed.append(f"{clock.get_clock_display()} {level.limit.label}")
        refresh(clock, now)
    for clock in existing.values():
        if clock.phase not in ("void", "stopped") and not clock.kept:
            TicketClock.objects.filter(pk=clock.pk).update(
                phase="void", due_at=None, decided_at=now, next_at=None, next_share=0
            )
            changed.append(f"{clock.get_clock_display()}不再计时")
    renew(ticket)
    return changed


def measure_by(clock: TicketClock, level: Level, clause: "Clause") -> None:
    """Copy a level onto a clock as the contract has it now; not yet started, not yet stored."""
    clock.clause, clock.cite, clock.limit = level.key, clause.cite, str(level.limit)
    clock.window, clock.counts_from = str(level.window or ""), level.counts_from
    clock.upgrades_to, clock.conditions = level.upgrades_to, dict(level.conditions)
    clock.calendar_version = bundled_calendar().version
    clock.phase = "waiting"


def happen(ticket: Ticket, kind: EventKind, at: datetime, *, only: Iterable[str] = (), reason: str = "") -> None:
    """Let something happen to the ticket's clocks that it can happen to, or to `only` those of these names.

    ActionError where it lies before what happened already.
    """
    wanted, fits = set(only), FITS[kind]
    for clock in ticket.clocks.all():
        if clock.phase in fits and (not wanted or clock.clock in wanted):
            _add(clock, kind, at, reason)
            refresh(clock, at)
    renew(ticket)


def start_waiting(ticket: Ticket, now: datetime) -> None:
    """Start the clocks whose origin has come: the response, the hand-over to the second line."""
    for clock in ticket.clocks.filter(phase="waiting"):
        _start_where_due(clock, ticket)
        refresh(clock, now)
    renew(ticket)


def refresh(clock: TicketClock, now: datetime) -> None:
    """Write down how a clock stands by its events."""
    stand(clock, now)
    clock.save(update_fields=COPIED)


def stand(clock: TicketClock, now: datetime) -> None:
    """Let a clock's copied fields say how it stands by its events, not yet stored."""
    stand_by(clock, *terms(clock), now)


def stand_by(
    clock: TicketClock, limit: Duration, window: ServiceWindow | None, events: Sequence[Event], now: datetime
) -> None:
    """The same by these terms and events, which need not be stored."""
    state = reading(limit, window, events, now, bundled_calendar())
    clock.phase, clock.due_at, clock.breached_at = state.phase, state.due_at, state.breached_at
    clock.met, clock.estimated = state.met, state.estimated
    clock.decided_at, clock.paused = state.decided_at, state.paused
    clock.next_at, clock.next_share = _next_deadline(clock, limit, window, events, now)


def renew(ticket: Ticket) -> None:
    """Write down the ticket's nearest deadline and how many limits passed."""
    nearest(ticket, TicketClock.objects.filter(ticket=ticket))


def nearest(ticket: Ticket, clocks: Iterable[TicketClock]) -> None:
    """The same by these clocks of the ticket, as they stand in memory."""
    clocks = list(clocks)
    running = [clock.due_at for clock in clocks if clock.phase == "running" and clock.due_at]
    ticket.next_at = min(running, default=None)
    ticket.breached = sum(1 for clock in clocks if clock.breached_at and clock.phase != "void")


def _next_deadline(
    clock: TicketClock, limit: Duration, window: ServiceWindow | None, events: Sequence[Event], now: datetime
) -> tuple[datetime | None, int]:
    """The next of 50, 75 and 100 per cent that lies ahead and was not told yet; at once for a limit that has passed."""
    if clock.phase != "running":
        return None, 0
    for share in (share for share in SHARES if share > clock.told_share):
        at = threshold(limit, window, events, Fraction(share, 100), bundled_calendar())
        if at is not None and (at > now or share == SHARES[-1]):
            return at, share
    return None, 0


def _start_where_due(clock: TicketClock, ticket: Ticket) -> None:
    """Start a clock at its origin, where that is known, with the pauses since; nothing where it has started."""
    if clock.events.exists():
        return
    origin = origin_of(ticket, clock.counts_from)
    if origin is None:
        return
    _add(clock, "start", origin, "")
    for pause in ticket.pauses.all():
        if pause.ended_at is None or pause.ended_at > origin:
            _add(clock, "pause", max(pause.started_at, origin), pause.get_reason_display())
            if pause.ended_at:
                _add(clock, "resume", pause.ended_at, "")


def _add(clock: TicketClock, kind: EventKind, at: datetime, reason: str) -> None:
    limit, _, events = terms(clock)
    try:
        reading(limit, None, [*events, Event(kind, at)], at, bundled_calendar())
    except ClockError as error:
        raise ActionError(f"{clock.get_clock_display()}：{error}") from None
    ClockEvent.objects.create(clock=clock, kind=kind, at=at, reason=reason)
