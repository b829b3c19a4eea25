from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.calendars import Term
from kangwei.core.calendars.terms import split


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 11, 21), 12, date(2027, 11, 20)),
        (date(2026, 3, 1), 1, date(2026, 3, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 29), 1, date(2026, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
    ],
)
def test_a_term_ends_on_the_day_before_the_anniversary(start, months, last):
    assert Term.of(start, months) == Term(start, last)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 60))
def test_a_longer_term_ends_later(start, months):
    assert Term.of(start, months).last < Term.of(start, months + 1).last


def test_a_term_has_at_least_a_day():
    with pytest.raises(ValueError, match="早于第一天"):
        Term(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(ValueError, match="至少为1个月"):
        Term.of(date(2026, 1, 1), 0)


def test_the_years_of_a_term_begin_on_its_anniversaries():
    assert list(Term.of(date(2026, 11, 21), 18).years()) == [
        (date(2026, 11, 21), date(2027, 11, 20)),
        (date(2027, 11, 21), date(2028, 11, 20)),
    ]


def test_more_parts_than_days_share_days():
    assert split(date(2026, 1, 1), date(2026, 1, 2), 3) == [
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 1, 2), date(2026, 1, 2)),
    ]


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 400), st.data())
def test_parts_follow_each_other_and_differ_by_a_day_or_are_months(first, days, data):
    last = first + timedelta(days=days - 1)
    parts = split(first, last, data.draw(st.integers(1, days)))
    lengths = {(end - begin).days for begin, end in parts}

    assert (parts[0][0], parts[-1][1]) == (first, last)
    assert all(after[0] - before[1] == timedelta(days=1) for before, after in pairwise(parts))
    assert max(lengths) - min(lengths) <= 1 or min(lengths) >= 27


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from([1, 2, 3, 4, 6, 12]))
def test_a_year_in_so_many_parts_is_cut_at_anniversaries_of_its_first_day(first, parts):
    year = Term.of(first, 12)
    cut = split(year.first, year.last, parts)

    assert cut == [(Term.of(first, n * 12 // parts).last + timedelta(days=1) if n else first,
                    Term.of(first, (n + 1) * 12 // parts).last) for n in range(parts)]  # fmt: skip
