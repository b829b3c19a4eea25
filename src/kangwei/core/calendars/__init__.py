"""Time as contracts count it: the statutory calendar, service windows, working time, durations and cadences.

Instants are aware and leave in UTC; days are those of Asia/Shanghai; a naive datetime is a ValueError
everywhere.
"""

from .cadences import (
    EVENTS,
    FORMS,
    Before,
    Cadence,
    CadenceForm,
    During,
    Milestones,
    OnEvent,
    Periodic,
    Quota,
    Rotation,
)
from .days import CalendarDay, CalendarError, HolidayPeriod
from .durations import Duration, due, due_is_estimated
from .instants import SHANGHAI, as_utc, day_end, day_start, local_day
from .service_window import ServiceWindow
from .statutory import StatutoryCalendar, bundled_calendar
from .terms import KeyPeriod, Term, Window
from .working_time import WorkingTime

__all__ = [
    "EVENTS",
    "FORMS",
    "SHANGHAI",
    "Before",
    "Cadence",
    "CadenceForm",
    "CalendarDay",
    "CalendarError",
    "Duration",
    "During",
    "HolidayPeriod",
    "KeyPeriod",
    "Milestones",
    "OnEvent",
    "Periodic",
    "Quota",
    "Rotation",
    "ServiceWindow",
    "StatutoryCalendar",
    "Term",
    "Window",
    "WorkingTime",
    "as_utc",
    "bundled_calendar",
    "day_end",
    "day_start",
    "due",
    "due_is_estimated",
    "local_day",
]
