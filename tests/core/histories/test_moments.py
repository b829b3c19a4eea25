"""Moments: the order is stated, never guessed."""

import pytest

from kangwei.core.histories.moments import MomentError, Moments
from tests.core.histories.logs import feb


@pytest.mark.parametrize(
    ("orders", "text"),
    [
        (["day-first"], "3/2/2016 9:05"),
        (["day-first"], "03.02.2016 09:05:00"),
        (["month-first"], "2/3/2016 9:05"),
        (["year-first"], "2016-02-03 09:05"),
        (["day-first", "year-first"], "2016/2/3T9:05:00.000"),
    ],
)
def test_the_third_of_february(orders, text):
    assert Moments(orders).read(text) == feb("3 09:05")


@pytest.mark.parametrize(
    ("orders", "text", "reason"),
    [
        (["day-first"], "2/13/2016 9:05", "没有这个时刻"),
        (["day-first"], "31/2/2016 9:05", "没有这个时刻"),
        (["day-first"], "3/2/2016 25:05", "没有这个时刻"),
        (["day-first"], "3/2/2016", "读不懂"),
        (["day-first"], "3/2/16 9:05", "读不懂"),
        (["day-first"], "2016-02-03 9:05", "读不懂"),
        (["year-first"], "3/2/2016 9:05", "读不懂"),
        (["day-first"], "3/2-2016 9:05", "读不懂"),
        (["day-first"], "3/2/1816 9:05", "年份不可信"),
        (["day-first"], "３/2/2016 ٩:05", "读不懂"),
    ],
)
def test_what_is_no_moment_is_refused(orders, text, reason):
    with pytest.raises(MomentError, match=reason):
        Moments(orders).read(text)
