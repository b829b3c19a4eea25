"""What holds for every form of cadence."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kangwei.core.calendars import (
    FORMS,
    Cadence,
    KeyPeriod,
    Term,
    bundled_calendar,
    day_end,
    day_start,
)

EXAMPLES = {
    "{every: day}": "每日",
    "{every: workday}": "每工作日",
    "{every: day, times: 3, slots: [开诊前, 高峰期, 高峰期]}": "每日3次",
    "{every: workday, at: ['07:00-08:00', '12:00-13:30']}": "每工作日2次（07:00-08:00、12:00-13:30）",
    "{every: week, at: [Mon]}": "每周1次（周一）",
    "{every: week, times: 2}": "每周2次",
    "{every: month}": "每月1次",
    "{every: month, at: [15, 31]}": "每月2次（15日、31日）",
    "{every: quarter}": "每季度1次",
    "{every: half-year}": "每半年1次",
    "{every: year, times: 2}": "每年2次",
    "{times: 2, per: year}": "每年2次",
    "{times: 52, per: term}": "合同期内52次",
    "{by: {midterm: 40, end: 100}}": "中期完成40%、期末完成100%",
    "{rotate: {over: 各区, batch: 2, every: month}}": "每月2个轮转",
    "{during: holidays}": "法定节假日期间",
    "{during: holidays, names: [春节, 十一]}": "春节、十一期间",
    "{during: key-periods}": "重点保障期间",
    "{before: holidays, days: 3}": "法定节假日前3天内",
    "{on: change, within: 2wd}": "每次变更后2个工作日内",
    "{on: incident, within: same-day}": "每次事件当日",
    "{on: drill}": "每次演练",
}
CADENCE = TypeAdapter(Cadence)
KEY_PERIODS = [KeyPeriod("两会", date(2026, 3, 3), date(2026, 3, 12))]

cadences = st.sampled_from([CADENCE.validate_python(yaml.safe_load(text)) for text in EXAMPLES])
terms = st.builds(Term.of, st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(1, 24))


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_cadence_of_a_contract_file_is_read_and_labelled(read, text):
    assert read(yaml.safe_load(text)).label == EXAMPLES[text]


def test_the_examples_show_every_form():
    assert {type(CADENCE.validate_python(yaml.safe_load(text))) for text in EXAMPLES} == set(FORMS)


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_cadence_survives_json(read, text):
    cadence = read(yaml.safe_load(text))

    assert CADENCE.validate_json(CADENCE.dump_json(cadence)) == cadence


@pytest.mark.parametrize("unknown", [{"times": 12}, {"monthly": True}, "每月", None])
def test_an_unknown_form_is_answered_with_the_known_ones(read, unknown):
    with pytest.raises(ValidationError, match="可以用的有：every、per、by、rotate、during、before、on"):
        read(unknown)


def test_keys_of_two_forms_do_not_mix(read):
    with pytest.raises(ValidationError, match="extra_forbidden"):
        read({"every": "month", "per": "term"})


@settings(deadline=None)
@given(cadences, terms)
def test_windows_lie_inside_the_term_and_their_keys_are_unique(cadence, term):
    windows = cadence.windows(term, bundled_calendar(), KEY_PERIODS)

    assert all(term.first <= window.first <= window.last <= term.last for window in windows)
    assert all(day_start(window.first) <= window.start < window.due for window in windows)
    assert all(window.due <= day_end(window.last) for window in windows)
    assert len({window.period for window in windows}) == len(windows)


@settings(deadline=None)
@given(cadences, terms)
def test_generating_twice_changes_nothing(cadence, term):
    windows = cadence.windows(term, bundled_calendar(), KEY_PERIODS)

    assert cadence.windows(term, bundled_calendar(), KEY_PERIODS) == windows


@settings(deadline=None)
@given(st.sampled_from(["day", "week", "month", "quarter", "half-year", "year"]), st.integers(1, 5), terms)
def test_natural_periods_cover_every_day_of_the_term_once(every, times, term):
    times = 1 if every == "day" else times
    windows = CADENCE.validate_python({"every": every, "times": times}).windows(term, bundled_calendar())

    assert (windows[0].first, windows[-1].last) == (term.first, term.last)
    assert all(after.first - before.last == timedelta(days=1) for before, after in pairwise(windows))


@settings(deadline=None)
@given(st.integers(1, 28), terms)
def test_a_quota_covers_every_day_of_the_term_once(times, term):
    windows = CADENCE.validate_python({"times": times, "per": "term"}).windows(term, bundled_calendar())

    assert len(windows) == times
    assert (windows[0].first, windows[-1].last) == (term.first, term.last)
    assert all(after.first - before.last == timedelta(days=1) for before, after in pairwise(windows))


@settings(deadline=None)
@given(terms)
def test_workdays_are_the_working_days_of_the_term(term):
    calendar = bundled_calendar()
    windows = CADENCE.validate_python({"every": "workday"}).windows(term, calendar)
    days = [term.first + timedelta(days=n) for n in range((term.last - term.first).days + 1)]

    assert [window.first for window in windows] == [day for day in days if calendar.is_working_day(day)]


@settings(deadline=None)
@given(cadences, terms, st.integers(1, 60))
def test_a_longer_term_keeps_the_keys_it_had(cadence, term, days):
    longer = Term(term.first, term.last + timedelta(days=days))
    before = {window.period for window in cadence.windows(term, bundled_calendar(), KEY_PERIODS)}

    assert before <= {window.period for window in cadence.windows(longer, bundled_calendar(), KEY_PERIODS)}
