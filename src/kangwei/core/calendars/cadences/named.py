"""Keys of windows that go by a name instead of a date."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

from ..days import HolidayPeriod
from ..terms import KeyPeriod

_Days = TypeVar("_Days", HolidayPeriod, KeyPeriod)


def numbered(found: Iterable[_Days]) -> Iterator[tuple[_Days, str, int]]:
    """Each with its key, `2026-国庆节`, and its number among those of one name in one year.

    The second is `2026-国庆节#2`. Keyed by name, not by date: when the official calendar moves an estimated
    holiday, it stays the same occurrence. A New Year break that begins in December belongs to the next year.
    """
    seen: Counter[str] = Counter()
    for days in found:
        key = f"{days.last.year}-{days.name}"
        seen[key] += 1
        yield days, key if seen[key] == 1 else f"{key}#{seen[key]}", seen[key]
