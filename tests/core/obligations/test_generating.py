"""Duties become dated occurrences."""

from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter

from kangwei.core.calendars import Cadence, KeyPeriod, Term, bundled_calendar
from kangwei.core.obligations import DutySpec, generate

TARGETS = {
    "database": ("甲库", "乙库"),
    "district": ("东城", "西城", "海淀"),
    "none": (),
}
KEY_PERIODS = (KeyPeriod("两会", date(2026, 3, 4), date(2026, 3, 12)),)
YEAR = Term(date(2026, 1, 1), date(2026, 12, 31))


def occurrences(cadence, *, per="", term=YEAR):
    duty = DutySpec("d", TypeAdapter(Cadence).validate_python(cadence), per)
    return list(generate([duty], TARGETS, term, bundled_calendar(), KEY_PERIODS))


def keys(cadence, *, per="", term=YEAR):
    return [occurrence.key for occurrence in occurrences(cadence, per=per, term=term)]


@pytest.mark.parametrize(
    ("cadence", "count", "first", "last"),
    [
        ({"every": "day"}, 365, "d|2026-01-01", "d|2026-12-31"),
        ({"every": "day", "times": 3}, 1095, "d|2026-01-01#1", "d|2026-12-31#3"),
        # 365 days less 104 weekend days and 19 days off from Monday to Friday, and 6 make-up days.
        ({"every": "workday"}, 248, "d|2026-01-04", "d|2026-12-31"),
        ({"every": "week"}, 53, "d|2026-W01", "d|2026-W53"),
        ({"every": "month"}, 12, "d|2026-01", "d|2026-12"),
        ({"every": "month", "times": 2}, 24, "d|2026-01#1", "d|2026-12#2"),
        ({"every": "quarter"}, 4, "d|2026-Q1", "d|2026-Q4"),
        ({"every": "half-year"}, 2, "d|2026-H1", "d|2026-H2"),
        ({"every": "year"}, 1, "d|2026", "d|2026"),
        ({"times": 52, "per": "term"}, 52, "d|term#1", "d|term#52"),
        ({"times": 2, "per": "year"}, 2, "d|year1#1", "d|year1#2"),
        ({"by": {"midterm": 40, "end": 100}}, 2, "d|midterm", "d|end"),
        ({"during": "holidays"}, 7, "d|2026-元旦", "d|2026-国庆节"),
        ({"during": "key-periods"}, 1, "d|2026-两会", "d|2026-两会"),
        ({"before": "holidays", "names": ["国庆"]}, 1, "d|2026-国庆节", "d|2026-国庆节"),
    ],
    ids=str,
)
def test_a_duty_is_owed_once_a_window(cadence, count, first, last):
    found = keys(cadence)
    assert (len(found), found[0], found[-1]) == (count, first, last)
    assert len(set(found)) == count


def test_an_occurrence_says_when_and_for_what():
    occurrence, *_ = occurrences({"every": "month"}, per="database")
    assert (occurrence.duty, occurrence.target, occurrence.period, occurrence.label) == (
        "d",
        "甲库",
        "2026-01",
        "2026年1月",
    )
    assert occurrence.start == datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
    assert occurrence.due == datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC)
    assert not occurrence.estimated


def test_with_per_it_is_owed_for_each_target_window_by_window():
    assert keys({"every": "half-year"}, per="database") == [
        "d|甲库|2026-H1", "d|乙库|2026-H1", "d|甲库|2026-H2", "d|乙库|2026-H2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cadence",
    [
        {"every": "week"},
        {"times": 5, "per": "term"},
        {"by": {"end": 100}},
        {"during": "holidays"},
        {"before": "holidays"},
    ],
    ids=str,
)
def test_per_multiplies_every_form(cadence):
    single, both = keys(cadence), keys(cadence, per="database")
    assert sorted(both) == sorted(key.replace("d|", f"d|{target}|") for key in single for target in TARGETS["database"])


def test_rotation_takes_the_members_in_turn():
    rotation = {"rotate": {"over": "district", "batch": 2, "every": "quarter"}}
    assert keys(rotation) == [
        "d|东城|2026-Q1", "d|西城|2026-Q1",
        "d|海淀|2026-Q2", "d|东城|2026-Q2",
        "d|西城|2026-Q3", "d|海淀|2026-Q3",
        "d|东城|2026-Q4", "d|西城|2026-Q4",
    ]  # fmt: skip


def test_a_batch_larger_than_the_group_takes_each_once():
    rotation = {"rotate": {"over": "database", "batch": 5, "every": "year"}}
    assert keys(rotation) == ["d|甲库|2026", "d|乙库|2026"]


def test_an_empty_group_is_owed_nothing():
    assert keys({"every": "month"}, per="none") == []
    assert keys({"rotate": {"over": "none", "batch": 2, "every": "month"}}) == []


@pytest.mark.parametrize("event", ["change", "incident"])
def test_work_for_an_event_is_not_owed_in_advance(event):
    assert keys({"on": event, "within": "2wd"}, per="database") == []


def test_windows_end_with_the_term():
    term = Term(date(2026, 2, 10), date(2026, 3, 9))
    first, second = occurrences({"every": "month"}, term=term)
    assert (first.key, first.start) == ("d|2026-02", datetime(2026, 2, 9, 16, 0, tzinfo=UTC))
    assert (second.key, second.due) == ("d|2026-03", datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC))


def test_parts_of_periods_count_and_contract_years_do_not_depend_on_the_first_day():
    term = Term.of(date(2026, 3, 15), 12)
    assert len(keys({"every": "month"}, term=term)) == 13
    assert keys({"every": "year"}, term=term) == ["d|2026", "d|2027"]
    assert keys({"times": 1, "per": "year"}, term=term) == ["d|year1#1"]


def test_days_that_may_still_be_rearranged_say_so():
    term = Term(date(2026, 12, 31), date(2027, 1, 4))
    assert [(row.period, row.estimated) for row in occurrences({"every": "workday"}, term=term)] == [
        ("2026-12-31", False), ("2027-01-04", True),
    ]  # fmt: skip
    assert not any(row.estimated for row in occurrences({"every": "day"}, term=term))


def test_duties_come_one_after_the_other():
    yearly, half = (TypeAdapter(Cadence).validate_python({"every": every}) for every in ("year", "half-year"))
    duties = [DutySpec("b", yearly), DutySpec("a", half)]
    found = [occurrence.key for occurrence in generate(duties, TARGETS, YEAR, bundled_calendar())]
    assert found == ["b|2026", "a|2026-H1", "a|2026-H2"]


@pytest.mark.parametrize(
    ("cadence", "per"),
    [({"every": "month"}, "host"), ({"rotate": {"over": "host", "batch": 1, "every": "month"}}, "")],
)
def test_a_group_that_nobody_knows_is_an_error(cadence, per):
    with pytest.raises(KeyError, match="host"):
        keys(cadence, per=per)
