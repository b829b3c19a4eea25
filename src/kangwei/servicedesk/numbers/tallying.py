"""Counting the numbers: broken down by what tickets have in common, and from day to day."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Case, Count, IntegerField, Model, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from kangwei.accounts.queries import contract_scope
from kangwei.base.web import key_in
from kangwei.contracts import queries as contracts
from kangwei.contracts.levels import satisfaction_measures
from kangwei.core.calendars import day_start
from kangwei.core.calendars.cadences.periods import Every, period_of
from kangwei.servicedesk.enums import Channel, TicketKind
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.numbers.definitions import GROUPS, Group, Number, Period, of_group

if TYPE_CHECKING:
    from datetime import datetime

    from kangwei.accounts.models import Person
    from kangwei.contracts.models import Contract

NONE = "none"
UNKNOWN = "未定"
DAILY, WEEKLY, MONTHLY = 62, 400, 3_660
"""Up to so many days a course is told by the day, the week, the month."""


@dataclass(frozen=True)
class Dimension:
    """What tickets have in common: a field by its path. `column` is what an address calls a related row by."""

    id: str
    label: str
    path: str
    choices: tuple[tuple[str, str], ...] = ()
    column: str = ""

    def where(self, word: str) -> Q:
        """The tickets of one value, as an address names it: NONE those without, what is no word at all everything."""
        if word == NONE:
            return Q(**{self.path: None if self.column else ""})
        known = word in dict(self.choices) if self.choices else self.column != "pk" or key_in(word) is not None
        path = f"{self.path}__{self.column}" if self.column else self.path
        return Q(**{path: word}) if known else Q()

    @property
    def value(self) -> Coalesce:
        """What tickets are grouped by; no bare column, or SQLite reads the whole table in the order of its index."""
        return Coalesce(self.path, self.path)

    def model(self) -> type[Model]:
        """The model that the path leads to."""
        model: Any = Ticket
        for part in self.path.split("__"):
            model = model._meta.get_field(part).related_model
        return model  # type: ignore[no-any-return]


DIMENSIONS = {
    dimension.id: dimension
    for dimension in (
        Dimension("system", "系统", "system", column="pk"),
        Dimension("district", "区", "institution__region", column="pk"),
        Dimension("supplier", "乙方", "contract__supplier", column="pk"),
        Dimension("contract", "合同", "contract", column="code"),
        Dimension("kind", "类别", "kind", tuple(TicketKind.choices)),
        Dimension("severity", "级别", "severity"),
        Dimension("channel", "来源", "channel", tuple(Channel.choices)),
    )
}


def narrowed(rows: QuerySet[Ticket], query: Mapping[str, str]) -> QuerySet[Ticket]:
    """Those that have what an address asks for, by any dimension but the contract."""
    for dimension in DIMENSIONS.values():
        if (word := query.get(dimension.id, "")) and dimension.id != "contract":
            rows = rows.filter(dimension.where(word))
    return rows


def label_of(dimension: Dimension, word: str) -> str:
    """What a word in an address stands for."""
    if word == NONE:
        return UNKNOWN
    if not dimension.column:
        return dict(dimension.choices).get(word, word)
    key = key_in(word)
    found = dimension.model()._base_manager.filter(pk=key).first() if key is not None else None
    return str(found or UNKNOWN)


@dataclass
class Line:
    """The numbers of the tickets with one value; `word` names it in an address, "" for all of them.

    What was not counted is 0.
    """

    word: str
    label: str
    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name) or 0


@dataclass(frozen=True)
class Breakdown:
    """All numbers of a period: together, and by one dimension, the busiest first."""

    total: Line
    lines: tuple[Line, ...]


def without_practice(person: "Person", contract: "Contract | None" = None) -> bool:
    """Whether practice is left out: where all contracts are counted, and some of them are practice and some are not."""
    return contract is None and len(set(contracts.contracts(person).order_by().values_list("practice").distinct())) > 1


def counted(person: "Person", contract: "Contract | None" = None) -> QuerySet[Ticket]:
    """The tickets that a person may see, of one contract or of all `without_practice`, to be counted over a time.

    Else the same as `queries.tickets`, but what happened in the time is looked up first and the contract after: SQLite
    would sooner go through all that a contract ever had.
    """
    apart = without_practice(person, contract)
    if contract is None and not contract_scope(person) and not apart:
        return Ticket.objects.all()
    mine = contracts.contracts(person).order_by()
    mine = mine.filter(pk=contract.pk) if contract else mine
    mine = mine.filter(practice=False) if apart else mine
    keys = list(mine.values_list("pk", flat=True))
    if connection.vendor != "sqlite":
        return Ticket.objects.filter(contract__in=keys)
    return Ticket.objects.alias(held=Coalesce("contract", "contract")).filter(held__in=keys)


def looked_at(held: QuerySet["Contract"], first: date, last: date, now: "datetime") -> Period:
    """The period with what these contracts ask of satisfaction, in one query."""
    found = satisfaction_measures(held.order_by().values("pk"))
    return Period(first, last, now, {contract: int(clause.data["value"]) for contract, clause in found.items()})


def broken_down(
    rows: QuerySet[Ticket], dimension: Dimension, period: Period, groups: Sequence[Group] = GROUPS
) -> Breakdown:
    """The numbers of these groups by a dimension, in one query a group and one for the names."""
    by_value: dict[Any, dict[str, Any]] = {}
    for group in groups:
        counted = {number.id: number.count(period) for number in of_group(group)} | group.measures(period)
        found = rows.filter(group.within(period)).order_by().select_related(None).annotate(value=dimension.value)
        rows_of: Any = found.values("value").annotate(**{_plain(name): what for name, what in counted.items()})
        for row in rows_of:
            mine = by_value.setdefault(row["value"], {})
            mine |= {name: row[_plain(name)] for name in counted}
    names = _named(dimension, by_value)
    lines = [Line(*names[value], numbers) for value, numbers in by_value.items()]
    lines.sort(key=lambda line: (line.word == NONE, -line["received"], -line["open"], line.label))
    return Breakdown(Line("", "合计", _added(lines)), tuple(lines))


def _plain(name: str) -> str:
    return f"n_{name.replace('-', '_')}"


def _added(lines: Iterable[Line]) -> dict[str, Any]:
    """The lines together. Each ticket has one value, so that sums count none twice."""
    total: dict[str, Any] = {}
    for line in lines:
        for name, value in line.values.items():
            if value is None:
                continue
            known = total.get(name)
            if known is None:
                total[name] = value
            else:
                total[name] = _EXTREMES[name](known, value) if name in _EXTREMES else known + value
    return total


_EXTREMES: dict[str, Callable[..., Any]] = {"least-of": min, "most-of": max}


def _named(dimension: Dimension, values: Iterable[Any]) -> dict[Any, tuple[str, str]]:
    """Value → its word in an address and its label."""
    unknown = (NONE, UNKNOWN)
    if not dimension.column:
        labels = dict(dimension.choices)
        return {value: (value, labels.get(value, value)) if value else unknown for value in values}
    known = [value for value in values if value is not None]
    found = dimension.model()._base_manager.in_bulk(known)
    words = {key: (str(getattr(row, dimension.column)), str(row)) for key, row in found.items()}
    return {None: unknown} | words


# ---- The course of a period ----


@dataclass(frozen=True)
class Stretch:
    """A part of a period under its label."""

    label: str
    first: date
    last: date


def stretches(first: date, last: date) -> tuple[str, list[Stretch]]:
    """What a period is told by (日, 周, 月, 年), and its parts, the outer ones cut off at its ends."""
    days = (last - first).days + 1
    every: Every = "day" if days <= DAILY else "week" if days <= WEEKLY else "month" if days <= MONTHLY else "year"
    found, day = [], first
    while day <= last:
        part = period_of(every, day)
        end = min(part.last, last)
        found.append(Stretch(_short(every, day, part.label), day, end))
        day = end + timedelta(days=1)
    return {"day": "日", "week": "周", "month": "月", "year": "年"}[every], found


def _short(every: Every, day: date, label: str) -> str:
    if every in ("day", "week"):
        return f"{day:%m-%d}" if every == "day" else f"{day:%m-%d}周"
    return f"{day:%Y-%m}" if every == "month" else label


def course(
    rows: QuerySet[Ticket], numbers: Sequence[Number], parts: Sequence[Stretch], period: Period
) -> list[list[int]]:
    """Each number in each part of the period, in one query a number; of numbers whose group has a moment."""
    told = []
    for number in numbers:
        nth = _nth(number.group.moment, parts)
        found: Any = rows.filter(number.where(period)).order_by().select_related(None).annotate(nth=nth).values("nth")
        counts = {row["nth"]: row["n"] for row in found.annotate(n=Count("pk", distinct=number.repeated))}
        told.append([counts.get(place, 0) for place in range(len(parts))])
    return told


def _nth(moment: str, parts: Sequence[Stretch], first: int = 0) -> Value | Case:
    """In which part a moment lies, by halves: to compare it with the border of every part takes many times as long."""
    if len(parts) == 1:
        return Value(first)
    half = len(parts) // 2
    earlier = {f"{moment}__lt": day_start(parts[half].first)}
    return Case(
        When(**earlier, then=_nth(moment, parts[:half], first)), default=_nth(moment, parts[half:], first + half),
        output_field=IntegerField(),
    )  # fmt: skip
