"""A ticket's clocks in memory: they are set and moved together, then stored. Part of the actions that call it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db.models import Model

from kangwei.base.errors import ActionError
from kangwei.core.calendars import Duration, ServiceWindow, bundled_calendar
from kangwei.core.clocks import ClockError, Event, EventKind, Level, reading, threshold
from kangwei.servicedesk.models import ClockEvent, Pause, Ticket, TicketClock
from kangwei.servicedesk.queries.measuring import Levels, events_of, limit_and_window, origin_of

if TYPE_CHECKING:
    from kangwei.contracts.models import Clause

SHARES = (50, 75, 100)
FITS: Mapping[str, frozenset[str]] = {
    "pause": frozenset({"running"}), "resume": frozenset({"paused"}), "stop": frozenset({"running", "paused"}),
    "reopen": frozenset({"stopped"}), "void": frozenset({"waiting", "running", "paused"}),
}  # fmt: skip
"""To clocks of which phases something happens; others are left alone."""
CHANGING = (
    "clause", "cite", "limit", "window", "counts_from", "upgrades_to", "conditions", "calendar_version", "phase",
    "due_at", "breached_at", "met", "decided_at", "paused", "estimated", "next_at", "next_share", "told_share", "kept",
)  # fmt: skip


class Clocks:
    """The clocks of one ticket. What changes on them changes the ticket's nearest deadline and its count of limits that
    passed; `store` writes the clocks, whoever calls stores the ticket.
    """

    def __init__(self, ticket: Ticket, rows: Iterable[TicketClock] = (), pauses: Sequence[Pause] = ()) -> None:
        self.ticket = ticket
        self.rows = {row.clock: row for row in rows}
        self._events = {name: events_of(row) for name, row in self.rows.items()}
        self.pauses = pauses
        self._touched: set[str] = set()
        self._happened: list[ClockEvent] = []

    @classmethod
    def of(cls, ticket: Ticket) -> "Clocks":
        """Those of a stored ticket."""
        return loaded([ticket])[0]

    def choose(self, levels: Levels, now: datetime) -> list[str]:
        """Choose the level of every clock by what is known of the ticket now; what changed, in words.

        A clock keeps its events when its level changes. One that is asked for no more is void as long as that lasts;
        one that has stopped, or is kept, stays as it was measured.
        """
        chosen = levels.of(self.ticket)
        said = [word for name, level in chosen.items() if (word := self._measure_by(name, *level, now))]
        for name, row in self.rows.items():
            if name not in chosen and row.phase not in ("void", "stopped") and not row.kept:
                row.phase, row.due_at, row.decided_at, row.next_at, row.next_share = "void", None, now, None, 0
                self._touched.add(name)
                said.append(f"{row.get_clock_display()}不再计时")
        self._sum_up()
        return said

    def happen(self, kind: EventKind, at: datetime, *, only: Iterable[str] = (), reason: str = "") -> None:
        """Let something happen to the clocks that it can happen to, or to `only` those of these names.

        ActionError where it lies before what happened already.
        """
        wanted, fits = set(only), FITS[kind]
        for name, row in self.rows.items():
            if row.phase in fits and (not wanted or name in wanted):
                self._add(name, Event(kind, at, reason))
                self.stand(name, at)
        self._sum_up()

    def start_waiting(self, now: datetime) -> None:
        """Start the clocks whose origin has come: the response, the hand-over to the second line."""
        for name, row in self.rows.items():
            if row.phase == "waiting":
                self._start_where_due(name)
                self.stand(name, now)
        self._sum_up()

    def tell(self, name: str, now: datetime) -> None:
        """The next share of this clock's limit has been told of: go on to the one after it."""
        self.rows[name].told_share = self.rows[name].next_share
        self.stand(name, now)
        self._sum_up()

    def keep_breached(self) -> None:
        """Let the clocks whose limit passed stay as they are measured, whatever the severity becomes."""
        for name, row in self.rows.items():
            if row.breached_at and row.phase != "void":
                row.kept = True
                self._touched.add(name)

    def stand(self, name: str, now: datetime) -> None:
        """Let a clock's copied fields say how it stands by its events."""
        row = self.rows[name]
        stand_by(row, *limit_and_window(row), self._events[name], now)
        self._touched.add(name)

    def _measure_by(self, name: str, level: Level, clause: "Clause", now: datetime) -> str:
        row = self.rows.get(name)
        if row and (row.phase == "stopped" or row.kept):
            return ""
        before = (row.limit, row.clause) if row else None
        if row is None:
            row = self.rows[name] = TicketClock(ticket=self.ticket, clock=name)
            self._events[name] = []
        measure_by(row, level, clause)
        if before and before[0] != row.limit:
            row.told_share = 0
        self._start_where_due(name)
        self.stand(name, now)
        return f"{row.get_clock_display()} {level.limit.label}" if before != (row.limit, row.clause) else ""

    def _start_where_due(self, name: str) -> None:
        """Start a clock at its origin, where that is known, with the pauses since; nothing where it has started."""
        origin = origin_of(self.ticket, self.rows[name].counts_from)
        if self._events[name] or origin is None:
            return
        self._add(name, Event("start", origin))
        for pause in self.pauses:
            if pause.ended_at is None or pause.ended_at > origin:
                self._add(name, Event("pause", max(pause.started_at, origin), pause.get_reason_display()))
                if pause.ended_at:
                    self._add(name, Event("resume", pause.ended_at))

    def _add(self, name: str, event: Event) -> None:
        row, events = self.rows[name], [*self._events[name], event]
        try:
            reading(limit_and_window(row)[0], None, events, event.at, bundled_calendar())
        except ClockError as error:
            raise ActionError(f"{row.get_clock_display()}：{error}") from None
        self._events[name] = events
        self._happened.append(ClockEvent(clock=row, kind=event.kind, at=event.at, reason=event.reason))

    def _sum_up(self) -> None:
        nearest(self.ticket, self.rows.values())

    def take_changes(self) -> tuple[list[TicketClock], list[ClockEvent]]:
        """The clocks and events that are not stored yet; from now on they count as stored."""
        rows, happened = [self.rows[name] for name in self.rows if name in self._touched], self._happened
        self._touched, self._happened = set(), []
        return rows, happened


