"""Stock-takes: the list, one with its lines, opening and closing it, its sheets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.assets import actions, counting, queries
from kangwei.assets.counting import Progress
from kangwei.assets.enums import DIFFERENCES, CountState
from kangwei.assets.forms.stocktakes import CloseForm, OpenForm
from kangwei.assets.models import StockTake, StockTakeLine
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error, download, excel, page_of, refusals_shown
from kangwei.core.calendars import local_day
from kangwei.core.documents import safe_file_name
from kangwei.documents import queries as documents

STANDINGS = [("open", "盘点中"), ("closed", "已结束")]
LINE_HEADERS = (
    "资产编号", "名称", "序列号", "保管人", "使用单位", "账面地点", "结果", "实际地点", "说明", "盘点人", "盘点时间",
)  # fmt: skip
MISSING_SHOWN = 20
TOTAL_HEADERS = ("项目", "内容")


@requires("assets.read")
def stocktake_list(request: PersonRequest) -> HttpResponse:
    """Stock-takes by kind and whether they have ended, newest first."""
    rows, text = _found(request), request.GET.get("q", "").strip()
    page = page_of(request, rows)
    progress = counting.progress(request.user, page)
    owners = queries.owners(request.user).count()
    kinds = queries.kinds()
    offered = [("kind", "类别", [(kind.id, kind.name) for kind in kinds.values()]), ("standing", "状态", STANDINGS)]
    context: dict[str, Any] = {
        "title": "盘点",
        "page_obj": page,
        "rows": [(row, progress[row.pk], _figures(progress[row.pk])) for row in page],
        "with_owner": owners > 1,
        "may_open": bool(owners) and request.user.has_perm("assets.write"),
        "q": text,
        "search_hint": "盘点名称、地点",
        "filters": [
            {"name": name, "label": label, "kind": "select", "options": options, "value": request.GET.get(name, "")}
            for name, label, options in offered
        ],
    }
    return render(request, "assets/stocktake_list.html", context)


def _found(request: PersonRequest) -> QuerySet[StockTake]:
    rows = queries.stocktakes(request.user)
    if (kind := request.GET.get("kind", "")) in queries.kinds():
        rows = rows.filter(kind=kind)
    if (standing := request.GET.get("standing", "")) in dict(STANDINGS):
        rows = rows.filter(closed_at__isnull=standing == "open")
    for word in request.GET.get("q", "").split():
        rows = rows.filter(Q(name__icontains=word) | Q(place__icontains=word))
    return rows


def _figures(progress: Progress) -> list[tuple[CountState, int]]:
    """The differences that there are."""
    return [(state, progress.of(state)) for state in DIFFERENCES if progress.of(state)]


@requires("assets.write")
def open_stocktake(request: PersonRequest) -> HttpResponse:
    """Begin a stock-take."""
    owners = list(queries.owners(request.user))
    if not owners:
        return render(request, "assets/stocktake_form.html", {"title": "发起盘点"})
    now = timezone.now()
    today = local_day(now)
    asked = {name: request.GET[name] for name in ("kind", "place", "owner") if name in request.GET}
    initial = {"name": f"{today.year}年{today.month}月盘点"} | asked
    form = OpenForm(request.POST or None, owners=owners, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            stocktake = actions.open_stocktake(
                owner=form.owner_party, name=data["name"], kind=data["kind"], place=data["place"],
                scope=queries.asset_scope(request.user), actor=request.user, now=now,
            )  # fmt: skip
        except ActionError as error:
            add_error(form, error)
        else:
            count = counting.progress(request.user, [stocktake])[stocktake.pk].total
            messages.success(request, f"「{stocktake}」已发起，共 {count:,} 项待盘")
            return redirect("assets:stocktake", pk=stocktake.pk)
    return render(request, "assets/stocktake_form.html", {"title": "发起盘点", "form": form})


@requires("assets.read")
def stocktake(request: PersonRequest, pk: int) -> HttpResponse:
    """One stock-take: how far it is, its lines by result and place."""
    found = stocktake_or_404(request, pk)
    return render(request, "assets/stocktake.html", page_context(request, found, request.GET))


def stocktake_or_404(request: PersonRequest, pk: int) -> StockTake:
    """The stock-take, if the person may see it."""
    return get_object_or_404(queries.stocktakes(request.user), pk=pk)


def page_context(request: PersonRequest, found: StockTake, query: QueryDict) -> dict[str, Any]:
    """What the page of a stock-take shows, for the filters in `query`."""
    everything = counting.lines(request.user, found)
    progress = counting.progress(request.user, [found])[found.pk]
    places = counting.places(everything)
    state = query.get("state", "")
    counts = found.closed_at is None and request.user.has_perm("assets.operate")
    return {
        "title": found.name,
        "stocktake": found,
        "progress": progress,
        "touched": progress.total != progress.of(CountState.EXPECTED),
        "figures": _figures(progress),
        "tabs": _tabs(query, progress, state),
        "page_obj": page_of(request, _filtered(everything, query)),
        "filtered": any(query.get(name) for name in ("q", "place", "state")),
        "query": query.urlencode(),
        "q": query.get("q", ""),
        "search_hint": "编号、名称、序列号、人员",
        "kept": [("state", state)] if state in CountState.values else [],
        "filters": _place_filter(places, query),
        "counts": counts,
        "sees_all": counting.sees_all(request.user, found),
    }


def _filtered(rows: QuerySet[StockTakeLine], query: QueryDict) -> QuerySet[StockTakeLine]:
    if query.get("state") in CountState.values:
        rows = rows.filter(state=query["state"])
    if place := query.get("place", ""):
        rows = rows.filter(expected_place=place)
    return counting.search_lines(rows, query.get("q", ""))


def _tabs(query: QueryDict, progress: Progress, state: str) -> list[dict[str, Any]]:
    tabs = []
    for value, label, count in [
        ("", "全部", progress.total), *((one.value, one.label, progress.of(one)) for one in CountState)
    ]:  # fmt: skip
        changed = query.copy()
        changed.pop("page", None)
        changed["state"] = value
        tabs.append({"label": label, "url": f"?{changed.urlencode()}", "active": value == state, "count": count})
    return tabs


def _place_filter(places: Sequence[str], query: QueryDict) -> list[dict[str, Any]]:
    if len(places) < 2:
        return []
    options = [(place, place) for place in places]
    return [
        {"name": "place", "label": "账面地点", "kind": "select", "options": options, "value": query.get("place", "")}
    ]


@requires("assets.write")
def close_stocktake(request: PersonRequest, pk: int) -> HttpResponse:
    """What the close will do, and the close itself."""
    found = stocktake_or_404(request, pk)
    if found.closed_at:
        return redirect("assets:stocktake", pk=pk)
    if not counting.sees_all(request.user, found):
        raise PermissionDenied("清单中有不由您运维的资产，请由甲方结束这次盘点")
    # Without its one box ticked a post is empty, and still a post.
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            actions.close_stocktake(
                stocktake=found, apply_places=form.cleaned_data["apply_places"], actor=request.user, now=timezone.now()
            )
            messages.success(request, f"「{found}」已结束，盘点表已归档")
        return redirect("assets:stocktake", pk=pk)
    lines, progress = counting.lines(request.user, found), counting.progress(request.user, [found])[pk]
    context = {
        "title": f"结束盘点 · {found.name}",
        "stocktake": found,
        "form": form,
        "progress": progress,
        "remaining": progress.of(CountState.EXPECTED),
        "missing": lines.filter(state=CountState.EXPECTED)[:MISSING_SHOWN],
        "elsewhere": lines.exclude(place="").count(),
    }
    return render(request, "assets/stocktake_close.html", context)


@requires("assets.write")
@require_POST
def drop_stocktake(request: PersonRequest, pk: int) -> HttpResponse:
    """Do away with a stock-take in which nothing was counted."""
    found = stocktake_or_404(request, pk)
    if not counting.sees_all(request.user, found):
        raise PermissionDenied("清单中有不由您运维的资产，请由甲方处理这次盘点")
    with refusals_shown(request):
        actions.drop_stocktake(stocktake=found, actor=request.user, now=timezone.now())
        messages.success(request, f"「{found}」已删除")
        return redirect("assets:stocktake_list")
    return redirect("assets:stocktake", pk=pk)


@requires("assets.read")
def stocktake_excel(request: PersonRequest, pk: int) -> HttpResponse:
    """Every line that the person may see, and the totals, as Excel."""
    found = stocktake_or_404(request, pk)
    rows = counting.lines(request.user, found)
    progress = counting.progress(request.user, [found])[pk]
    name = safe_file_name(f"盘点表-{found.name}.xlsx")
    totals = (TOTAL_HEADERS, _totals(found, progress, timezone.now()))
    return excel(name, {"汇总": totals, "明细": (LINE_HEADERS, map(_exported, rows.iterator(2000)))})


def _totals(found: StockTake, progress: Progress, now: datetime) -> list[tuple[str, Any]]:
    kind = queries.kinds().get(found.kind)
    return [
        ("盘点", found.name), ("单位", found.owner.name), ("类别", kind.name if kind else found.kind),
        ("地点", found.place or "全部"), ("发起", found.started_at), ("发起人", found.started_by),
        ("结束", found.closed_at or "盘点中"), ("结束人", found.closed_by), ("应盘", progress.expected),
        *((state.label, progress.of(state)) for state in CountState),
        ("导出时间", now),
    ]  # fmt: skip


def _exported(line: StockTakeLine) -> tuple[Any, ...]:
    asset = line.asset
    return (
        asset.number, asset.name, asset.serial_number, asset.custodian, asset.institution, line.expected_place,
        line.get_state_display(), line.place, line.note, line.by, line.at,
    )  # fmt: skip


@requires("documents.read")
def stocktake_sheet(request: PersonRequest, pk: int) -> HttpResponse:
    """The archived 盘点表 as a Word file, in its latest version."""
    found = stocktake_or_404(request, pk)
    if found.document_id is None or not counting.sees_all(request.user, found):
        raise Http404
    version = documents.latest(documents.documents([found.document_id])[0])
    try:
        content = documents.content(version)
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("assets:stocktake", pk=pk)
    return download(content, file_name=version.file_name, content_type=version.content_type)


def back_to(found: StockTake, query: QueryDict) -> str:
    """The page of a stock-take with the filters that somebody had chosen."""
    chosen = f"?{query.urlencode()}" if query else ""
    return reverse("assets:stocktake", args=[found.pk]) + chosen
