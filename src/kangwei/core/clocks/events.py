"""What happens to a clock, and the stretches of time in which it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from kangwei.core.calendars import SHANGHAI, as_utc

EventKind = Literal["start", "pause", "resume", "stop", "reopen", "void"]
_NAMES: dict[str, str] = {
    "start": "开始", "pause": "暂停", "resume": "恢复", "stop": "停止", "reopen": "重新计时", "void": "作废",
}  # fmt: skip
# From each standing, which events may follow.
_AFTER: dict[str, frozenset[str]] = {
    "waiting": frozenset({"start", "void"}),
    "running": frozenset({"pause", "stop", "void"}),
    "paused": frozenset({"resume", "stop", "void"}),
    "stopped": frozenset({"reopen", "void"}),
    "void": frozenset(),
}
_LEADS_TO = {
    "start": "running", "resume": "running", "reopen": "running", "pause": "paused", "stop": "stopped", "void": "void",
}  # fmt: skip
_STANDINGS = {
    "waiting": "尚未开始", "running": "正在计时", "paused": "已暂停", "stopped": "已停止", "void": "已作废",
}  # fmt: skip


class ClockError(ValueError):
    """An event that cannot happen to the clock as it stands; the text says why, in Chinese."""


@dataclass(frozen=True)
class Event:
    """Something that happened to a clock at an instant (aware). A pause has its reason.

    A clock that stopped and is reopened goes on where it was: what lies between is not counted.
    """

    kind: EventKind
    at: datetime
    reason: str = ""


class Stretch(NamedTuple):
    """Time in which a clock runs; `end` is None while it still does."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Course:
    """The events of a clock made out: how it stands, and when it ran."""

    standing: str
    stretches: tuple[Stretch, ...]
    ended_at: datetime | None
    paused: timedelta


def course(events: Sequence[Event]) -> Course:
    """Follow the events from the first; ClockError for one that lies before its predecessor or cannot follow it.

    A pause, resume and stop at the same instant are in order; a stop while paused ends the clock at its pause. `paused`
    is the time by the clock on the wall of the pauses that are over.
    """
    standing, stretches, last, ended_at, paused = "waiting", list[Stretch](), None, None, timedelta()
    for event in events:
        at = as_utc(event.at)
        if last is not None and at < last:
            raise ClockError(f"{_NAMES[event.kind]}时间 {_shown(at)} 早于前一事件 {_shown(last)}")
        if event.kind not in _AFTER[standing]:
            raise ClockError(f"时钟{_STANDINGS[standing]}，不能{_NAMES[event.kind]}")
        if event.kind in ("start", "resume", "reopen"):
            stretches.append(Stretch(at, None))
        elif standing == "running":
            stretches[-1] = Stretch(stretches[-1].start, at)
        if standing == "paused" and last is not None:
            paused += at - last
        standing, last = _LEADS_TO[event.kind], at
        ended_at = at if standing in ("stopped", "void") else None
    return Course(standing, tuple(stretches), ended_at, paused)


def _shown(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
