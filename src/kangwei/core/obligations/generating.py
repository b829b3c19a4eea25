"""Duty × target × window → occurrences with stable keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kangwei.core.calendars import Cadence, KeyPeriod, Rotation, StatutoryCalendar, Term, Window


@dataclass(frozen=True, slots=True)
class DutySpec:
    """What generation needs of a duty: its id, cadence, and the target group it is owed for (empty: once)."""

    id: str
    cadence: Cadence
    per: str = ""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dated instance of a duty; `start` and `due` are aware UTC, due is the last second that is still in time.

    `key` is stable: generating again, or for a longer term, gives the same occurrence the same key.
    """

    duty: str
    target: str
    period: str
    label: str
    start: datetime
    due: datetime
    estimated: bool

    @property
    def key(self) -> str:
        return "|".join(part for part in (self.duty, self.target, self.period) if part)


def generate(
    duties: Sequence[DutySpec],
    targets: Mapping[str, Sequence[str]],
    term: Term,
    calendar: StatutoryCalendar,
    key_periods: Sequence[KeyPeriod] = (),
) -> Iterator[Occurrence]:
    """Every occurrence of the term, duty by duty, in order of time.

    `targets` maps a group's name to its members. Duties that wait for an event yield nothing here. KeyError where a
    duty names a group that `targets` lacks.
    """
    for duty in duties:
        if not duty.cadence.scheduled:
            continue
        members = targets[duty.per] if duty.per else ("",)
        windows = duty.cadence.windows(term, calendar, key_periods)
        for index, window in enumerate(windows):
            for target in _turn(duty.cadence, index, members, targets):
                yield _occurrence(duty.id, target, window)


def _turn(cadence: Cadence, index: int, members: Sequence[str], targets: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if isinstance(cadence, Rotation):
        return cadence.batch_of(index, targets[cadence.rotate.over])
    return members


def _occurrence(duty: str, target: str, window: Window) -> Occurrence:
    return Occurrence(duty, target, window.period, window.label, window.start, window.due, window.estimated)
