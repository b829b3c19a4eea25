"""Rows of one incident → its history."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from kangwei.core.histories.courses import SOLVED_MISSING, ContradictionError, Course
from kangwei.core.histories.log import Log, Row
from kangwei.core.histories.mapping import WAITS, Mapping
from kangwei.core.histories.model import LONGEST, Change, Fault, Happening, History
from kangwei.core.histories.moments import Moments

_COMPARED = ("state", "severity", "group", "person")
_MOST_REOPENED = 32_767

ENDED = ("solved", "closed")
SKEWED = "记录早于受理时间，原时间保留，计时从受理算起"
UNKNOWN_STATE = "状态没有对应，按前一状态计"
OPENED_DIFFERS = "受理时间前后不一，以第一个为准"
_WITH_ANOTHER = "同一事件的另一行有误"
TOO_LONG = "内容过长，只保留开头"


@dataclass
class Built:
    """The histories of a log in the order of their opening.

    `refused` are the faults of incidents that stay out, `noticed` what was odd in those that come in, both by line.
    `kept_out` is every line of the file that stays out, with the reason.
    """

    histories: list[History] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)
    noticed: list[Fault] = field(default_factory=list)
    kept_out: dict[int, str] = field(default_factory=dict)

    @property
    def refused_numbers(self) -> set[str]:
        """The incidents that stay out; a row without a number is none."""
        return {fault.number for fault in self.refused if fault.number}


def built(log: Log, mapping: Mapping, now: datetime) -> Built:
    """Every incident of a log, whole or not at all: one row that cannot be read keeps its incident out."""
    result = Built(refused=list(log.refused))
    reader = _Builder(mapping, log.moments, now)
    unreadable = result.refused_numbers
    for number in list(log.incidents):
        rows = log.incidents.pop(number)
        if number not in unreadable:
            noticed: list[Fault] = []
            try:
                result.histories.append(reader.history(number, rows, noticed))
                result.noticed += noticed
                continue
            except _RefusedError as refusal:
                result.refused.append(refusal.fault)
        result.kept_out |= dict.fromkeys((row.line for row in rows), _WITH_ANOTHER)
    out = result.refused_numbers
    for fault in log.repeated:
        if fault.number in out:
            result.kept_out[fault.line] = _WITH_ANOTHER
        else:
            result.noticed.append(fault)
    result.kept_out |= {fault.line: _reason(fault) for fault in result.refused}
    result.refused.sort()
    result.noticed.sort()
    result.histories.sort(key=lambda history: (history.opened_at, history.number))
    return result


def _reason(fault: Fault) -> str:
    return f"{fault.reason}「{fault.value}」" if fault.value else fault.reason


class _RefusedError(ValueError):
    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class _Builder:
    """Builds histories by one mapping."""

    def __init__(self, mapping: Mapping, moments: Moments, now: datetime) -> None:
        self._mapping, self._moments, self._now = mapping, moments, now
        columns = list(mapping.wanted)
        self._place = {name: columns.index(column) for name, column in mapping.columns if column}
        self._title = [columns.index(column) for column in mapping.title]
        self._details = [(label, columns.index(column)) for label, column in mapping.details.items()]

    def history(self, number: str, rows: Sequence[Row], noticed: list[Fault]) -> History:
        """The history of an incident from its rows, in their order. _RefusedError for times that cannot be."""

        def note(line: int, reason: str, value: str = "") -> None:
            noticed.append(Fault(line, number, reason, value))

        def odd(reason: str) -> None:
            # A log without that column does not lack it in one incident.
            if reason != SOLVED_MISSING or "resolved" in self._place:
                note(rows[-1].line, reason)

        opened_at = self._opened(number, rows, note)
        course = Course(opened_at)
        happenings = tuple(self._happenings(rows, course, note))
        last = rows[-1]
        resolved, closed = self._moment(last, "resolved"), self._moment(last, "closed")
        self._refuse_future(number, rows, (opened_at, resolved, closed))
        try:
            course.settle(resolved, closed, last.updated, odd)
        except ContradictionError as error:
            raise _RefusedError(Fault(last.line, number, str(error), self._cell(last, "closed"))) from None
        return self._written(number, rows, course, happenings, note)

    def _written(
        self, number: str, rows: Sequence[Row], course: Course, happenings: tuple[Happening, ...],
        note: Callable[..., None],
    ) -> History:  # fmt: skip
        def kept(name: str, text: str) -> str:
            if len(text) > LONGEST[name]:
                note(rows[-1].line, TOO_LONG, text)
            return text[: LONGEST[name]]

        waits = course.standing in WAITS
        title = " · ".join(text for place in self._title if (text := _latest(rows, place)))
        severities = self._severities(rows, course.opened_at)
        solving, closing = course.place("solve"), course.place("close")
        if course.standing == "cancelled":
            closing = course.place("cancel")
        made, reopened = self._latest(rows, "made_sla").lower(), self._latest(rows, "reopened")
        return History(
            number=number,
            line=rows[0].line,
            title=kept("title", title or number),
            details=self._detailed(rows, title),
            channel=self._mapping.channels.get(self._latest(rows, "channel"), self._mapping.channel),
            caller=kept("caller", self._latest(rows, "caller")),
            institution=self._latest(rows, "institution"),
            system=self._latest(rows, "system"),
            opened_at=course.opened_at,
            opened_by=kept("by", self._latest(rows, "opened_by")),
            severities=tuple((at, kept("severity", word)) for at, word in severities),
            happenings=happenings,
            moves=tuple(course.moves),
            state="working" if waits else course.standing,
            waits_for=course.standing if waits else "",
            responded_at=next((move.at for move in course.moves if move.kind == "respond"), None),
            solved_at=course.moves[solving].at
            if solving is not None and course.told_solved and course.standing in ENDED
            else None,
            closed_at=course.moves[closing].at if closing is not None else None,
            reopened=_count(reopened, sum(move.kind == "reopen" for move in course.moves)),
            made_sla={"true": True, "false": False}.get(made),
        )

    def _opened(self, number: str, rows: Sequence[Row], note: Callable[..., None]) -> datetime:
        moments = [(row.line, moment) for row in rows if (moment := self._moment(row, "opened"))]
        if not moments:
            raise _RefusedError(Fault(rows[0].line, number, "没有受理时间"))
        opened_at = moments[0][1]
        if differs := next((line for line, moment in moments if moment != opened_at), None):
            note(differs, OPENED_DIFFERS)
        return opened_at

    def _happenings(self, rows: Sequence[Row], course: Course, note: Callable[..., None]) -> Iterator[Happening]:
        before: Row | None = None
        for row in rows:
            word = self._cell(row, "state")
            standing = self._mapping.states.get(word)
            turn = course.enter(standing, row.updated) if standing else None
            if word and not standing:
                note(row.line, UNKNOWN_STATE, word)
            if row.updated < course.opened_at:
                note(row.line, SKEWED, self._cell(row, "updated"))
            changes = tuple(self._changes(before, row))
            by = self._cell(row, "updated_by")[: LONGEST["by"]]
            yield Happening(row.line, row.updated, by, turn or "", changes, "" if standing else word)
            before = row

    def _changes(self, before: Row | None, row: Row) -> Iterator[Change]:
        for name in _COMPARED:
            was, now = self._cell(before, name) if before else "", self._cell(row, name)
            if was != now:
                yield Change(name, was, now)

    def _severities(self, rows: Sequence[Row], opened_at: datetime) -> list[tuple[datetime, str]]:
        words = [(max(row.updated, opened_at), self._cell(row, "severity")) for row in rows]
        words = [(at, self._mapping.severities.get(word, word)) for at, word in words if word]
        if not words:
            return []
        # What the first row says is not known to have been otherwise before.
        return [(opened_at, words[0][1]), *(later for one, later in pairwise(words) if one[1] != later[1])]

    def _detailed(self, rows: Sequence[Row], title: str) -> tuple[tuple[str, str], ...]:
        found = [(label, text) for label, place in self._details if (text := _latest(rows, place))]
        return ((("标题", title),) if len(title) > LONGEST["title"] else ()) + tuple(found)

    def _refuse_future(self, number: str, rows: Sequence[Row], ends: Sequence[datetime | None]) -> None:
        late = next((row for row in rows if row.updated > self._now), None)
        if late or any(moment > self._now for moment in ends if moment):
            raise _RefusedError(Fault((late or rows[-1]).line, number, "有晚于现在的时间"))

    def _moment(self, row: Row, name: str) -> datetime | None:
        text = self._cell(row, name)
        return self._moments.read(text) if text else None

    def _cell(self, row: Row, name: str) -> str:
        place = self._place.get(name)
        return row.cells[place] if place is not None else ""

    def _latest(self, rows: Sequence[Row], name: str) -> str:
        place = self._place.get(name)
        return _latest(rows, place) if place is not None else ""


def _latest(rows: Sequence[Row], place: int) -> str:
    """The last that the rows say in a column."""
    return next((text for row in reversed(rows) if (text := row.cells[place])), "")


def _count(text: str, otherwise: int) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 6:
        return min(int(text), _MOST_REOPENED)
    return otherwise
