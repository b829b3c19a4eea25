from datetime import date

import pytest
from pydantic import ValidationError

from kangwei.core.calendars import KeyPeriod, Term

YEAR_2025 = Term.of(date(2025, 1, 1), 12)


def test_every_break_inside_the_term(read, spans, calendar):
    windows = read({"during": "holidays"}).windows(Term.of(date(2026, 4, 1), 6), calendar)

    assert spans(windows) == [
        ("2026-清明节", "04-04", "04-06"),
        ("2026-劳动节", "05-01", "05-05"),
        ("2026-端午节", "06-19", "06-21"),
        ("2026-中秋节", "09-25", "09-27"),
    ]
    assert windows[1].label == "2026年劳动节"


def test_a_break_is_cut_to_the_term(read, spans, calendar):
    assert spans(read({"during": "holidays"}).windows(Term.of(date(2026, 10, 3), 1), calendar)) == [
        ("2026-国庆节", "10-03", "10-07")
    ]


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("五一", "2025-劳动节"),
        ("劳动节", "2025-劳动节"),
        ("十一", "2025-国庆节、中秋节"),
        ("国庆", "2025-国庆节、中秋节"),
        ("中秋节", "2025-国庆节、中秋节"),
        ("除夕", "2025-春节"),
    ],
)
def test_names_are_matched_as_people_use_them(read, calendar, name, period):
    windows = read({"during": "holidays", "names": [name]}).windows(YEAR_2025, calendar)

    assert [window.period for window in windows] == [period]


def test_two_names_of_one_combined_break_give_one_window(read, calendar):
    windows = read({"during": "holidays", "names": ["国庆节", "中秋节"]}).windows(YEAR_2025, calendar)

    assert [window.period for window in windows] == ["2025-国庆节、中秋节"]


def test_holidays_of_an_estimated_year_say_so(read, calendar):
    windows = read({"during": "holidays", "names": ["元旦"]}).windows(Term.of(date(2026, 1, 1), 24), calendar)

    assert [(window.period, window.estimated) for window in windows] == [
        ("2026-元旦", False),
        ("2027-元旦", True),
    ]


def test_a_name_that_is_no_holiday_is_refused(read):
    with pytest.raises(ValidationError, match="没有「圣诞节」这个法定节假日，可写：元旦、春节"):
        read({"during": "holidays", "names": ["圣诞节"]})


KEY_PERIODS = [
    KeyPeriod("服贸会", date(2026, 9, 10), date(2026, 9, 14)),
    KeyPeriod("两会", date(2026, 3, 3), date(2026, 3, 12)),
    KeyPeriod("两会", date(2027, 3, 3), date(2027, 3, 12)),
    KeyPeriod("专项检查", date(2026, 5, 11), date(2026, 5, 12)),
    KeyPeriod("专项检查", date(2026, 8, 3), date(2026, 8, 4)),
]


def test_key_periods_are_those_the_buyer_named(read, spans, calendar):
    windows = read({"during": "key-periods"}).windows(Term.of(date(2026, 3, 10), 12), calendar, KEY_PERIODS)

    assert spans(windows) == [
        ("2026-两会", "03-10", "03-12"),
        ("2026-专项检查", "05-11", "05-12"),
        ("2026-专项检查#2", "08-03", "08-04"),
        ("2026-服贸会", "09-10", "09-14"),
        ("2027-两会", "03-03", "03-09"),
    ]


def test_key_periods_can_be_chosen_by_name(read, spans, calendar):
    cadence = read({"during": "key-periods", "names": ["服贸会"]})

    assert spans(cadence.windows(Term.of(date(2026, 1, 1), 12), calendar, KEY_PERIODS)) == [
        ("2026-服贸会", "09-10", "09-14")
    ]
