"""Which service level holds for a ticket: of those that match, the one with most conditions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from kangwei.core.calendars import Duration, ServiceWindow


class TiedLevelsError(ValueError):
    """Two levels of one clock, equally specific, that disagree. Loading a contract refuses such a pair."""


@dataclass(frozen=True)
class Level:
    """A limit on a clock under conditions; `window` is the time in which it counts, None for natural time.

    `key` names the clause it comes from.
    """

    key: str
    clock: str
    limit: Duration
    window: ServiceWindow | None = None
    counts_from: str = "opened"
    upgrades_to: str = ""
    conditions: Mapping[str, str] = field(default_factory=dict)

    def matches(self, facts: Mapping[str, Collection[str]]) -> bool:
        """Whether each condition is met. `facts` are the words that hold for a ticket, by condition.

        A condition on what is not known of the ticket is not met.
        """
        return all(value in facts.get(name, ()) for name, value in self.conditions.items())


def choose(levels: Iterable[Level], facts: Mapping[str, Collection[str]]) -> dict[str, Level]:
    """The level of every clock that some level sets for a ticket.

    TiedLevelsError where two equally specific ones disagree and no more specific one decides.
    """
    chosen: dict[str, Level] = {}
    for level in levels:
        if not level.matches(facts):
            continue
        other = chosen.get(level.clock)
        if other is None or len(level.conditions) > len(other.conditions):
            chosen[level.clock] = level
        elif len(level.conditions) == len(other.conditions) and _bind(level) != _bind(other):
            chosen[level.clock] = _tied(level, other)
    for level in chosen.values():
        if isinstance(level, _Tie):
            raise TiedLevelsError(f"服务级别「{level.key}」与「{level.other}」条件同样具体而时限不同")
    return chosen


@dataclass(frozen=True)
class _Tie(Level):
    """Stands where two levels disagree, until a more specific one decides."""

    other: str = ""


def _tied(one: Level, other: Level) -> _Tie:
    return _Tie(
        one.key, one.clock, one.limit, one.window, one.counts_from, one.upgrades_to, one.conditions, other=other.key
    )


def _bind(level: Level) -> tuple[object, ...]:
    return level.limit, level.window, level.counts_from
