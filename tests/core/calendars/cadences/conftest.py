import pytest
from pydantic import TypeAdapter

from kangwei.core.calendars import Cadence

ADAPTER = TypeAdapter(Cadence)


@pytest.fixture
def read():
    """Read a cadence as a contract file does."""
    return ADAPTER.validate_python


@pytest.fixture
def spans():
    """Windows the way a person would note them: period and days."""
    return lambda windows: [(window.period, f"{window.first:%m-%d}", f"{window.last:%m-%d}") for window in windows]
