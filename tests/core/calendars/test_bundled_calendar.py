"""The shipped calendar against the notices of the State Council and against the `holidays` package."""

from datetime import date, timedelta

import holidays
import pytest

from kangwei.core.calendars import bundled_calendar

# First and last day off of every break, and the days worked for it, typed in from the notices themselves.
NOTICES = {
    2024: {
        "元旦": ("01-01", "01-01", []),
        "春节": ("02-10", "02-17", ["02-04", "02-18"]),
        "清明节": ("04-04", "04-06", ["04-07"]),
        "劳动节": ("05-01", "05-05", ["04-28", "05-11"]),
        "端午节": ("06-08", "06-10", []),
        "中秋节": ("09-15", "09-17", ["09-14"]),
        "国庆节": ("10-01", "10-07", ["09-29", "10-12"]),
    },
    2025: {
        "元旦": ("01-01", "01-01", []),
        "春节": ("01-28", "02-04", ["01-26", "02-08"]),
        "清明节": ("04-04", "04-06", []),
        "劳动节": ("05-01", "05-05", ["04-27"]),
        "端午节": ("05-31", "06-02", []),
        "国庆节、中秋节": ("10-01", "10-08", ["09-28", "10-11"]),
    },
    2026: {
        "元旦": ("01-01", "01-03", ["01-04"]),
        "春节": ("02-15", "02-23", ["02-14", "02-28"]),
        "清明节": ("04-04", "04-06", []),
        "劳动节": ("05-01", "05-05", ["05-09"]),
        "端午节": ("06-19", "06-21", []),
        "中秋节": ("09-25", "09-27", []),
        "国庆节": ("10-01", "10-07", ["09-20", "10-10"]),
    },
}


def days_of(year):
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", NOTICES)
def test_breaks_are_those_of_the_notice(calendar, year):
    found = {
        period.name: (f"{period.first:%m-%d}", f"{period.last:%m-%d}")
        for period in calendar.holidays(date(year, 1, 1), date(year, 12, 31))
    }

    assert found == {name: (first, last) for name, (first, last, _) in NOTICES[year].items()}


@pytest.mark.parametrize("year", NOTICES)
def test_make_up_days_are_those_of_the_notice(calendar, year):
    entries = [entry for entry in map(calendar.entry, days_of(year)) if entry and entry.kind == "makeup"]
    stated = [(day, name) for name, (_, _, worked) in NOTICES[year].items() for day in worked]

    assert [(f"{entry.day:%m-%d}", entry.name) for entry in entries] == sorted(stated)


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
def test_working_days_agree_with_the_holidays_package(calendar, year):
    china = holidays.country_holidays("CN", years=year)

    assert [d for d in days_of(year) if calendar.is_working_day(d) != china.is_working_day(d)] == []


def test_official_years_name_the_notice_they_rest_on(calendar):
    entry = calendar.entry(date(2026, 10, 1))

    assert (entry.kind, entry.name, entry.estimated) == ("holiday", "国庆节", False)
    assert "国办发明电〔2025〕7号" in entry.source


def test_2027_is_estimated_from_the_statutory_days(calendar):
    year_2027 = date(2027, 1, 1), date(2027, 12, 31)

    assert {period.name: f"{period.first:%m-%d}" for period in calendar.holidays(*year_2027)} == {
        "元旦": "01-01",
        "春节": "02-05",
        "清明节": "04-03",
        "劳动节": "05-01",
        "端午节": "06-09",
        "中秋节": "09-15",
        "国庆节": "10-01",
    }
    assert all(period.estimated for period in calendar.holidays(*year_2027))
    assert not any(day.kind == "makeup" for day in map(calendar.entry, days_of(2027)) if day)
    assert calendar.is_estimated(*year_2027)


def test_is_read_once():
    assert bundled_calendar() is bundled_calendar()
