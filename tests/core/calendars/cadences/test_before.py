from datetime import date

import pytest
from pydantic import ValidationError

from kangwei.core.calendars import Term


def test_a_week_before_each_break_unless_said_otherwise(read, spans, calendar):
    windows = read({"before": "holidays"}).windows(Term.of(date(2026, 4, 1), 3), calendar)

    assert spans(windows) == [
        ("2026-清明节", "04-01", "04-03"),  # cut to the term
        ("2026-劳动节", "04-24", "04-30"),
        ("2026-端午节", "06-12", "06-18"),
    ]
    assert windows[1].label == "2026年劳动节前"


def test_so_many_days_before_the_named_holidays(read, spans, calendar):
    cadence = read({"before": "holidays", "names": ["春节", "国庆"], "days": 3})

    assert spans(cadence.windows(Term.of(date(2026, 1, 1), 12), calendar)) == [
        ("2026-春节", "02-12", "02-14"),
        ("2026-国庆节", "09-28", "09-30"),
    ]


def test_the_break_itself_may_lie_after_the_term(read, spans, calendar):
    ends_with_september = Term(date(2026, 9, 28), date(2026, 9, 30))

    assert spans(read({"before": "holidays", "days": 2}).windows(ends_with_september, calendar)) == [
        ("2026-国庆节", "09-29", "09-30")
    ]


def test_a_break_that_opens_the_term_had_its_days_before_it(read, calendar):
    assert read({"before": "holidays"}).windows(Term(date(2026, 10, 1), date(2026, 10, 31)), calendar) == []


def test_an_estimated_break_makes_the_days_before_it_estimated(read, calendar):
    december = Term(date(2026, 12, 1), date(2026, 12, 31))

    assert [window.estimated for window in read({"before": "holidays"}).windows(december, calendar)] == [True]


@pytest.mark.parametrize("wrong", [{"before": "key-periods"}, {"before": "holidays", "days": 0}])
def test_anything_else_is_refused(read, wrong):
    with pytest.raises(ValidationError):
        read(wrong)


def test_a_name_that_is_no_holiday_is_refused(read):
    with pytest.raises(ValidationError, match="没有「双十一」这个法定节假日"):
        read({"before": "holidays", "names": ["双十一"]})
