import pytest

from kangwei.core.calendars import StatutoryCalendar, bundled_calendar


@pytest.fixture
def calendar() -> StatutoryCalendar:
    return bundled_calendar()
