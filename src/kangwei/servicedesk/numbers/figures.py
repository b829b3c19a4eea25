"""The tables of numbers, as the page, the Excel file and the month's report show them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kangwei.servicedesk.enums import Clock, PauseReason
from kangwei.servicedesk.numbers.definitions import AGES, NUMBERS, Group
from kangwei.servicedesk.numbers.tallying import Line

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Column:
    """One column: `value` of a line as a figure, None where there is none; `number` is what the figure opens.

    `head` stands over several columns, `unit` behind the label where the figures stand without it. A `rare` one is left
    out where it would tell of nothing.
    """

    label: str
    value: Callable[[Line], Any]
    number: str
    meaning: str
    head: str = ""
    unit: str = ""
    rare: bool = False

    @property
    def title(self) -> str:
        """The label with everything that tells it from others."""
        return f"{self.head}{self.label}{f'（{self.unit}）' if self.unit else ''}"


def _count(number: str, label: str = "", head: str = "", *, rare: bool = False) -> Column:
    found = NUMBERS[number]
    return Column(label or found.label, lambda line: line[number], number, found.meaning, head, rare=rare)


def _rate(label: str, part: str, whole: Sequence[str], meaning: str, head: str = "") -> Column:
    def value(line: Line) -> float | None:
        of = sum(line[number] for number in whole)
        return round(float(100 * line[part] / of), 1) if of else None

    return Column(label, value, part, meaning, head, "%")


def _hours(label: str, measure: str, number: str, meaning: str, head: str = "") -> Column:
    def value(line: Line) -> float | None:
        return round(float(line[measure] / HOUR), 1) if line[measure] else None

    return Column(label, value, number, meaning, head, "小时")


def _score(line: Line) -> float | None:
    """The average on the scale of the contracts; where they measure by several scales, out of a hundred."""
    if not line["rated"]:
        return None
    of = line["most-of"] if line["least-of"] == line["most-of"] else 100
    return round(float(of * line["share"] / line["rated"]), 2)


@dataclass(frozen=True)
class Table:
    """A subject with its columns."""

    id: str
    label: str
    columns: tuple[Column, ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        """What has to be counted for it."""
        return tuple(dict.fromkeys(NUMBERS[column.number].group for column in self.columns))

    def filled(self, lines: Iterable[Line]) -> tuple[Column, ...]:
        """The columns; under a head only where it has anything to tell."""
        lines = list(lines)
        telling = {column.title for column in self.columns if any(column.value(line) for line in lines)}
        heads = {column.head for column in self.columns if column.title in telling} | {""}
        return tuple(
            column for column in self.columns if column.head in heads and (not column.rare or column.title in telling)
        )


def _of_clock(clock: Clock) -> tuple[Column, ...]:
    met, breached = f"{clock}-met", f"{clock}-breached"
    rate = "按时占按时与超时之和"
    paused = f"期内判定的{clock.label}时钟，自起算到停止因等待停表的时间合计，自然时间"
    return (
        _count(met, "按时", clock.label),
        _count(breached, "超时", clock.label),
        _count(f"{clock}-void", "作废", clock.label),
        _count(f"{clock}-cut", "移交", clock.label, rare=True),
        _rate("按时率", met, (met, breached), rate, clock.label),
        _hours("停表", f"{clock}-paused-time", f"{clock}-paused", paused, clock.label),
    )


def _of_reason(reason: PauseReason) -> tuple[Column, ...]:
    number = f"waited-{reason}"
    meaning = f"{reason.label}的时间中落在期内的部分，自然时间"
    return _count(number, "工单", reason.label), _hours("时间", f"{number}-time", number, meaning, reason.label)


WORK = Table(
    "work", "工作量",
    (
        _count("received"), _count("first-contact"),
        _rate("当场率", "first-contact", ("received",), "当场解决占受理"),
        _count("solved"), _count("phone"), _rate("电话率", "phone", ("solved",), "电话解决占解决"),
        _count("closed"), _count("handed-over"), _count("cancelled"), _count("reopened"), _count("open"),
        _count("breached"),
    ),
)  # fmt: skip
CLOCKS = Table("clocks", "时钟", tuple(column for clock in Clock for column in _of_clock(clock)))
RATED = Table(
    "rated", "满意度",
    (
        _count("rated"),
        Column("平均分", _score, "rated", "按合同自己的满分；满分不同的合同在一起时折合百分"),
        _count("reached"), _count("missed"),
        _rate("达标率", "reached", ("reached", "missed"), "达标占达标与未达标之和；合同没有要求的评价不计"),
    ),
)  # fmt: skip
BACKLOG = Table("backlog", "未办结账龄", (_count("open"), *(_count(f"age-{least}") for least, _ in AGES)))
WAITING = Table("waiting", "等待", tuple(column for reason in PauseReason for column in _of_reason(reason)))
TABLES = {table.id: table for table in (WORK, CLOCKS, RATED, BACKLOG, WAITING)}
