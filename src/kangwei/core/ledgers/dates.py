"""Dates as clerks write them."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from kangwei.core.ledgers.faults import CellError

FIRST_YEAR, LAST_YEAR = 1950, 2150
_SERIALS = range(20000, 80001)
_DAY_ZERO = date(1899, 12, 30)
"""Excel's day 0, for days after February 1900, which Excel takes for a leap year."""

_CLOCK = r"(?:[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_WHOLE = (
    re.compile(rf"(\d+)(?P<mark>[-/.])(\d{{1,2}})(?P=mark)(\d{{1,2}}){_CLOCK}"),
    re.compile(rf"(\d+)年(\d{{1,2}})月(\d{{1,2}})[日号]{_CLOCK}"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_WITHOUT_DAY = re.compile(r"\d{4}(?:[-/.]\d{1,2}|年\d{1,2}月?)")
_WITHOUT_MONTH = re.compile(r"\d{4}年?")
_DAY_FIRST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")


def read_date(value: object) -> date:
    """The day that a cell names: text, a date, a datetime, or a number of Excel. CellError with the reason."""
    match value:
        case datetime():
            return _in_range(value.date())
        case date():
            return _in_range(value)
        case bool() | time() | timedelta():
            raise CellError("应为日期，这一格是时间或是否")
        case int() | float() if int(value) in _SERIALS:
            return _DAY_ZERO + timedelta(days=int(value))
        case float() if value.is_integer():
            return _from_text(str(int(value)))
    return _from_text(str(value))


def _from_text(written: str) -> date:
    text = re.sub(r"\s*([-/.年月日号:])\s*", r"\1", unicodedata.normalize("NFKC", written).strip())
    if re.fullmatch(r"\d{5}", text) and int(text) in _SERIALS:
        return _DAY_ZERO + timedelta(days=int(text))
    for form in _WHOLE:
        if match := form.fullmatch(text):
            numbers = [int(part) for part in match.groups() if part.isdigit()]
            return _day(written, len(match.group(1)), *numbers)
    raise CellError(f"{_reason(text)}，写的是「{written[:30]}」")


def _day(written: str, digits: int, year: int, month: int, day: int) -> date:
    if digits != 4:
        raise CellError(f"年份要写四位，写的是「{written}」")
    try:
        return _in_range(date(year, month, day))
    except CellError:
        raise
    except ValueError:
        raise CellError(f"没有这一天：「{written}」") from None


def _in_range(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CellError(f"年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间，写的是 {day.year}")
    return day


def _reason(text: str) -> str:
    if _WITHOUT_DAY.fullmatch(text):
        return "缺少日"
    if _WITHOUT_MONTH.fullmatch(text):
        return "缺少月和日"
    if _DAY_FIRST.fullmatch(text):
        return "请按年月日的顺序写"
    if not re.search(r"\d", text):
        return "不是日期，没有期限请留空"
    return "不是日期，应写成 2026-01-05"
