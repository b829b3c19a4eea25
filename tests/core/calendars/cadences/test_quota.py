from datetime import date

import pytest
from pydantic import ValidationError

from kangwei.core.calendars import Term


def test_a_quota_shares_the_term_out(read, spans, calendar):
    windows = read({"times": 3, "per": "term"}).windows(Term.of(date(2026, 11, 21), 12), calendar)

    assert spans(windows) == [
        ("term#1", "11-21", "03-20"),
        ("term#2", "03-21", "07-20"),
        ("term#3", "07-21", "11-20"),
    ]
    assert [(window.label, window.nth) for window in windows] == [("第1次", 1), ("第2次", 2), ("第3次", 3)]


def test_a_yearly_quota_begins_anew_with_each_contract_year(read, spans, calendar):
    windows = read({"times": 2, "per": "year"}).windows(Term.of(date(2026, 7, 1), 24), calendar)

    assert spans(windows) == [
        ("year1#1", "07-01", "12-31"),
        ("year1#2", "01-01", "06-30"),
        ("year2#1", "07-01", "12-31"),
        ("year2#2", "01-01", "06-30"),
    ]
    assert windows[2].label == "第2年 第1次"


def test_twelve_a_year_are_a_month_each(read, spans, calendar):
    windows = read({"times": 12, "per": "term"}).windows(Term.of(date(2026, 1, 15), 12), calendar)

    assert spans(windows)[:3] == [
        ("term#1", "01-15", "02-14"),
        ("term#2", "02-15", "03-14"),
        ("term#3", "03-15", "04-14"),
    ]


def test_fifty_two_a_year_are_as_even_as_days_allow(read, calendar):
    windows = read({"times": 52, "per": "term"}).windows(Term.of(date(2026, 1, 1), 12), calendar)

    assert {(window.last - window.first).days + 1 for window in windows} == {7, 8}


def test_half_a_contract_year_owes_half_the_quota(read, spans, calendar):
    windows = read({"times": 4, "per": "year"}).windows(Term.of(date(2026, 1, 1), 18), calendar)

    assert [period for period, _, _ in spans(windows)] == [
        "year1#1",
        "year1#2",
        "year1#3",
        "year1#4",
        "year2#1",
        "year2#2",
    ]


@pytest.mark.parametrize("wrong", [{"per": "term"}, {"times": 0, "per": "term"}, {"times": 4, "per": "month"}])
def test_a_quota_needs_a_number_and_a_span(read, wrong):
    with pytest.raises(ValidationError):
        read(wrong)