def loaded(tickets: Iterable[Ticket]) -> list[Clocks]:
    """The clocks of stored tickets, in their order, in three queries."""
    tickets = list(tickets)
    rows, pauses = defaultdict(list), defaultdict(list)
    for row in TicketClock.objects.filter(ticket__in=tickets).prefetch_related("events"):
        rows[row.ticket_id].append(row)
    for pause in Pause.objects.filter(ticket__in=tickets):
        pauses[pause.ticket_id].append(pause)
    return [Clocks(ticket, rows[ticket.pk], pauses[ticket.pk]) for ticket in tickets]


def store(many: Iterable[Clocks]) -> None:
    """Write what changed on the clocks of stored tickets."""
    changes = [clocks.take_changes() for clocks in many]
    touched = [row for rows, _ in changes for row in rows]
    fresh = [row for row in touched if row.pk is None]
    write_over([row for row in touched if row.pk], CHANGING)
    TicketClock.objects.bulk_create(fresh)
    ClockEvent.objects.bulk_create(event for _, happened in changes for event in happened)


def write_over(rows: Sequence[Model], fields: Sequence[str]) -> None:
    """Store these fields of rows that are stored already and held, in one statement."""
    if rows:
        # bulk_update compares every field of every row with every key: thirty times as long.
        manager = type(rows[0])._default_manager
        manager.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def measure_by(clock: TicketClock, level: Level, clause: "Clause") -> None:
    """Copy a level onto a clock as the contract has it now; not yet started, not yet stored."""
    clock.clause, clock.cite, clock.limit = level.key, clause.cite, str(level.limit)
    clock.window, clock.counts_from = str(level.window or ""), level.counts_from
    clock.upgrades_to, clock.conditions = level.upgrades_to, dict(level.conditions)
    clock.calendar_version = bundled_calendar().version
    clock.phase = "waiting"


def stand_by(
    clock: TicketClock, limit: Duration, window: ServiceWindow | None, events: Sequence[Event], now: datetime
) -> None:
    """Let a clock's copied fields say how it stands by these terms and events."""
    state = reading(limit, window, events, now, bundled_calendar())
    clock.phase, clock.due_at, clock.breached_at = state.phase, state.due_at, state.breached_at
    clock.met, clock.estimated = state.met, state.estimated
    clock.decided_at, clock.paused = state.decided_at, state.paused
    clock.next_at, clock.next_share = _next_deadline(clock, limit, window, events, now)


def nearest(ticket: Ticket, rows: Iterable[TicketClock]) -> None:
    """Write down a ticket's nearest deadline and how many limits passed, by these clocks of it."""
    rows = list(rows)
    running = [row.due_at for row in rows if row.phase == "running" and row.due_at]
    ticket.next_at = min(running, default=None)
    ticket.breached = sum(1 for row in rows if row.breached_at and row.phase != "void")


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
