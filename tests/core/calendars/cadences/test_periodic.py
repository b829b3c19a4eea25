from datetime import date, datetime

import pytest
from pydantic import ValidationError

from kangwei.core.calendars import SHANGHAI, Term

AUTUMN = Term(date(2026, 9, 15), date(2026, 11, 10))
FIVE_DAYS = Term(date(2026, 2, 12), date(2026, 2, 16))  # a make-up Saturday, then the Spring Festival


def test_months_are_cut_to_the_term(read, spans, calendar):
    windows = read({"every": "month"}).windows(AUTUMN, calendar)

    assert spans(windows) == [
        ("2026-09", "09-15", "09-30"),
        ("2026-10", "10-01", "10-31"),
        ("2026-11", "11-01", "11-10"),
    ]
    assert [window.label for window in windows] == ["2026年9月", "2026年10月", "2026年11月"]


def test_a_window_lasts_from_local_midnight_to_the_last_second(read, calendar):
    window = read({"every": "month"}).windows(AUTUMN, calendar)[0]

    assert window.start == datetime(2026, 9, 15, tzinfo=SHANGHAI)
    assert window.due == datetime(2026, 9, 30, 23, 59, 59, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("every", "period", "label"),
    [
        ("day", "2026-09-15", "2026-09-15"),
        ("week", "2026-W38", "2026年第38周"),
        ("quarter", "2026-Q3", "2026年第3季度"),
        ("half-year", "2026-H2", "2026年下半年"),
        ("year", "2026", "2026年"),
    ],
)
def test_each_period_has_its_key_and_label(read, calendar, every, period, label):
    window = read({"every": every}).windows(AUTUMN, calendar)[0]

    assert (window.period, window.label) == (period, label)


def test_a_week_belongs_to_the_year_of_its_thursday(read, spans, calendar):
    turn_of_the_year = Term(date(2027, 1, 1), date(2027, 1, 4))  # Friday to Monday

    assert spans(read({"every": "week"}).windows(turn_of_the_year, calendar)) == [
        ("2026-W53", "01-01", "01-03"),
        ("2027-W01", "01-04", "01-04"),
    ]


def test_workdays_include_the_make_up_saturday(read, spans, calendar):
    assert [period for period, _, _ in spans(read({"every": "workday"}).windows(FIVE_DAYS, calendar))] == [
        "2026-02-12",
        "2026-02-13",
        "2026-02-14",
    ]


def test_only_workdays_rest_on_the_calendar(read, calendar):
    january = Term(date(2027, 1, 4), date(2027, 1, 8))

    assert all(window.estimated for window in read({"every": "workday"}).windows(january, calendar))
    assert not any(window.estimated for window in read({"every": "day"}).windows(january, calendar))


def test_several_times_share_the_period_out(read, spans, calendar):
    windows = read({"every": "quarter", "times": 2}).windows(Term.of(date(2026, 1, 1), 6), calendar)

    assert spans(windows) == [
        ("2026-Q1#1", "01-01", "02-14"),
        ("2026-Q1#2", "02-15", "03-31"),
        ("2026-Q2#1", "04-01", "05-15"),
        ("2026-Q2#2", "05-16", "06-30"),
    ]
    assert [window.nth for window in windows] == [1, 2, 1, 2]


def test_a_part_before_the_term_is_not_owed_and_the_others_keep_their_number(read, spans, calendar):
    late_start = Term(date(2026, 6, 20), date(2026, 7, 10))

    assert spans(read({"every": "month", "times": 2}).windows(late_start, calendar)) == [
        ("2026-06#2", "06-20", "06-30"),
        ("2026-07#1", "07-01", "07-10"),
    ]


def test_several_times_a_day_share_the_day_under_their_slot_names(read, calendar):
    one_day = Term(date(2026, 11, 21), date(2026, 11, 21))
    cadence = read({"every": "day", "times": 3, "slots": ["开诊前", "高峰期", "高峰期"]})

    windows = cadence.windows(one_day, calendar)

    assert [(window.period, window.label) for window in windows] == [
        ("2026-11-21#1", "2026-11-21 第1次 开诊前"),
        ("2026-11-21#2", "2026-11-21 第2次 高峰期"),
        ("2026-11-21#3", "2026-11-21 第3次 高峰期"),
    ]
    assert {(window.start, window.due) for window in windows} == {
        (datetime(2026, 11, 21, tzinfo=SHANGHAI), datetime(2026, 11, 21, 23, 59, 59, tzinfo=SHANGHAI))
    }


def test_hours_of_the_day_make_the_window_that_long(read, calendar):
    one_day = Term(date(2026, 11, 23), date(2026, 11, 23))

    windows = read({"every": "workday", "at": ["07:00-08:00", "22:00-24:00"]}).windows(one_day, calendar)

    assert [(window.start, window.due) for window in windows] == [
        (datetime(2026, 11, 23, 7, tzinfo=SHANGHAI), datetime(2026, 11, 23, 8, tzinfo=SHANGHAI)),
        (datetime(2026, 11, 23, 22, tzinfo=SHANGHAI), datetime(2026, 11, 23, 23, 59, 59, tzinfo=SHANGHAI)),
    ]


def test_named_days_of_the_week(read, spans, calendar):
    two_weeks = Term(date(2026, 9, 15), date(2026, 9, 27))  # Tuesday to Sunday

    assert spans(read({"every": "week", "at": ["Mon", "Fri"]}).windows(two_weeks, calendar)) == [
        ("2026-W38#2", "09-18", "09-18"),
        ("2026-W39#1", "09-21", "09-21"),
        ("2026-W39#2", "09-25", "09-25"),
    ]


def test_the_31st_is_the_last_day_of_a_shorter_month(read, spans, calendar):
    winter = Term(date(2026, 1, 1), date(2026, 3, 30))

    assert spans(read({"every": "month", "at": [31]}).windows(winter, calendar)) == [
        ("2026-01", "01-31", "01-31"),
        ("2026-02", "02-28", "02-28"),
    ]


@pytest.mark.parametrize(
    ("cadence", "message"),
    [
        ({"every": "month", "times": 2, "at": [15]}, "at 写了1个，与 times 2 不符"),
        ({"every": "day", "slots": ["早", "晚"]}, "slots 写了2个，与 times 1 不符"),
        ({"every": "month", "at": [15, 1]}, "at 须按先后排列"),
        ({"every": "week", "at": ["Mon", "Mon"]}, "at 须按先后排列"),
        ({"every": "day", "at": ["07:00-09:00", "08:00-10:00"]}, "at 须按先后排列"),
        ({"every": "week", "at": ["Monday"]}, "at 里的「Monday」不能用于 every: week"),
        ({"every": "month", "at": [32]}, "at 里的「32」不能用于 every: month"),
        ({"every": "quarter", "at": [15]}, "at 里的「15」不能用于 every: quarter"),
        ({"every": "day", "at": ["22:00-02:00"]}, "at 里的「22:00-02:00」不能用于 every: day"),
        ({"every": "day", "at": ["noon"]}, "时段「noon」看不懂"),
        ({"every": "fortnight"}, "literal_error"),
        ({"every": "day", "times": 0}, "greater_than_equal"),
    ],
)
def test_what_contradicts_itself_is_refused(read, cadence, message):
    with pytest.raises(ValidationError, match=message):
        read(cadence)
