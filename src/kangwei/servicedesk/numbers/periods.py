"""The periods that the numbers are looked at by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kangwei.core.calendars.cadences.periods import Every, period_of

PRESETS: Mapping[str, tuple[str, Every, int]] = {
    "today": ("今天", "day", 0),
    "week": ("本周", "week", 0),
    "month": ("本月", "month", 0),
    "quarter": ("本季", "quarter", 0),
    "last-month": ("上月", "month", -1),
}
"""Word in an address → label, the period, which one of it."""
USUAL = "month"


@dataclass(frozen=True)
class Chosen:
    """The days that were chosen, by which preset, and what was wrong with what was asked for."""

    first: date
    last: date
    preset: str = ""
    fault: str = ""

    @property
    def month(self) -> bool:
        """Whether it is one whole month."""
        whole = period_of("month", self.first)
        return (whole.first, whole.last) == (self.first, self.last)

    @property
    def label(self) -> str:
        """As people call it."""
        if self.month:
            return period_of("month", self.first).label
        return str(self.first) if self.first == self.last else f"{self.first} 至 {self.last}"


def preset(name: str, today: date) -> Chosen:
    """The days of a preset."""
    _, every, step = PRESETS[name]
    found = period_of(every, today)
    if step:
        found = period_of(every, found.first - timedelta(days=1))
    return Chosen(found.first, found.last, name)


def day_of(text: str) -> date | None:
    """A day of this century, None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


def chosen(query: Mapping[str, str], today: date) -> Chosen:
    """What an address asks for: `period`, else `from` and `to`; this month where it asks for nothing that can be."""
    if query.get("period") in PRESETS:
        return preset(query["period"], today)
    texts = query.get("from", ""), query.get("to", "")
    usual = preset(USUAL, today)
    if texts == ("", ""):
        return usual
    first, last = day_of(texts[0]), day_of(texts[1])
    if first is None or last is None:
        return Chosen(usual.first, usual.last, USUAL, "请填写起止两个日期，现按本月统计")
    if first > last:
        return Chosen(usual.first, usual.last, USUAL, f"起日 {first} 晚于止日 {last}，现按本月统计")
    named = (preset(name, today) for name in PRESETS)
    return next((found for found in named if (found.first, found.last) == (first, last)), Chosen(first, last))
