"""Teams of a contract, and the roster of a week: who is on duty when."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, address, carried_out, excel, page_of, refusals_shown
from kangwei.contracts import queries as contracts
from kangwei.core.calendars import SHANGHAI, local_day
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.forms.teams import RosterFileForm, ShiftForm, TeamForm
from kangwei.servicedesk.intake.roster_file import HEADERS
from kangwei.servicedesk.models import Shift, Team
from kangwei.servicedesk.queries import rosters
from kangwei.servicedesk.views.narrowing import contract_filter, contract_or_404
from kangwei.servicedesk.views.work import by

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

MOST_FAULTS = 50


@requires("tickets.read")
def roster(request: PersonRequest) -> HttpResponse:
    """The roster of one contract for a week, and who is on duty now; as a page or as Excel."""
    now = timezone.now()
    contract = _contract(request, now)
    if contract is None:
        return render(request, "servicedesk/no_contract.html", {"title": "值班表"})
    monday = rosters.monday_of(_day(request.GET.get("week", "")) or local_day(now))
    if request.GET.get("export"):
        return excel(f"值班表-{contract.code}-{monday}.xlsx", {"值班表": (HEADERS, _exported(contract, monday))})
    chosen = contract_filter(request) | {"value": contract.code}
    context: dict[str, Any] = {
        "title": "值班表",
        "contract": contract,
        "week": rosters.week_of(contract, monday, now),
        "on_duty": list(rosters.on_duty(rosters.shifts_of(contract), now)),
        "filters": [chosen, {"name": "week", "label": "周", "kind": "date", "value": monday.isoformat()}],
        "last_day": monday + timedelta(days=6),
        "before": address(request, contract=contract.code, week=f"{monday - rosters.WEEK}"),
        "after": address(request, contract=contract.code, week=f"{monday + rosters.WEEK}"),
        "this_week": address(request, contract=contract.code, week=""),
        "export_url": address(request, contract=contract.code, week=f"{monday}", export="1"),
        "now": now,
    }
    return render(request, "servicedesk/roster.html", context)


@requires("tickets.manage")
def roster_import(request: PersonRequest) -> HttpResponse:
    """Enter a roster from a file, whole or not at all; what is wrong stands by line and column."""
    contract = contract_or_404(request, request.GET.get("contract", ""))
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form, faults, shifts = RosterFileForm(*sent), [], None
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            shifts = actions.import_roster(
                contract=contract, content=file.read(), file_name=file.name or "", **by(request)
            )
        except actions.RosterError as error:
            faults = error.faults
            form.add_error("file", f"有 {len(faults)} 处不对，没有导入")
        except ActionError as error:
            form.add_error("file", str(error))
    if shifts is not None:
        messages.success(request, f"已导入 {len(shifts)} 个班次" if shifts else "文件里的班次都已在值班表上")
        first = min((shift.starts_at for shift in shifts), default=None)
        return redirect(_roster_of(contract, local_day(first) if first else None))
    context = {
        "title": "导入值班表", "contract": contract, "form": form, "faults": faults[:MOST_FAULTS],
        "more_faults": max(0, len(faults) - MOST_FAULTS), "headers": HEADERS,
    }  # fmt: skip
    return render(request, "servicedesk/roster_import.html", context, status=422 if form.errors else 200)


@requires("tickets.read")
def team_list(request: PersonRequest) -> HttpResponse:
    """The teams of the contracts that the person may see."""
    rows = rosters.teams(request.user)
    if code := request.GET.get("contract", ""):
        rows = rows.filter(contract=contract_or_404(request, code))
    context = {
        "title": "班组", "page_obj": page_of(request, rosters.with_members(rows)), "code": code,
        "filters": [contract_filter(request)], "filtered": bool(code),
        "may_add": queries.open_contracts(request.user, local_day(timezone.now())).exists(),
    }  # fmt: skip
    return render(request, "servicedesk/teams.html", context)


@requires("tickets.manage")
def team_new(request: PersonRequest) -> HttpResponse:
    """Enter a team; without a contract in the address that is chosen first."""
    open_ones = queries.open_contracts(request.user, local_day(timezone.now()))
    contract = open_ones.filter(code=request.GET.get("contract", "")).first()
    if contract is None:
        context = {"title": "新建班组", "contracts": open_ones}
        return render(request, "servicedesk/team_contract.html", context)
    return _team_form(request, contract, None)


@requires("tickets.manage")
def team(request: PersonRequest, pk: int) -> HttpResponse:
    """Change a team's name and members."""
    found = _team(request, pk)
    return _team_form(request, found.contract, found)


