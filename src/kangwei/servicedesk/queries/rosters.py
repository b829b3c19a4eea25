"""Reads of teams and their rosters: who is on duty, to whom a ticket belongs, a week as a grid."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Prefetch, Q, QuerySet

from kangwei.accounts.queries import people
from kangwei.contracts import queries as contracts
from kangwei.core.calendars import SHANGHAI, StatutoryCalendar, bundled_calendar, day_start, local_day
from kangwei.core.calendars.instants import instant
from kangwei.servicedesk.enums import DutyDays
from kangwei.servicedesk.models import Shift, Team, Ticket

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.contracts.models import Contract

WEEK = timedelta(days=7)


def teams(person: "Person") -> QuerySet[Team]:
    """The teams of the contracts a person may see."""
    mine = contracts.contracts(person).order_by().values("pk")
    return Team.objects.filter(contract__in=mine).select_related("contract").order_by("-active", "name", "pk")


def with_members(rows: QuerySet[Team]) -> QuerySet[Team]:
    """The teams with their members and those people's parties, in two queries."""
    return rows.prefetch_related(Prefetch("members", queryset=people().prefetch_related(None)))


def teams_of(contract: "Contract") -> QuerySet[Team]:
    """The teams of a contract that take tickets."""
    return Team.objects.filter(contract=contract, active=True).order_by("name", "pk")


def belongs_to(person: "Person") -> Q:
    """Tickets of the person's own teams that nobody of them has taken yet."""
    return Q(assignee=None, team__in=Team.objects.filter(members=person, active=True).order_by().values("pk"))


def colleagues(rows: QuerySet["Contract"], code: str = "") -> list[tuple[int, str]]:
    """Whoever may have tickets of these contracts, or of the one of that code: key and name, in one query."""
    held = (rows.filter(code=code) if code else rows).order_by()
    parties = Q(party__in=held.values("buyer")) | Q(party__in=held.values("supplier"))
    found = people().filter(parties, is_active=True).values_list("pk", "name", "party__name")
    return [(pk, f"{name}（{party}）") for pk, name, party in found]


def on_duty(rows: QuerySet[Shift], now: datetime) -> QuerySet[Shift]:
    """The shifts that run at a moment: from their first instant on, no more at their last."""
    found = rows.filter(starts_at__lte=now, ends_at__gt=now, person__is_active=True)
    return found.select_related("team", "person__party").order_by("team__name", "person__name", "pk")


def shifts_of(contract: "Contract") -> QuerySet[Shift]:
    """All shifts of a contract's teams."""
    return Shift.objects.filter(team__contract=contract)


def handlers(ticket: Ticket, now: datetime) -> list["Person"]:
    """Whose a ticket is now: who has it, else who of its team is on duty, else all of the team.

    One that was given to nobody is for whoever is on duty for its contract; nobody may be left.
    """
    if ticket.assignee_id:
        return list(people().filter(pk=ticket.assignee_id))
    rows = Shift.objects.filter(team=ticket.team_id) if ticket.team_id else shifts_of(ticket.contract)
    duty = list(people().filter(pk__in=on_duty(rows, now).order_by().values("person")))
    if duty or ticket.team is None:
        return duty
    return list(people().filter(pk__in=ticket.team.members.order_by().values("pk"), is_active=True))


class Span(NamedTuple):
    """A time on duty."""

    starts_at: datetime
    ends_at: datetime


def span(day: date, from_time: time, to_time: time) -> Span:
    """The time on duty that begins on a day; one that does not end later on it ends on the next."""
    start, end = (clock.hour * 60 + clock.minute for clock in (from_time, to_time))
    return Span(instant(day, start), instant(day, end if end > start else end + 24 * 60))


def duty_days(
    first: date, last: date, weekdays: Iterable[int], days: DutyDays, calendar: StatutoryCalendar
) -> list[date]:
    """The days first to last that are one of these weekdays (Monday is 1), and working or not as `days` says."""
    wanted = set(weekdays)
    found = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in found if day.isoweekday() in wanted and _fits(day, days, calendar)]


def _fits(day: date, days: DutyDays, calendar: StatutoryCalendar) -> bool:
    return days == DutyDays.ALL or calendar.is_working_day(day) == (days == DutyDays.WORKING)


@dataclass(frozen=True)
class Day:
    """A column of the roster; `note` says why it is off, or worked though it is a weekend."""

    day: date
    is_working: bool
    is_today: bool
    note: str


