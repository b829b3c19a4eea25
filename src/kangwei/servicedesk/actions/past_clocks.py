"""The clocks of a ticket that was taken over, as they would have run here. Part of the import alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from kangwei.core.clocks import Event, EventKind, Level
from kangwei.core.histories import History, Move
from kangwei.servicedesk.actions.clocks import FITS, measure_by, stand_by
from kangwei.servicedesk.actions.tickets import REOPENS
from kangwei.servicedesk.enums import Clock, PauseReason
from kangwei.servicedesk.lifecycles import CLOSE, RESPOND, SOLVE
from kangwei.servicedesk.models import Ticket, TicketClock
from kangwei.servicedesk.queries.measuring import Levels, origin_of

STOPS: Mapping[str, Sequence[str]] = {"respond": RESPOND.stops, "solve": SOLVE.stops, "close": CLOSE.stops}
_LEADS_TO = {"resume": "running", "reopen": "running", "pause": "paused", "stop": "stopped", "void": "void"}


def clocks_of(ticket: Ticket, history: History, levels: Levels, now: datetime) -> list[tuple[TicketClock, list[Event]]]:
    """Every clock that the contract asks for, not stored, with its events.

    A clock that stopped is measured by the severity of that moment, as on a ticket that was worked on here.
    """
    found = []
    final = ticket.severity
    for name in Clock.values:
        ticket.severity = _severity_at(history, _stopped_at(history, name)) or final
        if chosen := levels.of(ticket).get(name):
            level, clause = chosen
            events = _events(ticket, level, history.moves)
            clock = TicketClock(ticket=ticket, clock=name)
            measure_by(clock, level, clause)
            stand_by(clock, level.limit, level.window, events, now)
            _tell_no_past(clock, level, events, now)
            found.append((clock, events))
    ticket.severity = final
    return found


def _tell_no_past(clock: TicketClock, level: Level, events: Sequence[Event], now: datetime) -> None:
    """Leave no deadline that has passed: thousands of limits that passed years ago are no news to anybody.

    What lies ahead of an incident that is still open comes in its time.
    """
    if clock.next_at and clock.next_at <= now:
        clock.told_share = clock.next_share
        stand_by(clock, level.limit, level.window, events, now)


def _stopped_at(history: History, name: str) -> datetime | None:
    """When a clock stopped for good; None while it runs."""
    stopped = None
    for move in history.moves:
        if move.kind == "reopen" and name in REOPENS:
            stopped = None
        elif stopped is None and (name in STOPS.get(move.kind, ()) or move.kind == "cancel"):
            stopped = move.at
    return stopped


def _severity_at(history: History, at: datetime | None) -> str:
    if at is None:
        return ""
    return next((word for since, word in reversed(history.severities) if since <= at), "")


def _events(ticket: Ticket, level: Level, moves: Sequence[Move]) -> list[Event]:
    """What happened to a clock of this level, by the turns of the ticket, as the steps of the desk have it."""
    origin = origin_of(ticket, level.counts_from)
    if origin is None:
        return []
    events, phase = list[Event](), "waiting"
    if level.counts_from != "responded":
        events, phase = [Event("start", origin)], "running"
    for move in moves:
        if move.kind == "respond" and phase == "waiting":
            events.append(Event("start", move.at))
            phase = "running"
        kind, reason = _what_happens(level.clock, move)
        if kind and phase in FITS[kind]:
            events.append(Event(kind, move.at, reason))
            phase = _LEADS_TO[kind]
    return events


def _what_happens(clock: str, move: Move) -> tuple[EventKind | None, str]:
    if clock in STOPS.get(move.kind, ()):
        return "stop", ""
    match move.kind:
        case "pause":
            return "pause", PauseReason(move.reason).label
        case "resume":
            return "resume", ""
        case "reopen" if clock in REOPENS:
            return "reopen", ""
        case "cancel":
            return "void", "撤销"
        case "solve" if clock == Clock.ARRIVAL:
            return "void", "未到场即解决"
    return None, ""
