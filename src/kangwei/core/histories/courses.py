"""The turns in the life of an incident, made out from the states that its rows name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from kangwei.core.histories.mapping import WAITS
from kangwei.core.histories.model import Move, MoveKind

_ENDED = ("solved", "closed", "cancelled")

CLOSED_BEFORE_OPENED = "办结时间早于受理时间"
NOT_ENDED = "有解决或办结时间而最后的状态没有结束，按该时间结束"
SOLVED_DOUBTFUL = "解决时间与状态的经过不符，按状态变化的时间计"
SOLVED_MISSING = "没有解决时间，按状态变化的时间计"
SOLVED_UNKNOWN = "已办结而不知何时解决，计时到办结为止"
CLOSED_DOUBTFUL = "办结时间与状态的经过不符，按状态变化的时间计"


class ContradictionError(ValueError):
    """Times that cannot be put in any order; the text says which, in Chinese."""


@dataclass
class Course:
    """Follows an incident. `standing` is that of the last row whose state is known.

    `moves` stay in the order of time; `told_solved` is whether a row said that it was solved, `told_closed` when by the
    source's own time a row said that it was closed.
    """

    opened_at: datetime
    standing: str = "new"
    moves: list[Move] = field(default_factory=list)
    told_solved: bool = False
    told_closed: datetime | None = None

    def enter(self, standing: str, at: datetime) -> MoveKind | None:
        """Take the turns that lead to a standing; the one that says most, None where nothing turns.

        What lies before the opening counts from the opening: no clock can run before it starts.
        """
        before, self.standing = self.standing, standing
        if before == standing:
            return None
        moment, first = max(at, self.opened_at), len(self.moves)
        if before in WAITS:
            self._move("resume", moment)
        if before in _ENDED and standing not in _ENDED:
            self._move("reopen", moment)
            self.told_solved, self.told_closed = False, None
        if standing not in ("new", "cancelled"):
            self._respond(moment)
        if standing in WAITS:
            self._move("pause", moment, standing)
        elif standing == "cancelled":
            self._move("cancel", moment)
        elif standing in _ENDED:
            self._end(standing, at, moment, was_open=before not in _ENDED)
        return self.moves[-1].kind if len(self.moves) > first else None

    def _end(self, standing: str, at: datetime, moment: datetime, *, was_open: bool) -> None:
        self.told_solved |= standing == "solved"
        self.told_closed = at if standing == "closed" else None
        if was_open:
            self._move("solve", moment)
        # Closed, then solved again: the source took the closing back. Closed twice: the last counts.
        self.moves = [move for place, move in enumerate(self.moves) if move.kind != "close" or place < self._since()]
        if standing == "closed":
            self._move("close", moment)

    def settle(
        self, resolved: datetime | None, closed: datetime | None, last: datetime, note: Callable[[str], None]
    ) -> None:
        """Take the two columns that say when it ended, as far as they fit what the rows say.

        `last` is the time of the last row, `note` hears what does not fit. ContradictionError where every witness of
        the closing lies before the opening.
        """
        self._end_by_columns(resolved, closed, last, note)
        self._settle_closing(closed, note)
        self._settle_solving(resolved, note)

    def _end_by_columns(
        self, resolved: datetime | None, closed: datetime | None, last: datetime, note: Callable[[str], None]
    ) -> None:
        """End what the rows leave open, where a column knows of an end after the last row."""
        last = max(last, self.opened_at)
        is_open = self.standing not in _ENDED
        if closed and closed >= last and self.standing not in ("closed", "cancelled"):
            note(NOT_ENDED)
            self._finish("closed", closed, is_open)
        elif resolved and resolved >= last and is_open:
            note(NOT_ENDED)
            self._finish("solved", resolved, is_open)

    def _finish(self, standing: str, at: datetime, was_open: bool) -> None:
        if self.standing in WAITS:
            self._move("resume", at)
        self._respond(at)
        if was_open:
            self._move("solve", at)
        if standing == "closed":
            self._move("close", at)
        self.standing = standing

    def _settle_closing(self, closed: datetime | None, note: Callable[[str], None]) -> None:
        place = self.place("close")
        if place is None or closed is None:
            return
        if closed >= self._floor():
            self._shift(place, closed)
            return
        if closed < self.opened_at and (self.told_closed is None or self.told_closed < self.opened_at):
            raise ContradictionError(CLOSED_BEFORE_OPENED)
        note(CLOSED_DOUBTFUL)

    def _settle_solving(self, resolved: datetime | None, note: Callable[[str], None]) -> None:
        place = self.place("solve")
        if place is None:
            return
        closing = self.place("close")
        ceiling = self.moves[closing].at if closing is not None else None
        if resolved is None:
            note(SOLVED_MISSING if self.told_solved else SOLVED_UNKNOWN)
        elif resolved >= self._floor() and (ceiling is None or resolved <= ceiling):
            self.told_solved = True
            self._shift(place, resolved)
        else:
            note(SOLVED_DOUBTFUL)

    def place(self, kind: MoveKind) -> int | None:
        """Where the last turn of a kind stands that no reopening took back."""
        since = self._since()
        return next(
            (place for place in range(len(self.moves) - 1, since - 1, -1) if self.moves[place].kind == kind), None
        )

    def _since(self) -> int:
        """The place of the last reopening, 0 where there is none."""
        return max((place for place, move in enumerate(self.moves) if move.kind == "reopen"), default=0)

    def _floor(self) -> datetime:
        """From when on the end may lie: the last reopening, or the opening."""
        since = self._since()
        return self.moves[since].at if self.moves and self.moves[since].kind == "reopen" else self.opened_at

    def _shift(self, place: int, at: datetime) -> None:
        """Give a turn another time; those before it since the last reopening come no later."""
        for earlier in range(self._since(), place):
            move = self.moves[earlier]
            self.moves[earlier] = move._replace(at=min(move.at, at))
        self.moves[place] = self.moves[place]._replace(at=at)

    def _respond(self, at: datetime) -> None:
        if not any(move.kind == "respond" for move in self.moves):
            self._move("respond", at)

    def _move(self, kind: MoveKind, at: datetime, reason: str = "") -> None:
        self.moves.append(Move(kind, at, reason))
