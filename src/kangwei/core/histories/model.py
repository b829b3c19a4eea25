"""What an event log says of one incident."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

MoveKind = Literal["respond", "pause", "resume", "solve", "reopen", "close", "cancel"]
LONGEST = {"number": 120, "title": 200, "caller": 60, "severity": 30, "by": 120}
"""So many characters are kept of a value; a longer number is refused, anything else is cut and said."""


class Fault(NamedTuple):
    """Something wrong in a row of an incident (number "" where the row has none); `value` is what stands there."""

    line: int
    number: str
    reason: str
    value: str = ""

    def __str__(self) -> str:
        shown = f"「{self.value[:40]}」" if self.value else ""
        return f"第 {self.line} 行{f' {self.number[:40]}' if self.number else ''}：{self.reason}{shown}"


class Change(NamedTuple):
    """What a row has otherwise than the one before; `name` is state, severity, group or person."""

    name: str
    before: str
    after: str


class Move(NamedTuple):
    """A turn in the life of an incident. `at` never lies before the opening or the move before it."""

    kind: MoveKind
    at: datetime
    reason: str = ""


class Happening(NamedTuple):
    """One row: when and by whom by the source's own account, what changed, and the turn that it was ("": none).

    `unknown` is a word of state that the mapping does not know.
    """

    line: int
    at: datetime
    by: str
    turn: MoveKind | Literal[""]
    changes: tuple[Change, ...]
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """An incident from its opening to where the log leaves it.

    `state` is new, working, solved, closed or cancelled; `waits_for` the reason of a pause that has not ended.
    `severities` are the words of its severity with the moment from which each held, the first from the opening.
    `solved_at` is None where the log does not say when, even of a closed one. `details` are label and text.
    `made_sla` is whether the source says that its own limit was kept.
    """

    number: str
    line: int
    title: str
    details: tuple[tuple[str, str], ...]
    channel: str
    caller: str
    institution: str
    system: str
    opened_at: datetime
    opened_by: str
    severities: tuple[tuple[datetime, str], ...]
    happenings: tuple[Happening, ...]
    moves: tuple[Move, ...]
    state: str
    waits_for: str
    responded_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    reopened: int
    made_sla: bool | None
