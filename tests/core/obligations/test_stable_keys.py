"""Generating again changes nothing, and a longer term only adds."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from kangwei.core.calendars import Cadence, KeyPeriod, Term, bundled_calendar
from kangwei.core.obligations import DutySpec, generate

EVERY = st.sampled_from(["day", "workday", "week", "month", "quarter", "half-year", "year"])
CADENCES = st.one_of(
    st.fixed_dictionaries({"every": EVERY, "times": st.integers(1, 5)}),
    st.fixed_dictionaries({"every": st.just("week"), "at": st.sampled_from([["Mon"], ["Tue", "Fri"]])}),
    st.fixed_dictionaries({"every": st.just("month"), "at": st.sampled_from([[1], [15, 31]])}),
    st.fixed_dictionaries({"times": st.integers(1, 60), "per": st.sampled_from(["year", "term"])}),
    st.sampled_from([{"by": {"midterm": 40, "end": 100}}, {"by": {"end": 80}}]),
    st.builds(
        lambda batch, every: {"rotate": {"over": "district", "batch": batch, "every": every}}, st.integers(1, 4), EVERY
    ),
    st.sampled_from([{"during": "holidays"}, {"during": "holidays", "names": ["春节"]}, {"during": "key-periods"}]),
    st.fixed_dictionaries({"before": st.just("holidays"), "days": st.integers(1, 31)}),
    st.just({"on": "change", "within": "2wd"}),
)
DUTIES = st.lists(st.tuples(CADENCES, st.sampled_from(["", "database"])), min_size=1, max_size=4)
FIRST_DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
TARGETS = {"database": ("甲库", "乙库"), "district": ("东城", "西城", "海淀")}
# The same name twice, once across the turn of the year.
KEY_PERIODS = tuple(
    KeyPeriod("重要会议", date(year, month, 25), date(year, month, 25) + timedelta(days=9))
    for year in (2024, 2025, 2026, 2027)
    for month in (3, 12)
)


def generated(duties, term):
    specs = [
        DutySpec(f"d{number}", TypeAdapter(Cadence).validate_python(cadence), per)
        for number, (cadence, per) in enumerate(duties)
    ]
    return list(generate(specs, TARGETS, term, bundled_calendar(), KEY_PERIODS))


@given(DUTIES, FIRST_DAYS, st.integers(0, 500))
def test_generating_twice_is_generating_once(duties, first, days):
    term = Term(first, first + timedelta(days=days))
    once = generated(duties, term)
    assert generated(duties, term) == once
    keys = [occurrence.key for occurrence in once]
    assert len(set(keys)) == len(keys)


@given(DUTIES, FIRST_DAYS, st.integers(0, 400), st.integers(1, 400))
def test_a_longer_term_keeps_every_occurrence_and_what_it_is_for(duties, first, days, more):
    term = Term(first, first + timedelta(days=days))
    longer = Term(first, first + timedelta(days=days + more))
    after = {occurrence.key: occurrence for occurrence in generated(duties, longer)}
    for occurrence in generated(duties, term):
        kept = after[occurrence.key]
        assert (kept.duty, kept.target, kept.period) == (occurrence.duty, occurrence.target, occurrence.period)


@given(DUTIES, FIRST_DAYS, st.integers(0, 400))
def test_every_window_lies_within_the_term_and_ends_after_it_begins(duties, first, days):
    term = Term(first, first + timedelta(days=days))
    (whole,) = generated([({"times": 1, "per": "term"}, "")], term)
    for occurrence in generated(duties, term):
        assert whole.start <= occurrence.start < occurrence.due <= whole.due
