"""The clocks of a ticket: which service level holds, and how far a clock has run."""

from kangwei.core.clocks.events import ClockError, Event, EventKind
from kangwei.core.clocks.levels import Level, TiedLevelsError, choose
from kangwei.core.clocks.running import ClockState, Phase, reading, threshold

__all__ = [
    "ClockError",
    "ClockState",
    "Event",
    "EventKind",
    "Level",
    "Phase",
    "TiedLevelsError",
    "choose",
    "reading",
    "threshold",
]
