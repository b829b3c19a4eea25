"""Teams of a contract and their rosters."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.contracts.queries import all_contracts
from kangwei.core.calendars import SHANGHAI, bundled_calendar
from kangwei.core.ledgers import TableError
from kangwei.servicedesk.enums import DutyDays
from kangwei.servicedesk.intake.roster_file import LOGIN, NAME, TEAM, Fault, Line, lines_of
from kangwei.servicedesk.models import OPEN, Shift, Team, Ticket
from kangwei.servicedesk.queries import staff_of
from kangwei.servicedesk.queries.rosters import Planned, clashes, duty_days, fresh, shifts_of, span, teams_of

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.contracts.models import Contract

LONGEST_NAME = 60
MOST_DAYS = 366


class RosterError(ActionError):
    """A roster that is not taken: every fault by its cell."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("；".join(faults), field="file")
        self.faults = list(faults)


@transaction.atomic
def save_team(
    *, contract: "Contract", name: str, members: "Collection[Person]", actor: Actor, now: datetime,
    team: Team | None = None,
) -> Team:  # fmt: skip
    """Enter a team, or change its name and members; who leaves it loses the shifts that have not begun.

    ActionError for a name that is empty, too long or taken, no members, and people who are of neither party.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise ActionError(f"请填写名称，最长 {LONGEST_NAME} 字", field="name")
    if not members:
        raise ActionError("请至少选一名成员", field="members")
    _hold(contract)
    staff = set(staff_of(contract).values_list("pk", flat=True))
    if outside := [person.name for person in members if person.pk not in staff]:
        raise ActionError(f"不是合同双方的在用人员：{'、'.join(outside)}", field="members")
    stored = Team.objects.get(pk=team.pk, contract=contract) if team else Team(contract=contract)
    stored.name = name
    try:
        with transaction.atomic():
            stored.save()
    except IntegrityError:
        raise ActionError(f"已有班组「{name}」", field="name") from None
    stored.members.set(members)
    stored.shifts.filter(starts_at__gt=now).exclude(person__in=members).delete()
    audit.append(
        actor=actor, action="servicedesk.save_team", subject=("team", str(stored.pk)),
        data={"contract": contract.code, "name": name, "members": sorted(person.username for person in members)},
        now=now,
    )  # fmt: skip
    return stored


@transaction.atomic
def set_team_active(*, team: Team, active: bool, actor: Actor, now: datetime) -> Team:
    """Retire a team, or take it into use again. A retired one has nobody on duty: its shifts end now, later ones go.

    ActionError as long as tickets wait for it.
    """
    _hold(team.contract)
    stored = Team.objects.select_related("contract").get(pk=team.pk)
    if stored.active == active:
        return stored
    if not active:
        if waiting := Ticket.objects.filter(OPEN, team=stored, assignee=None).count():
            raise ActionError(f"还有 {waiting} 张工单等班组接手，请先改派")
        stored.shifts.filter(starts_at__gte=now).delete()
        stored.shifts.filter(ends_at__gt=now).update(ends_at=now)
    stored.active = active
    stored.save(update_fields=["active"])
    audit.append(
        actor=actor, action="servicedesk.set_team_active", subject=("team", str(stored.pk)),
        data={"name": stored.name, "state": "启用" if active else "停用"}, now=now,
    )  # fmt: skip
    return stored


@transaction.atomic
def add_shifts(
    *, team: Team, person: "Person", first: date, last: date, weekdays: Collection[int], from_time: time,
    to_time: time, actor: Actor, now: datetime, days: DutyDays = DutyDays.ALL,
) -> list[Shift]:  # fmt: skip
    """Put somebody on duty on these weekdays (Monday is 1) from the first day to the last; the shifts that are new.

    A shift that does not end later on its day ends on the next. ActionError where the person is not of the team, no
    day fits, or a shift overlaps another of the person for the contract.
    """
    if last < first:
        raise ActionError("止日早于起日", field="last")
    if (last - first).days >= MOST_DAYS:
        raise ActionError(f"一次最多排 {MOST_DAYS} 天", field="last")
    _hold(team.contract)
    team = Team.objects.select_related("contract").get(pk=team.pk)
    if not team.active:
        raise ActionError(f"班组「{team}」已停用")
    if not team.members.filter(pk=person.pk, is_active=True).exists():
        raise ActionError(f"{person.name} 不是班组「{team}」的成员", field="person")
    found = duty_days(first, last, weekdays, days, bundled_calendar())
    if not found:
        raise ActionError("所选的日期里没有要排的日子", field="weekdays")
    planned = [Planned(team, person, *span(day, from_time, to_time)) for day in found]
    shifts, faults = _entered(team.contract, planned)
    if faults:
        raise ActionError(faults[0], field="first")
    if shifts:
        audit.append(
            actor=actor, action="servicedesk.add_shifts", subject=("team", str(team.pk)),
            data={"team": team.name, "person": person.username, "first": first, "last": last,
                  "hours": f"{from_time:%H:%M}–{to_time:%H:%M}", "count": len(shifts)}, now=now,
        )  # fmt: skip
    return shifts


@transaction.atomic
def drop_shift(*, shift: Shift, actor: Actor, now: datetime) -> None:
    """Take a shift off the roster; one that is gone already stays gone."""
    _hold(shift.team.contract)
    if not Shift.objects.filter(pk=shift.pk).delete()[0]:
        return
    audit.append(
        actor=actor, action="servicedesk.drop_shift", subject=("team", str(shift.team_id)),
        data={"team": shift.team.name, "person": shift.person.username,
              "starts_at": f"{shift.starts_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"}, now=now,
    )  # fmt: skip


def import_roster(*, contract: "Contract", content: bytes, file_name: str, actor: Actor, now: datetime) -> list[Shift]:
    """Enter a roster from Excel or CSV, whole or not at all; the shifts that are new.

    RosterError with every wrong cell; ActionError for a file that is no table.
    """
    # Read before anything is held: a large file takes a while.
    try:
        lines, faults = lines_of(content, file_name)
    except TableError as error:
        raise ActionError(str(error), field="file") from None
    return _enter_roster(contract, lines, faults, actor, now)


@transaction.atomic
def _enter_roster(
    contract: "Contract", lines: Sequence[Line], faults: Sequence[Fault], actor: Actor, now: datetime
) -> list[Shift]:
    _hold(contract)
    planned, unknown = _planned(contract, lines)
    if wrong := sorted([*faults, *unknown], key=lambda fault: fault.number):
        raise RosterError([str(fault) for fault in wrong])
    shifts, overlapping = _entered(contract, planned)
    if overlapping:
        raise RosterError(overlapping)
    if shifts:
        audit.append(
            actor=actor, action="servicedesk.import_roster", subject=("contract", contract.code),
            data={"count": len(shifts), "teams": sorted({shift.team.name for shift in shifts})}, now=now,
        )  # fmt: skip
    return shifts


def _planned(contract: "Contract", lines: Iterable[Line]) -> tuple[list[Planned], list[Fault]]:
    """The shifts that the lines ask for, and the teams and people that are not known."""
    teams = {team.name: team for team in teams_of(contract).prefetch_related("members")}
    planned: list[Planned] = []
    faults: list[Fault] = []
    for line in lines:
        team = teams.get(line.team)
        if team is None:
            faults.append(Fault(line.number, TEAM, f"没有在用的班组「{line.team[:30]}」"))
            continue
        fits = [person for person in team.members.all() if _is_meant(person, line)]
        if len(fits) == 1:
            planned.append(Planned(team, fits[0], *line.at, where=f"第 {line.number} 行"))
            continue
        column, said = (LOGIN, line.login) if line.login else (NAME, line.name)
        reason = "有多人重名，请填写登录名" if fits else f"班组「{team}」没有成员「{said[:30]}」"
        faults.append(Fault(line.number, column, reason))
    return planned, faults


def _is_meant(person: "Person", line: Line) -> bool:
    if not person.is_active:
        return False
    return person.username == line.login if line.login else person.name == line.name


def _entered(contract: "Contract", planned: Sequence[Planned]) -> tuple[list[Shift], list[str]]:
    """Store the shifts that are new, or none where some overlap; both as far as there are any."""
    if not planned:
        return [], []
    standing = list(
        shifts_of(contract)
        .filter(
            person__in={one.person.pk for one in planned},
            starts_at__lt=max(one.ends_at for one in planned), ends_at__gt=min(one.starts_at for one in planned),
        )
        .select_related("team", "person")
    )  # fmt: skip
    wanted = fresh(planned, standing)
    if faults := clashes(wanted, standing):
        return [], faults
    shifts = [Shift(team=one.team, person=one.person, starts_at=one.starts_at, ends_at=one.ends_at) for one in wanted]
    return Shift.objects.bulk_create(shifts), []


def _hold(contract: "Contract") -> None:
    """Let nobody else change the contract's teams and rosters until the transaction ends."""
    all_contracts().select_for_update(of=("self",), no_key=True).get(pk=contract.pk)