@requires("tickets.manage")
@require_POST
def team_active(request: PersonRequest, pk: int) -> HttpResponse:
    """Retire a team, or take it into use again."""
    found, active = _team(request, pk), request.POST.get("active") == "1"
    with refusals_shown(request):
        actions.set_team_active(team=found, active=active, **by(request))
        messages.success(request, f"「{found}」已{'启用' if active else '停用'}")
    return redirect(_teams_of(found.contract))


@requires("tickets.manage")
def shift_new(request: PersonRequest, pk: int) -> HttpResponse:
    """Put somebody of a team on duty."""
    found = _team(request, pk)
    today = local_day(timezone.now())
    form = ShiftForm(
        request.POST or None, members=found.members.filter(is_active=True),
        initial={"first": today, "last": today, "from_time": "08:00", "to_time": "20:00"},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        added: list[Shift] = []
        if carried_out(form, lambda: added.extend(actions.add_shifts(team=found, **form.values, **by(request)))):
            messages.success(request, f"已排 {len(added)} 个班次" if added else "这些班次都已在值班表上")
            return redirect(_roster_of(found.contract, form.cleaned_data["first"]))
    context = {"title": f"排班 · {found}", "team": found, "form": form}
    return render(request, "servicedesk/shift.html", context, status=422 if form.errors else 200)


@requires("tickets.manage")
@require_POST
def shift_drop(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a shift off the roster."""
    mine = Shift.objects.filter(team__in=rosters.teams(request.user).order_by().values("pk"))
    shift = get_object_or_404(mine.select_related("team__contract", "person"), pk=pk)
    actions.drop_shift(shift=shift, **by(request))
    messages.success(request, f"已取消 {shift.person.name} 的班次")
    return redirect(_roster_of(shift.team.contract, local_day(shift.starts_at)))


def _team_form(request: PersonRequest, contract: "Contract", found: Team | None) -> HttpResponse:
    initial = {"name": found.name, "members": found.members.all()} if found else None
    form = TeamForm(request.POST or None, staff=queries.staff_of(contract), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        act = lambda: actions.save_team(  # noqa: E731
            contract=contract, name=data["name"], members=list(data["members"]), team=found, **by(request)
        )
        if carried_out(form, act):
            messages.success(request, f"已保存班组「{data['name']}」")
            return redirect(_teams_of(contract))
    title = f"班组 · {found}" if found else "新建班组"
    context = {"title": title, "contract": contract, "team": found, "form": form}
    return render(request, "servicedesk/team.html", context, status=422 if form.errors else 200)


def _team(request: PersonRequest, pk: int) -> Team:
    return get_object_or_404(rosters.teams(request.user), pk=pk)


def _contract(request: PersonRequest, now: datetime) -> "Contract | None":
    """The contract that the address names, else the first that has teams, else the first in force; None for none."""
    if code := request.GET.get("contract", ""):
        found: Contract = contract_or_404(request, code)
        return found
    mine = contracts.contracts(request.user).order_by("code")
    with_teams = mine.filter(pk__in=Team.objects.filter(active=True).order_by().values("contract"))
    return with_teams.first() or mine.filter(last_day__gte=local_day(now)).first()


def _exported(contract: "Contract", monday: date) -> Iterator[tuple[str, ...]]:
    for shift in rosters.shifts_in(contract, monday):
        start, end = shift.starts_at.astimezone(SHANGHAI), shift.ends_at.astimezone(SHANGHAI)
        person = shift.person
        yield (shift.team.name, person.username, person.name, f"{start:%Y-%m-%d}", f"{start:%H:%M}", f"{end:%H:%M}")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


def _roster_of(contract: "Contract", day: date | None = None) -> str:
    query = {"contract": contract.code} | ({"week": day.isoformat()} if day else {})
    return f"{reverse('tickets:roster')}?{urlencode(query)}"


def _teams_of(contract: "Contract") -> str:
    return f"{reverse('tickets:teams')}?{urlencode({'contract': contract.code})}"
