"""The numbers of the desk: what each one counts, defined once for the figure and for the list behind it.

A group is a question of time (what was received in a period, what was solved in it …); its numbers are parts of it.
A ticket that is opened again has no more been solved or closed: a number tells what holds by today's record.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, F, FloatField, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from kangwei.core.calendars import day_start
from kangwei.servicedesk.enums import Clock, PauseReason, Phase, SolvedHow, TicketState
from kangwei.servicedesk.models import Ticket


@dataclass(frozen=True)
class Period:
    """The days first to last (Asia/Shanghai), looked at `now`.

    `passing` is the score that satisfaction has to reach, by contract; where it names none, nothing is to be reached.
    """

    first: date
    last: date
    now: datetime
    passing: Mapping[int, int] = field(default_factory=dict)

    @property
    def begins(self) -> datetime:
        """The first moment."""
        return day_start(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment that is no more of it."""
        return day_start(self.last + timedelta(days=1))

    @property
    def looked_at(self) -> datetime:
        """The moment up to which it is known: its end, or now."""
        return min(self.ends, self.now)

    def holds(self, path: str) -> Q:
        """That a moment lies in the period."""
        return Q(**{f"{path}__gte": self.begins, f"{path}__lt": self.ends})


Condition = Callable[[Period], Q]


@dataclass(frozen=True)
class Group:
    """Tickets by a question of time; `measures` are what else is added up over them.

    `moment` is the path of the time that lies in the period, where there is one.
    """

    id: str
    within: Condition
    moment: str = ""
    measures: Callable[[Period], dict[str, Aggregate]] = lambda _: {}


@dataclass(frozen=True)
class Number:
    """One number: those of its group for which `only` holds. A ticket counts once.

    `repeated`: the group may hold a ticket several times over, once for each clock or wait.
    """

    id: str
    label: str
    meaning: str
    group: Group
    only: Condition = lambda _: Q()
    repeated: bool = False

    def where(self, period: Period) -> Q:
        """Which tickets it counts, as one condition."""
        return self.group.within(period) & self.only(period)

    def count(self, period: Period) -> Aggregate:
        """How many of its group it counts."""
        return Count("pk", filter=self.only(period) or None, distinct=self.repeated)


def listed(rows: QuerySet[Ticket], number: Number, period: Period) -> QuerySet[Ticket]:
    """The tickets behind a number."""
    if number.repeated:
        return rows.filter(pk__in=Ticket.objects.filter(number.where(period)).order_by().values("pk"))
    return rows.filter(number.where(period))


def _one_of(**values: Any) -> Condition:
    return lambda _: Q(**values)


RECEIVED = Group("received", lambda period: period.holds("opened_at"), "opened_at")
SOLVED = Group("solved", lambda period: period.holds("solved_at"), "solved_at")
CLOSED = Group("closed", lambda period: period.holds("closed_at"), "closed_at")
REOPENED = Group("reopened", lambda period: period.holds("events__at") & Q(events__action="reopen"), "events__at")


def _open_at_end(period: Period) -> Q:
    # The opening stands in both parts, and the closing has an end that is none: so each part is read from the index
    # that begins with the closing, and not all that was ever opened before.
    before = Q(opened_at__lt=period.ends)
    return (before & Q(closed_at=None)) | (before & Q(closed_at__gte=period.ends, closed_at__lt=_NEVER))


_NEVER = datetime(9000, 1, 1, tzinfo=UTC)
OPEN_AT_END = Group("open", _open_at_end)

_WORK = (
    Number("received", "受理", "期内受理的工单", RECEIVED),
    Number(
        "first-contact", "当场解决", "期内受理，受理时即告解决，此后没有重开", RECEIVED,
        _one_of(first_contact=True, reopened=0),
    ),
    Number("solved", "解决", "期内解决，此后没有重开", SOLVED),
    Number("phone", "电话解决", "期内解决，解决方式为电话指导", SOLVED, _one_of(solved_how=SolvedHow.PHONE)),
    Number("closed", "办结", "期内经确认办结", CLOSED, _one_of(state=TicketState.CLOSED)),
    Number("handed-over", "移交", "期内移交其他合同", CLOSED, _one_of(state=TicketState.HANDED_OVER)),
    Number("cancelled", "撤销", "期内撤销", CLOSED, _one_of(state=TicketState.CANCELLED)),
    Number("reopened", "重开", "期内重新打开过", REOPENED, repeated=True),
    Number("open", "未办结", "期末（期间未完则为此刻）尚未办结、移交或撤销", OPEN_AT_END),
)  # fmt: skip

# ---- How old is what is left ----

AGES: tuple[tuple[int, int | None], ...] = ((0, 1), (1, 3), (3, 7), (7, 30), (30, None))
"""Classes of age in days."""


def _aged(least: int, most: int | None) -> Condition:
    def only(period: Period) -> Q:
        older = Q(opened_at__lte=period.looked_at - timedelta(days=least)) if least else Q()
        younger = Q(opened_at__gt=period.looked_at - timedelta(days=most)) if most else Q()
        return older & younger

    return only


def _age_label(least: int, most: int | None) -> str:
    if most is None:
        return f"{least}天以上"
    return f"{least}至{most}天" if least else f"{most}天内"


