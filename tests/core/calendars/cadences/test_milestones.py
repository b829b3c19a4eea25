from datetime import date

import pytest
from pydantic import ValidationError

from kangwei.core.calendars import Term

YEAR = Term.of(date(2026, 1, 1), 12)


def test_shares_are_owed_by_the_middle_and_by_the_end(read, spans, calendar):
    cadence = read({"by": {"midterm": 40, "end": 100}})
    windows = cadence.windows(YEAR, calendar)

    assert spans(windows) == [("midterm", "01-01", "06-30"), ("end", "01-01", "12-31")]
    assert [cadence.share[window.period] for window in windows] == [40, 100]
    assert [window.label for window in windows] == ["中期（40%）", "期末（100%）"]


def test_one_milestone_is_enough(read, spans, calendar):
    assert spans(read({"by": {"end": 95}}).windows(YEAR, calendar)) == [("end", "01-01", "12-31")]


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({}, "too_short"),
        ({"midterm": 0}, "greater_than_equal"),
        ({"end": 101}, "less_than_equal"),
        ({"quarter": 25}, "literal_error"),
        ({"midterm": 60, "end": 50}, "中期的比例不能高于期末"),
    ],
)
def test_impossible_shares_are_refused(read, shares, message):
    with pytest.raises(ValidationError, match=message):
        read({"by": shares})
