"""Dates as clerks write them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.ledgers import CellError
from kangwei.core.ledgers.dates import read_date

DAY = date(2026, 1, 5)
WRITINGS = (
    lambda day: day,
    lambda day: datetime.combine(day, time(9, 30)),
    lambda day: f"{day.year}-{day.month}-{day.day}",
    lambda day: f"{day:%Y-%m-%d}",
    lambda day: f"{day.year}/{day.month:02}/{day.day:02}",
    lambda day: f"{day.year}.{day.month}.{day.day}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f" {day.year} 年 {day.month} 月 {day.day} 号",
    lambda day: f"{day:%Y%m%d}",
    lambda day: float(f"{day:%Y%m%d}"),
    lambda day: f"{day:%Y-%m-%d} 00:00:00",
    lambda day: f"{day:%Y-%m-%d}T08:15",
    lambda day: f"{day:%Y/%m/%d}".translate(str.maketrans("0123456789/", "０１２３４５６７８９／")),
)


@given(st.dates(date(1950, 1, 1), date(2150, 12, 31)), st.sampled_from(WRITINGS))
def test_a_day_in_every_writing(day, writing):
    assert read_date(writing(day)) == day


@given(st.dates(date(1954, 10, 3), date(2119, 1, 10)), st.sampled_from((int, float, str, lambda n: n + 0.75)))
def test_a_day_as_a_number_of_excel(day, form):
    assert read_date(form((day - date(1899, 12, 30)).days)) == day


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("2026年1月", "缺少日，写的是「2026年1月」"),
        ("2026-1", "缺少日，写的是「2026-1」"),
        (2026.1, "缺少日，写的是「2026.1」"),
        ("2026年", "缺少月和日，写的是「2026年」"),
        (2026.0, "缺少月和日，写的是「2026」"),
        ("26-1-5", "年份要写四位，写的是「26-1-5」"),
        ("26年1月5日", "年份要写四位，写的是「26年1月5日」"),
        ("2026-02-30", "没有这一天：「2026-02-30」"),
        ("2月30日", "不是日期，应写成 2026-01-05，写的是「2月30日」"),
        ("20261301", "没有这一天：「20261301」"),
        ("1/5/2026", "请按年月日的顺序写，写的是「1/5/2026」"),
        ("2026-1/5", "不是日期，应写成 2026-01-05，写的是「2026-1/5」"),
        ("长期", "不是日期，没有期限请留空，写的是「长期」"),
        ("0206-01-05", "年份应在 1950 至 2150 之间，写的是 206"),
        (date(1900, 1, 1), "年份应在 1950 至 2150 之间，写的是 1900"),
        (time(9, 30), "应为日期，这一格是时间或是否"),
        (timedelta(hours=1), "应为日期，这一格是时间或是否"),
        (True, "应为日期，这一格是时间或是否"),
        (19999, "不是日期，应写成 2026-01-05，写的是「19999」"),
    ],
)
def test_what_is_no_day(value, why):
    with pytest.raises(CellError) as refusal:
        read_date(value)
    assert str(refusal.value) == why
