"""The dice behind the practice work."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.calendars import SHANGHAI, day_end, day_start
from kangwei.simulation.story import Fate, decide, dice_for, done_at, moment

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_same_names_throw_the_same_numbers():
    assert dice_for(1, "contract", "key").random() == dice_for(1, "contract", "key").random()
    assert dice_for(1, "contract", "key").random() != dice_for(2, "contract", "key").random()


@pytest.mark.parametrize("frequent", [True, False])
def test_most_work_is_done_in_time_and_some_is_late_or_missing(frequent):
    fates = Counter(decide(dice_for(1, str(n)), due=NOW - 10 * DAY, now=NOW, frequent=frequent) for n in range(1000))

    assert fates[Fate.ON_TIME] > 800
    assert fates[Fate.LATE] > 0
    assert fates[Fate.MISSING] > 0
    assert (fates[Fate.WAIVED] > 0) == (not frequent)


def test_what_is_not_due_yet_is_neither_late_nor_waived():
    fates = {decide(dice_for(1, str(n)), due=NOW + DAY, now=NOW, frequent=False) for n in range(200)}

    assert fates == {Fate.ON_TIME, Fate.MISSING}


@given(
    seed=st.integers(0, 99),
    start=st.integers(1, 90 * 86400),
    length=st.integers(0, 90 * 86400),
    fate=st.sampled_from([Fate.ON_TIME, Fate.LATE, Fate.WAIVED]),
)
def test_nothing_happens_before_its_window_or_after_now(seed, start, length, fate):
    begins = NOW - timedelta(seconds=start)
    due = begins + timedelta(seconds=length)
    if fate is Fate.LATE and due + timedelta(hours=2) >= NOW:
        fate = Fate.ON_TIME

    at = done_at(dice_for(seed), fate, start=begins, due=due, now=NOW)

    assert begins <= at <= NOW
    assert (at > due) == (fate is Fate.LATE)
    assert at.microsecond == 0


def test_work_falls_into_office_hours_where_the_window_allows():
    first, last = day_start(date(2026, 11, 1)), day_end(date(2026, 11, 19))

    hours = {moment(dice_for(n), first, last).astimezone(SHANGHAI).hour for n in range(100)}

    assert hours == set(range(9, 18))
