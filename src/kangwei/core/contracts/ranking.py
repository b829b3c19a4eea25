"""The orders in which clauses of several contracts stand beside one another.

Works on clauses as `clause_data` gives them, which is also how they are stored.
"""

from typing import Any

from kangwei.core.calendars import Duration

CADENCE_CLASSES = {
    "day": "每日", "workday": "每工作日", "week": "每周", "month": "每月", "quarter": "每季度", "half-year": "每半年",
    "quota": "每年及服务期定额", "rotation": "分批轮转", "milestones": "按里程碑", "occasions": "节假日与重点时期",
    "event": "事件触发",
}  # fmt: skip
"""Every class of cadences, from the most frequent to what no calendar foresees."""

_CLASS_OF_FORM = {
    "per": "quota", "rotate": "rotation", "by": "milestones", "during": "occasions", "before": "occasions",
    "on": "event",
}  # fmt: skip


def cadence_class(cadence: dict[str, Any]) -> str:
    """The class of CADENCE_CLASSES that a stored cadence belongs to; once in a calendar year counts as a quota."""
    if "every" in cadence:
        return "quota" if cadence["every"] == "year" else str(cadence["every"])
    return next(name for key, name in _CLASS_OF_FORM.items() if key in cadence)


_DAY = 24 * 60
_MINUTES = {
    "m": 1, "h": 60, "d": _DAY,
    # The end of today is never later than a day from now, that of tomorrow never earlier.
    "same-day": _DAY - 1, "next-day": _DAY + 1,
    # Five of them fill a week of seven days.
    "wd": _DAY * 7 / 5,
}  # fmt: skip


def tightness(limit: str) -> float:
    """What limits are sorted by, tightest first: about so many minutes, whatever they are written in."""
    duration = Duration.parse(limit)
    return duration.amount * _MINUTES[duration.unit]
