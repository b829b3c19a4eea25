"""Reads of clocks: what a ticket would be measured by, how far each clock has run, what other facts would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from kangwei.assets.queries import words_for
from kangwei.contracts.levels import level_of, period_at, service_levels, severities
from kangwei.core.calendars import Duration, ServiceWindow, bundled_calendar
from kangwei.core.clocks import ClockState, Event, Level, choose, reading
from kangwei.core.contracts.wording import conditions
from kangwei.servicedesk.enums import Clock
from kangwei.servicedesk.models import Ticket, TicketClock

if TYPE_CHECKING:
    from kangwei.contracts.models import Clause, Contract

WARN_FROM = 75
ORIGINS = {"opened": "受理", "occurred": "发生", "responded": "响应", "escalated": "转二线"}


@dataclass(frozen=True)
class Terms:
    """What a clock is measured by, in words: limit with calendar and origin, the conditions that chose it, clause."""

    label: str
    limit: str
    since: str
    window: str
    conditions: str
    clause: str
    cite: str
    upgrades_to: str


@dataclass(frozen=True)
class Planned:
    """A clock that a ticket would have; `due_at` is None where its origin has not come yet."""

    terms: Terms
    due_at: datetime | None
    estimated: bool


@dataclass(frozen=True)
class Shown:
    """A clock of a ticket as it stands: `percent` of the limit that is used, `tone` of its bar."""

    clock: TicketClock
    terms: Terms
    state: ClockState
    percent: int
    tone: str

    now: datetime

    @property
    def to_go(self) -> timedelta | None:
        """Time by the clock on the wall until the clock is due, negative once it is past; None unless it runs."""
        return self.state.due_at - self.now if self.state.due_at else None

    @property
    def late(self) -> timedelta | None:
        """By how much a clock that runs is past its due time."""
        return -self.to_go if self.to_go is not None and self.to_go < timedelta() else None


@dataclass(frozen=True)
class Changed:
    """What other facts would make of one clock: `before` or `after` is None where there is none."""

    label: str
    before: str | None
    after: Planned | None


def facts(ticket: Ticket) -> dict[str, set[str]]:
    """The words that hold for a ticket, by the condition that they answer; what is not known is not there."""
    found = {name: {word} for name, word in _words(ticket).items() if word}
    return found | ({"target": words_for(ticket.system)} if ticket.system else {})


def _words(ticket: Ticket) -> dict[str, str]:
    return {
        "kind": ticket.kind, "severity": ticket.severity, "place": ticket.place, "caller": ticket.caller_kind,
        "method": ticket.method, "tier": ticket.tier,
        "period": period_at(ticket.contract, ticket.opened_at, bundled_calendar()),
    }  # fmt: skip


class Levels:
    """The service levels of a contract, read once for however many tickets."""

    def __init__(self, contract: "Contract") -> None:
        self._contract = contract
        self._clauses = service_levels(contract)
        self._levels = [level_of(clause) for clause in self._clauses.values()]
        self._chosen: dict[tuple[object, ...], dict[str, tuple[Level, Clause]]] = {}

    @cached_property
    def grades(self) -> list[str]:
        """The severities from mild to grave."""
        return severities(self._contract)

    def of(self, ticket: Ticket) -> Mapping[str, tuple[Level, "Clause"]]:
        """Clock → the level that holds for what is known of the ticket, and its clause."""
        alike = (*_words(ticket).values(), ticket.system_id)
        if alike not in self._chosen:
            chosen = choose(self._levels, facts(ticket))
            self._chosen[alike] = {name: (level, self._clauses[level.key]) for name, level in chosen.items()}
        return self._chosen[alike]


def origin_of(ticket: Ticket, counts_from: str) -> datetime | None:
    """When a clock that counts from this starts; None where that has not come."""
    origins = {
        "opened": ticket.opened_at, "occurred": ticket.occurred_at, "responded": ticket.responded_at,
        "escalated": ticket.escalated_at,
    }  # fmt: skip
    return origins[counts_from]


def limit_and_window(clock: TicketClock) -> tuple[Duration, ServiceWindow | None]:
    """What a clock is measured by, as core.clocks takes it."""
    return Duration.parse(clock.limit), ServiceWindow.parse(clock.window) if clock.window else None


def events_of(clock: TicketClock) -> list[Event]:
    """What happened to a stored clock, as core.clocks takes it."""
    return [Event(row.kind, row.at, row.reason) for row in clock.events.all()]  # type: ignore[arg-type]


def clocks_for(ticket: Ticket, now: datetime) -> list[Planned]:
    """The clocks that a ticket with these facts would start; it need not be stored."""
    chosen = Levels(ticket.contract).of(ticket)
    return [_planned(ticket, *chosen[name], [], now) for name in Clock.values if name in chosen]


def clocks_of(ticket: Ticket, now: datetime) -> list[Shown]:
    """The clocks of a ticket as they stand, in the order of their kinds, in two queries."""
    rows = {clock.clock: clock for clock in ticket.clocks.prefetch_related("events")}
    return [_shown(rows[name], now) for name in Clock.values if name in rows]


def changes_on(ticket: Ticket, changed: Ticket, now: datetime) -> list[Changed]:
    """What becomes of the clocks of a ticket when its facts are those of `changed`, as choosing anew would have it."""
    chosen = Levels(changed.contract).of(changed)
    rows = {clock.clock: clock for clock in ticket.clocks.prefetch_related("events")}
    found = []
    for name in Clock.values:
        clock, after = rows.get(name), chosen.get(name)
        if clock and (clock.phase == "stopped" or (clock.kept and changed.severity == ticket.severity)):
            continue
        held = clock if clock and clock.phase != "void" else None
        if after and (held is None or (held.limit, held.clause) != (str(after[0].limit), after[0].key)):
            events = events_of(clock) if clock else []
            planned = _planned(changed, *after, events, now)
            found.append(Changed(Clock(name).label, _limit_of(held), planned))
        elif held and not after:
            found.append(Changed(Clock(name).label, _limit_of(held), None))
    return found


def _limit_of(clock: TicketClock | None) -> str | None:
    return Duration.parse(clock.limit).label if clock else None


def _planned(ticket: Ticket, level: Level, clause: "Clause", events: list[Event], now: datetime) -> Planned:
    words = Terms(
        label=Clock(level.clock).label,
        limit=level.limit.label,
        since=ORIGINS[level.counts_from],
        window=str(level.window or ""),
        conditions=conditions(dict(level.conditions)),
        clause=level.key,
        cite=clause.cite,
        upgrades_to=level.upgrades_to,
    )
    origin = origin_of(ticket, level.counts_from)
    if not events and origin is None:
        return Planned(words, None, False)
    state = reading(level.limit, level.window, events or [Event("start", origin)], now, bundled_calendar())  # type: ignore[arg-type]
    return Planned(words, state.due_at, state.estimated)


def _shown(clock: TicketClock, now: datetime) -> Shown:
    limit, window = limit_and_window(clock)
    state = reading(limit, window, events_of(clock), now, bundled_calendar())
    words = Terms(
        label=clock.get_clock_display(),
        limit=limit.label,
        since=ORIGINS[clock.counts_from],
        window=clock.window,
        conditions=conditions(clock.conditions),
        clause=clock.clause,
        cite=clock.cite,
        upgrades_to=clock.upgrades_to,
    )
    percent = min(100, int(state.used * 100 / state.total)) if state.total else 0
    return Shown(clock, words, state, percent, _tone(clock, state, percent), now)


def _tone(clock: TicketClock, state: ClockState, percent: int) -> str:
    if clock.phase in ("void", "waiting"):
        return "muted"
    if state.breached_at:
        return "bad"
    if clock.phase == "running" and percent >= WARN_FROM:
        return "warn"
    return "info" if clock.phase == "paused" else "ok"