_BACKLOG = tuple(
    Number(
        f"age-{least}", _age_label(least, most), f"未办结，自受理至期末（或此刻）{_age_label(least, most)}",
        OPEN_AT_END, _aged(least, most),
    )
    for least, most in AGES
)  # fmt: skip

# ---- Clocks: each is decided once, when its limit passes, else when it ends ----


def _paused_times(_: Period) -> dict[str, Aggregate]:
    return {f"{clock}-paused-time": Sum("clocks__paused", filter=Q(clocks__clock=clock)) for clock in Clock.values}


CLOCKS = Group("clocks", lambda period: period.holds("clocks__decided_at"), "clocks__decided_at", _paused_times)
_IN_TIME = Q(clocks__met=True, clocks__phase=Phase.STOPPED)
# What the hand-over of a ticket cut short was neither done nor missed by whoever had it.
_CUT_SHORT = _IN_TIME & Q(state=TicketState.HANDED_OVER, clocks__decided_at__gte=F("closed_at"))
_MET = _IN_TIME & (~Q(state=TicketState.HANDED_OVER) | Q(clocks__decided_at__lt=F("closed_at")))
# Said without "not": across clocks that would mean that no clock of the ticket is void.
_BREACHED = Q(clocks__met=False, clocks__phase__in=[Phase.RUNNING, Phase.PAUSED, Phase.STOPPED])


def _of_clock(clock: Clock) -> tuple[Number, ...]:
    mine = Q(clocks__clock=clock)
    return (
        Number(f"{clock}-met", f"{clock.label}按时", f"期内停止的{clock.label}时钟，没有超时，也不是随移交而停", CLOCKS,
               lambda _: mine & _MET),
        Number(f"{clock}-breached", f"{clock.label}超时", f"{clock.label}时限在期内届满而没有做到", CLOCKS,
               lambda _: mine & _BREACHED),
        Number(f"{clock}-cut", f"{clock.label}随移交停止", f"期内随工单移交而停止的{clock.label}时钟，不计入按时率",
               CLOCKS, lambda _: mine & _CUT_SHORT),
        Number(f"{clock}-void", f"{clock.label}作废", f"期内作废的{clock.label}时钟，不再要求", CLOCKS,
               lambda _: mine & Q(clocks__phase=Phase.VOID)),
        Number(f"{clock}-paused", f"{clock.label}停过表", f"期内判定的{clock.label}时钟，其间因等待而停过", CLOCKS,
               lambda _: mine & Q(clocks__paused__gt=timedelta())),
    )  # fmt: skip


BREACHES = Group("breaches", lambda period: period.holds("clocks__decided_at") & _BREACHED, "clocks__decided_at")
_CLOCKS = (
    Number("breached", "超时", "有任一时限在期内届满而没有做到", BREACHES, repeated=True),
    *(number for clock in Clock for number in _of_clock(clock)),
)

# ---- Waiting ----


def _waited(period: Period) -> dict[str, Aggregate]:
    until = Value(period.looked_at)
    span = Least(Coalesce("pauses__ended_at", until), until) - Greatest("pauses__started_at", Value(period.begins))
    return {f"waited-{reason}-time": Sum(span, filter=Q(pauses__reason=reason)) for reason in PauseReason.values}


WAITING = Group(
    "waiting",
    lambda period: (
        Q(pauses__started_at__lt=period.looked_at) & (Q(pauses__ended_at=None) | Q(pauses__ended_at__gt=period.begins))
    ),
    measures=_waited,
)
_WAITING = tuple(
    Number(f"waited-{reason}", reason.label, f"期内有一段时间{reason.label}", WAITING,
           _one_of(pauses__reason=reason), repeated=True)
    for reason in PauseReason
)  # fmt: skip

# ---- What callers thought ----


def _scores(_: Period) -> dict[str, Aggregate]:
    share = Cast("rating__score", FloatField()) / F("rating__of")
    return {"share": Sum(share), "least-of": Min("rating__of"), "most-of": Max("rating__of")}


def _reaches(comparison: str) -> Condition:
    """The score against what the contract asks for; never where it asks for none."""

    def only(period: Period) -> Q:
        found = Q(pk=None)
        for passing in sorted(set(period.passing.values())):
            contracts = [contract for contract, value in period.passing.items() if value == passing]
            found |= Q(contract__in=contracts, **{f"rating__score__{comparison}": passing})
        return found

    return only


RATED = Group("rated", lambda period: period.holds("rating__rated_at"), "rating__rated_at", _scores)
_RATED = (
    Number("rated", "评价", "期内收到评价", RATED),
    Number("reached", "达标", "期内收到评价，得分达到合同要求", RATED, _reaches("gte")),
    Number("missed", "未达标", "期内收到评价，得分低于合同要求", RATED, _reaches("lt")),
)

NUMBERS: Mapping[str, Number] = {
    number.id: number for number in (*_WORK, *_BACKLOG, *_CLOCKS, *_WAITING, *_RATED)
}  # fmt: skip


def of_group(group: Group) -> Iterable[Number]:
    """The numbers of a group."""
    return (number for number in NUMBERS.values() if number.group is group)


GROUPS = tuple(dict.fromkeys(number.group for number in NUMBERS.values()))
