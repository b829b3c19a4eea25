"""The list of runs, the page of one, and asking for more."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, download, export, month_in, page_of
from kangwei.contracts import queries as contracts
from kangwei.documents import queries as documents
from kangwei.inspections import actions, queries
from kangwei.inspections.enums import VERDICT_CHOICES, RunState, Trigger
from kangwei.inspections.models import Run

EXPORT_HEADERS = ("编号", "合同", "巡检对象", "合同对象", "应履行项", "出处", "状态", "结论", "发起时间", "开始",
                  "结束", "用时（秒）", "触发方式", "发起人", "未测得的原因", "不作为佐证的原因")  # fmt: skip


@requires("inspections.read")
def run_list(request: PersonRequest) -> HttpResponse:
    """Runs by contract, state, verdict and month; as a page or as Excel."""
    rows = _filtered(request.GET, queries.runs(request.user))
    if request.GET.get("export"):
        return export(request, "巡检.xlsx", EXPORT_HEADERS, rows, _exported)
    exported = request.GET.copy()
    exported["export"] = "1"
    context = {
        "title": "巡检",
        "page_obj": page_of(request, rows),
        "q": request.GET.get("q", ""),
        "search_hint": "编号、对象、发起人",
        "kept": [("target", request.GET["target"])] if request.GET.get("target") else [],
        "filters": _filters(request),
        "export_url": f"?{exported.urlencode()}",
    }
    return render(request, "inspections/run_list.html", context)


@requires("inspections.read")
def run_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One run: verdict, results, findings, the contract's clause, the record sheet."""
    run = get_object_or_404(queries.runs(request.user), pk=pk)
    document = documents.documents([run.document_id])[0] if run.document_id else None
    context = {
        "run": run,
        "now": timezone.now(),
        "results": run.results.all(),
        "findings": queries.findings_standing(run) if run.finished_at else [],
        "sheet": documents.latest(document) if document else None,
        "document": document,
        "may_resolve": request.user.has_perm("inspections.run"),
        "may_open": request.user.has_perm("tickets.write"),
    }
    return render(request, "inspections/run_detail.html", context)


@requires("inspections.read")
def run_results(request: PersonRequest, pk: int) -> HttpResponse:
    """How far a run is, asked for by its page every two seconds; once it is over the page loads anew."""
    run = get_object_or_404(queries.runs(request.user), pk=pk)
    response = render(request, "inspections/_progress.html", {"run": run, "now": timezone.now()})
    if not run.under_way:
        response["HX-Refresh"] = "true"
    return response


@requires("documents.read")
def run_sheet(request: PersonRequest, pk: int) -> HttpResponse:
    """The record sheet as a Word file, in its latest version."""
    run = get_object_or_404(queries.runs(request.user), pk=pk)
    if run.document_id is None:
        raise Http404
    version = documents.latest(documents.documents([run.document_id])[0])
    try:
        content = documents.content(version)
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("inspections:run_detail", pk=pk)
    return download(content, file_name=version.file_name, content_type=version.content_type)


@requires("inspections.run")
@require_POST
def request_run(request: PersonRequest, pk: int) -> HttpResponse:
    """Inspect a target now; `occurrence` names a missed one that is to be made up."""
    target = get_object_or_404(queries.targets(request.user), pk=pk)
    now, occurrence = timezone.now(), None
    if wanted := request.POST.get("occurrence", ""):
        mine = contracts.occurrences(request.user).filter(contract=target.contract)
        occurrence = get_object_or_404(mine, pk=int(wanted) if wanted.isdecimal() else 0)
    try:
        run = actions.request_run(
            target=target, occurrence=occurrence, trigger=Trigger.SCREEN, actor=request.user, now=now
        )
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("inspections:edit_target", pk=pk)
    return redirect("inspections:run_detail", pk=run.pk)


@requires("inspections.run")
@require_POST
def run_all(request: PersonRequest, code: str) -> HttpResponse:
    """Inspect every active target of a contract now; with `owed` only those that still owe their newest occurrence."""
    contract = get_object_or_404(contracts.contracts(request.user), code=code)
    now = timezone.now()
    rows = queries.coverage(contract, now)
    wanted = [row.target for row in rows if row.target and (row.is_open or not request.POST.get("owed"))]
    runs = actions.request_runs(targets=wanted, trigger=Trigger.SCREEN, actor=request.user, now=now)
    if runs:
        messages.success(request, f"已发起 {len(runs)} 次巡检，结果出来后在这里更新")
    else:
        messages.info(request, "没有需要巡检的对象")
    return redirect(f"{redirect('inspections:run_list').url}?contract={contract.code}")


def _filtered(query: QueryDict, rows: QuerySet[Run]) -> QuerySet[Run]:
    if query.get("contract"):
        rows = rows.filter(target__contract__code=query["contract"])
    if (target := str(query.get("target", ""))).isdecimal():
        rows = rows.filter(target=int(target))
    if query.get("state") in RunState.values:
        rows = rows.filter(state=query["state"])
    if query.get("verdict") in dict(VERDICT_CHOICES):
        rows = rows.filter(verdict=query["verdict"])
    if month := month_in(query.get("month", "")):
        rows = queries.in_month(rows, month)
    if text := query.get("q", "").strip():
        rows = queries.search_runs(rows, text)
    return rows


def _filters(request: PersonRequest) -> list[dict[str, Any]]:
    mine = [(row.code, row.title) for row in contracts.contracts(request.user)]
    found: list[dict[str, Any]] = [
        {"name": "contract", "label": "合同", "kind": "select", "options": mine},
        {"name": "state", "label": "状态", "kind": "select", "options": RunState.choices},
        {"name": "verdict", "label": "结论", "kind": "select", "options": VERDICT_CHOICES},
        {"name": "month", "label": "月份", "kind": "month"},
    ]
    return [item | {"value": request.GET.get(item["name"], "")} for item in found]


def _exported(run: Run) -> tuple[Any, ...]:
    occurrence = run.occurrence
    seconds = round(run.duration.total_seconds(), 1) if run.duration else None
    return (
        run.number, run.target.contract.title, run.target.name, run.target.slot,
        str(occurrence) if occurrence else "", occurrence.clause.cite if occurrence else "",
        run.get_state_display(), run.get_verdict_display(), run.requested_at, run.started_at, run.finished_at,
        seconds, run.get_trigger_display(), run.requested_by, run.failure, run.uncounted,
    )  # fmt: skip