@dataclass(frozen=True)
class Entry:
    """A shift in one cell, in words, and whether it runs now."""

    shift: Shift
    text: str
    now: bool


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday: for every team the shifts that begin on each, or run into the first."""

    days: list[Day]
    rows: list[tuple[Team, list[tuple[Day, list[Entry]]]]]

    @property
    def is_empty(self) -> bool:
        """Whether nobody is on duty in it."""
        return not any(entries for _, cells in self.rows for _, entries in cells)


def monday_of(day: date) -> date:
    """The Monday of the week in which a day lies."""
    return day - timedelta(days=day.weekday())


def shifts_in(contract: "Contract", monday: date) -> QuerySet[Shift]:
    """The shifts that touch the week, in their order."""
    touching = shifts_of(contract).filter(starts_at__lt=day_start(monday + WEEK), ends_at__gt=day_start(monday))
    return touching.select_related("team", "person__party").order_by("starts_at", "person__name", "pk")


def week_of(contract: "Contract", monday: date, now: datetime) -> Week:
    """The roster of a week, in two queries. Teams that are retired show where they had somebody on duty."""
    cells: dict[int, dict[date, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    shifts = list(shifts_in(contract, monday))
    for shift in shifts:
        day = max(local_day(shift.starts_at), monday)
        entry = Entry(shift, hours(shift, day), shift.starts_at <= now < shift.ends_at)
        cells[shift.team_id][day].append(entry)
    found = {team.pk: team for team in teams_of(contract)} | {shift.team_id: shift.team for shift in shifts}
    days = _days(monday, local_day(now))
    rows = [(team, [(day, cells[team.pk][day.day]) for day in days]) for team in found.values()]
    return Week(days, rows)


def hours(shift: Shift, day: date) -> str:
    """`08:00–20:00` as seen from a day, `20:00–次日08:00` for a shift over midnight."""
    start, end = shift.starts_at.astimezone(SHANGHAI), shift.ends_at.astimezone(SHANGHAI)
    return f"{_clock(start, day)}–{_clock(end, day)}"


def _clock(at: datetime, day: date) -> str:
    if at.date() == day + timedelta(days=1) and at.time() == time():
        return "24:00"
    away = {-1: "前日", 0: "", 1: "次日"}.get((at.date() - day).days, f"{at:%m-%d} ")
    return f"{away}{at:%H:%M}"


def _days(monday: date, today: date) -> list[Day]:
    calendar = bundled_calendar()
    days = [monday + timedelta(days=n) for n in range(7)]
    return [Day(day, calendar.is_working_day(day), day == today, _note(day, calendar)) for day in days]


def _note(day: date, calendar: StatutoryCalendar) -> str:
    entry = calendar.entry(day)
    if entry is None:
        return ""
    return f"{entry.name}调休上班" if entry.kind == "makeup" else entry.name


@dataclass(frozen=True)
class Planned:
    """A shift that is to be entered; `where` names the line that asks for it."""

    team: Team
    person: "Person"
    starts_at: datetime
    ends_at: datetime
    where: str = ""


Entered = Shift | Planned


def fresh(planned: Sequence[Planned], standing: Iterable[Shift]) -> list[Planned]:
    """Those that do not stand already, each once."""
    known: set[tuple[int, int, datetime, datetime]] = {_key(shift) for shift in standing}
    found = []
    for one in planned:
        if _key(one) not in known:
            known.add(_key(one))
            found.append(one)
    return found


def clashes(planned: Sequence[Planned], standing: Iterable[Shift]) -> list[str]:
    """Which of the planned shifts overlap another of the same person, in words with the day."""
    by_person: dict[int, list[Entered]] = defaultdict(list)
    every: list[Entered] = [*standing, *planned]
    for one in every:
        by_person[one.person.pk].append(one)
    found = []
    for of_person in by_person.values():
        of_person.sort(key=lambda one: (one.starts_at, isinstance(one, Planned)))
        before = of_person[0]
        for one in of_person[1:]:
            if one.starts_at < before.ends_at and (isinstance(one, Planned) or isinstance(before, Planned)):
                found.append(_clash(*((before, one) if isinstance(one, Planned) else (one, before))))
            before = max(before, one, key=lambda item: item.ends_at)
    return found


def _key(one: Entered) -> tuple[int, int, datetime, datetime]:
    return one.team.pk, one.person.pk, one.starts_at, one.ends_at


def _clash(other: Entered, planned: Entered) -> str:
    day = local_day(planned.starts_at)
    shown = Shift(starts_at=other.starts_at, ends_at=other.ends_at)
    where = f"{planned.where}：" if isinstance(planned, Planned) and planned.where else ""
    return f"{where}{planned.person.name} {day} 与「{other.team.name}」的班次 {hours(shown, day)} 重叠"
