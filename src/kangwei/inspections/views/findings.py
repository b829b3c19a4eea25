"""What is wrong, and dealing with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, excel, page_of, refusals_shown
from kangwei.contracts import queries as contracts
from kangwei.inspections import actions, queries
from kangwei.inspections.enums import FindingState
from kangwei.inspections.forms import FindingForm
from kangwei.inspections.models import Finding

EXPORT_HEADERS = ("合同", "巡检对象", "级别", "检查项", "发现", "状态", "发现时间", "首见于", "最近确认于", "消除时间",
                  "处理人", "处理说明", "工单", "工单状态")  # fmt: skip


@requires("inspections.read")
def finding_list(request: PersonRequest) -> HttpResponse:
    """Findings by state (open ones unless asked otherwise) and contract; as a page or as Excel."""
    rows = queries.findings(request.user)
    if code := request.GET.get("contract", ""):
        rows = rows.filter(target__contract__code=code)
    if text := request.GET.get("q", "").strip():
        rows = queries.search_findings(rows, text)
    counts, state = queries.finding_counts(rows), request.GET.get("state", FindingState.OPEN)
    if state in FindingState.values:
        rows = rows.filter(state=state)
    if request.GET.get("export"):
        return excel("巡检发现.xlsx", {"巡检发现": (EXPORT_HEADERS, map(_exported, rows))})
    exported = request.GET.copy()
    exported["export"] = "1"
    mine = [(row.code, row.title) for row in contracts.contracts(request.user)]
    context = {
        "title": "巡检发现",
        "may_resolve": request.user.has_perm("inspections.run"),
        "may_open": request.user.has_perm("tickets.write"),
        "tabs": _tabs(request, state, counts),
        "kept": [("state", state)] if state != FindingState.OPEN else [],
        "page_obj": page_of(request, rows),
        "q": text,
        "search_hint": "检查项、对象",
        "filters": [
            {"name": "contract", "label": "合同", "kind": "select", "value": code, "options": mine},
        ],
        "export_url": f"?{exported.urlencode()}",
    }
    return render(request, "inspections/finding_list.html", context)


@requires("inspections.run")
@require_POST
def resolve_finding(request: PersonRequest, pk: int) -> HttpResponse:
    """Close an open finding with a note of what was done."""
    finding = get_object_or_404(queries.findings(request.user), pk=pk)
    form = FindingForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明怎样处理的，不超过 300 字")
        return redirect(_back(request))
    with refusals_shown(request):
        actions.resolve_finding(finding=finding, note=form.cleaned_data["note"], actor=request.user, now=timezone.now())
        messages.success(request, f"「{finding.title}」已处理")
    return redirect(_back(request))


@requires("tickets.write")
@require_POST
def open_ticket(request: PersonRequest, pk: int) -> HttpResponse:
    """Make a ticket of the finding, or go to the one that it has."""
    finding = get_object_or_404(queries.findings(request.user), pk=pk)
    link = request.build_absolute_uri(reverse("inspections:run_detail", args=[finding.last_run_id]))
    with refusals_shown(request):
        ticket = actions.open_finding_ticket(finding=finding, link=link, actor=request.user, now=timezone.now())
        messages.success(request, f"「{finding.title}」在工单 {ticket.number} 中处理")
        return redirect("tickets:detail", pk=ticket.pk)
    return redirect(_back(request))


def _tabs(request: PersonRequest, state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    tabs = []
    for value, label in [*FindingState.choices, ("all", "全部")]:
        query = request.GET.copy()
        query["state"] = value
        query.pop("page", None)
        count = counts.get(value, sum(counts.values()))
        tabs.append({"label": label, "url": f"?{query.urlencode()}", "active": value == state, "count": count})
    return tabs


def _back(request: PersonRequest) -> str:
    """The page that the button stood on, if it is one of ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours else redirect("inspections:finding_list").url


def _exported(row: Finding) -> tuple[Any, ...]:
    return (
        row.target.contract.title, row.target.name, row.get_severity_display(), row.title, row.text,
        row.get_state_display(), row.opened_at, row.run.number, row.last_run.number, row.resolved_at,
        row.resolved_by, row.note, row.ticket.number if row.ticket else "",
        row.ticket.get_state_display() if row.ticket else "",
    )  # fmt: skip
