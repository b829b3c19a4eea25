"""Reading one calendar file; every error names the file, the line and the reason.

A file holds one year:

    calendar: cn
    year: 2026
    status: official            # or estimated
    source: where the days were taken from
    days:
      - {date: 2026-01-01, kind: holiday, name: 元旦}
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NoReturn, TypeVar, get_args

import yaml

from .days import CalendarDay, CalendarError, DayKind, YearStatus

_Word = TypeVar("_Word", bound=str)

_FILE_KEYS = {"calendar", "year", "status", "source", "days"}
_DAY_KEYS = {"date", "kind", "name"}


@dataclass(frozen=True)
class CalendarFile:
    """The content of one file: a year, its standing and its special days."""

    year: int
    status: YearStatus
    days: tuple[CalendarDay, ...]


def read_calendar_file(path: Path) -> CalendarFile:
    """Read and check one file; CalendarError for whatever is wrong with it."""
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise CalendarError(f"{path.name}：文件读不出") from error
    except UnicodeDecodeError as error:
        raise CalendarError(f"{path.name}：文件不是 UTF-8 编码") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise CalendarError(f"{path.name} 第{mark.line + 1 if mark else 1}行：不是有效的 YAML") from error
    if root is None:
        raise CalendarError(f"{path.name} 第1行：文件是空的")
    return _Reader(path.name).file(root)


class _Reader:
    """Works on YAML nodes rather than values, because only nodes know their line."""

    def __init__(self, name: str) -> None:
        self._name = name

    def file(self, root: yaml.Node) -> CalendarFile:
        fields = self._fields(root, _FILE_KEYS)
        if self._text(fields["calendar"]) != "cn":
            self._fail(fields["calendar"], "calendar 只能是 cn")
        year_text = self._text(fields["year"])
        if not (year_text.isascii() and year_text.isdigit() and len(year_text) == 4):
            self._fail(fields["year"], f"year 应为四位年份，而不是 {year_text}")
        status = self._choice(fields["status"], "status", get_args(YearStatus))
        source = self._text(fields["source"])
        year = int(year_text)
        days = tuple(self._days(fields["days"], year, source, status == "estimated"))
        return CalendarFile(year, status, days)

    def _days(self, node: yaml.Node, year: int, source: str, estimated: bool) -> Iterator[CalendarDay]:
        if not isinstance(node, yaml.SequenceNode):
            self._fail(node, "days 应为列表")
        seen: set[date] = set()
        for item in node.value:
            entry = self._day(item, source, estimated)
            if entry.day.year != year:
                self._fail(item, f"{entry.day} 不在{year}年")
            if entry.day in seen:
                self._fail(item, f"{entry.day} 重复")
            seen.add(entry.day)
            yield entry

    def _day(self, node: yaml.Node, source: str, estimated: bool) -> CalendarDay:
        fields = self._fields(node, _DAY_KEYS)
        kind = self._choice(fields["kind"], "kind", get_args(DayKind))
        day_text = self._text(fields["date"])
        try:
            day = date.fromisoformat(day_text)
        except ValueError:
            self._fail(node, f"date 应为 2026-01-31 这样的日期，而不是 {day_text}")
        entry = CalendarDay(day, kind, self._text(fields["name"]), source, estimated)
        try:
            entry.check()
        except CalendarError as error:
            self._fail(node, str(error))
        return entry

    def _fields(self, node: yaml.Node, expected: set[str]) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._fail(node, f"应为键值，需要 {'、'.join(sorted(expected))}")
        fields: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = self._text(key_node)
            if key not in expected or key in fields:
                self._fail(key_node, f"{key} {'重复' if key in fields else '不认识'}")
            fields[key] = value
        if missing := expected - fields.keys():
            self._fail(node, f"缺少 {'、'.join(sorted(missing))}")
        return fields

    def _choice(self, node: yaml.Node, key: str, allowed: tuple[_Word, ...]) -> _Word:
        text = self._text(node)
        if text not in allowed:
            self._fail(node, f"{key} 只能是 {' 或 '.join(allowed)}")
        return allowed[allowed.index(text)]

    def _text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self._fail(node, "应为文字")
        return str(node.value).strip()

    def _fail(self, node: yaml.Node, reason: str) -> NoReturn:
        raise CalendarError(f"{self._name} 第{node.start_mark.line + 1}行：{reason}")
