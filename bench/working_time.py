"""Calls per second of WorkingTime.add and .elapsed beside `businesstimedelta` and plain datetime arithmetic.

    python bench/working_time.py [rounds]

All three get the same cases in the same process, turn by turn, so that a busy machine slows them alike; the
medians over the rounds are printed. businesstimedelta is given the same hours and the same days off, but it
cannot work a Saturday, so every case lies in 2 March to 8 May 2026: two breaks (清明节, 劳动节), no make-up
day. There all answers must be equal, which is checked first. Plain arithmetic ignores the calendar; it is the
floor, not a rival.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock

import businesstimedelta
import pytz

from kangwei.core.calendars import SHANGHAI, ServiceWindow, WorkingTime, bundled_calendar

FIRST = datetime(2026, 3, 2, tzinfo=SHANGHAI)
LAST = datetime(2026, 5, 8, 23, tzinfo=SHANGHAI)
CASES = 300

Case = tuple[datetime, timedelta, datetime]
Call = Callable[[Case], object]


def main() -> None:
    """Check that the answers are equal, then time and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    for title, hours in (("up to 8 open hours", 8), ("up to 200 open hours", 200)):
        cases = make_cases(timedelta(hours=hours))
        for operation, calls in (("add", add_calls()), ("elapsed", elapsed_calls())):
            check(cases, calls["kangwei"], calls["businesstimedelta"])
            show(f"{operation}, {title}", measure(cases, calls, rounds))


def make_cases(longest: timedelta) -> list[Case]:
    """Random starts with an open time to add, and the end that it leads to, all within the range."""
    dice = random.Random(20260302)
    ours = office()
    cases: list[Case] = []
    while len(cases) < CASES:
        start = FIRST + timedelta(minutes=dice.randrange((LAST - FIRST) // timedelta(minutes=1)))
        duration = timedelta(minutes=dice.randrange(1, longest // timedelta(minutes=1)))
        end = ours.add(start, duration)
        if end <= LAST:
            cases.append((start.astimezone(UTC), duration, end))
    return cases


def office() -> WorkingTime:
    """Our side: statutory working days, nine to six."""
    return WorkingTime(ServiceWindow.parse("Mon-Fri 09:00-18:00"), bundled_calendar())


def peer() -> businesstimedelta.Rules:
    """The same hours and days off for businesstimedelta."""
    zone = pytz.timezone("Asia/Shanghai")
    breaks = bundled_calendar().holidays(FIRST.date(), LAST.date())
    days_off = [
        period.first + timedelta(days=n) for period in breaks for n in range((period.last - period.first).days + 1)
    ]
    # At every step it walks to the next day off, up to five years ahead: one just behind the range keeps
    # that walk short.
    days_off.append(LAST.date() + timedelta(days=1))
    return businesstimedelta.Rules(
        [
            businesstimedelta.WorkDayRule(clock(9), clock(18), [0, 1, 2, 3, 4], tz=zone),
            businesstimedelta.HolidayRule(set(days_off), tz=zone),
        ]
    )


def add_calls() -> dict[str, Call]:
    """Each contender's way to add."""
    ours, rules = office(), peer()
    return {
        "kangwei": lambda case: ours.add(case[0], case[1]),
        "businesstimedelta": lambda case: case[0] + businesstimedelta.BusinessTimeDelta(rules, timedelta=case[1]),
        "datetime + timedelta": lambda case: case[0] + case[1],
    }


def elapsed_calls() -> dict[str, Call]:
    """Each contender's way to measure."""
    ours, rules = office(), peer()
    return {
        "kangwei": lambda case: ours.elapsed(case[0], case[2]),
        "businesstimedelta": lambda case: rules.difference(case[0], case[2]).timedelta,
        "datetime - datetime": lambda case: case[2] - case[0],
    }


def check(cases: list[Case], ours: Call, theirs: Call) -> None:
    """Speed means nothing unless both give the same answer."""
    wrong = [case for case in cases if ours(case) != theirs(case)]
    if wrong:
        raise SystemExit(f"{len(wrong)} answers differ, the first for {wrong[0]}")


def measure(cases: list[Case], calls: dict[str, Call], rounds: int) -> dict[str, float]:
    """Median calls per second of each contender."""
    rates: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            begin = time.perf_counter()
            for case in cases:
                call(case)
            rates[name].append(len(cases) / (time.perf_counter() - begin))
    return {name: statistics.median(found) for name, found in rates.items()}


def show(title: str, rates: dict[str, float]) -> None:
    """One line a contender: calls per second, and how many times slower or faster than ours."""
    print(title)
    for name, rate in rates.items():
        print(f"  {name:22}{rate:>12,.0f} /s   kangwei is {rates['kangwei'] / rate:,.2f} x")


if __name__ == "__main__":
    main()
