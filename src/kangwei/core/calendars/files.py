"""Reading one calendar file; every error names the file, the line and the reason.

A file holds one year:

    calendar: cn
    year: 2026
    status: official            # or estimated
    source: where the days were taken from
    days:
      - {date: 2026-01-01, kind: holiday, name: 元旦}
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kangwei.core.yamlfile import FileError, Problem, Tree, read_tree, validated

from .days import CalendarDay, CalendarError, DayKind, YearStatus

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


@dataclass(frozen=True)
class CalendarFile:
    """The content of one file: a year, its standing and its special days."""

    year: int
    status: YearStatus
    days: tuple[CalendarDay, ...]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Day(_Part):
    date: datetime.date
    kind: DayKind
    name: _Text


class _Year(_Part):
    calendar: Literal["cn"]
    year: int = Field(ge=1949, le=2199)
    status: YearStatus
    source: _Text
    days: tuple[_Day, ...]


def read_calendar_file(path: Path) -> CalendarFile:
    """Read and check one file; CalendarError names whatever is wrong with it, a line a fault."""
    try:
        tree = read_tree(path.read_text("utf-8"), path.name)
        content = validated(_Year, tree)
    except OSError as error:
        raise CalendarError(f"{path.name}：文件读不出") from error
    except UnicodeDecodeError as error:
        raise CalendarError(f"{path.name}：文件不是 UTF-8 编码") from error
    except FileError as error:
        raise CalendarError(str(error)) from None
    estimated = content.status == "estimated"
    days = tuple(CalendarDay(day.date, day.kind, day.name, content.source, estimated) for day in content.days)
    if faults := list(_faults(days, content.year, tree)):
        raise CalendarError(str(FileError(*faults)))
    return CalendarFile(content.year, content.status, days)


def _faults(days: tuple[CalendarDay, ...], year: int, tree: Tree) -> Iterator[Problem]:
    seen: set[datetime.date] = set()
    for index, entry in enumerate(days):
        if entry.day.year != year:
            yield tree.problem(("days", index), f"{entry.day} 不在{year}年")
        if entry.day in seen:
            yield tree.problem(("days", index), f"{entry.day} 重复")
        seen.add(entry.day)
        try:
            entry.check()
        except CalendarError as error:
            yield tree.problem(("days", index), str(error))
