"""What becomes of an occurrence, and when: drawn from dice, so that the same seed tells the same story."""

from datetime import datetime, timedelta
from enum import Enum
from random import Random

from kangwei.core.calendars import SHANGHAI

LATEST = timedelta(days=6)
_GRACE = timedelta(hours=2)


class Fate(Enum):
    ON_TIME = "on time"
    LATE = "late"
    MISSING = "missing"
    WAIVED = "waived"


def dice_for(seed: int, *names: str) -> Random:
    """Dice of their own for what the names say, whatever was thrown before."""
    return Random("|".join([str(seed), *names]))  # noqa: S311 (plausible, not secret)


def decide(dice: Random, *, due: datetime, now: datetime, frequent: bool) -> Fate:
    """How an occurrence whose window has begun ends. What is owed every day is missed less often and never waived."""
    roll = dice.random()
    if due >= now:
        return Fate.ON_TIME if roll < 0.4 else Fate.MISSING
    missing, late, waived = (0.01, 0.015, 0.015) if frequent else (0.04, 0.12, 0.14)
    if roll < missing:
        return Fate.MISSING
    if roll < late:
        return Fate.LATE if due + _GRACE < now else Fate.ON_TIME
    return Fate.WAIVED if roll < waived else Fate.ON_TIME


def done_at(dice: Random, fate: Fate, *, start: datetime, due: datetime, now: datetime) -> datetime:
    """The moment of the work: inside the window, or after it where the fate is late; never after now."""
    if fate is Fate.LATE:
        return moment(dice, due + _GRACE, min(due + LATEST, now))
    return moment(dice, start, min(due, now))


def moment(dice: Random, first: datetime, last: datetime) -> datetime:
    """A whole second of the later half of first..last, in office hours (Asia/Shanghai) where that is inside."""
    span = int((last - first).total_seconds())
    at = first + timedelta(seconds=dice.randint(span // 2, max(span - 60, span // 2)))
    office = at.astimezone(SHANGHAI).replace(hour=dice.randint(9, 17), minute=dice.randint(0, 59)).astimezone(at.tzinfo)
    return office if first <= office < last - timedelta(minutes=1) else at
