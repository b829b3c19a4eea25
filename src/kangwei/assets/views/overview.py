"""All kinds with what is due, the search over everything, and the repairs."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from kangwei.assets import queries
from kangwei.assets.enums import RepairStanding
from kangwei.assets.models import Repair
from kangwei.assets.views.finding import known
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, export, page_of
from kangwei.core.calendars import Duration, local_day
from kangwei.core.ledgers import GROUPS, Kind

DUE_SHOWN = 8
REPAIR_HEADERS = ("资产编号", "名称", "类别", "序列号", "单位", "故障", "维修单位", "送修时间", "时限", "应修复",
                  "修复时间", "修复结果", "是否按时")  # fmt: skip
SEARCH_HINT = "编号、名称、序列号、地点、人员"


@dataclass(frozen=True)
class Shelf:
    """A kind with the number of its assets that are not scrapped."""

    kind: Kind
    count: int
    url: str


@requires("assets.read")
def overview(request: PersonRequest) -> HttpResponse:
    """The kinds by group with counts and what is due; with `?q=` what a search finds among all assets."""
    now = timezone.now()
    mine = queries.assets(request.user)
    if text := request.GET.get("q", "").strip():
        rows = queries.search_assets(known(mine), text).order_by("kind", "number")
        found = {"title": "资产", "page_obj": page_of(request, rows), "q": text, "search_hint": SEARCH_HINT}
        return render(request, "assets/search.html", found)
    counts = queries.counts_by_kind(mine)
    today = local_day(now)
    expiries, repairs = queries.near_expiry(mine, today), queries.open_repairs(request.user)
    context: dict[str, Any] = {
        "title": "资产",
        "search_hint": SEARCH_HINT,
        "groups": _groups(counts),
        "total": sum(counts.values()),
        "repairs": repairs[:DUE_SHOWN],
        "repair_count": repairs.count(),
        "expiries": expiries[:DUE_SHOWN],
        "expiry_counts": _expiry_counts(queries.counts_by_kind(expiries)),
        "now": now,
        "today": today,
    }
    return render(request, "assets/overview.html", context)


@requires("assets.read")
def repair_list(request: PersonRequest) -> HttpResponse:
    """Repairs by how they stand, the most urgent first; as a page or as Excel."""
    now = timezone.now()
    rows = queries.repairs(request.user)
    if (kind := request.GET.get("kind", "")) in queries.kinds():
        rows = rows.filter(asset__kind=kind)
    if text := request.GET.get("q", "").strip():
        rows = queries.search_repairs(rows, text)
    counts, standing = queries.repair_counts(rows, now), request.GET.get("standing", "")
    standing = standing if standing in counts else RepairStanding.OPEN
    rows = queries.repairs_standing(rows, RepairStanding(standing), now)
    if request.GET.get("export"):
        return export(request, "送修.xlsx", REPAIR_HEADERS, rows, _exported)
    options = [(row.id, row.name) for row in queries.kinds().values()]
    context: dict[str, Any] = {
        "title": "送修",
        "page_obj": page_of(request, rows),
        "tabs": [_tab(request, one, counts[one], standing) for one in RepairStanding],
        "kept": [("standing", standing)] if standing != RepairStanding.OPEN else [],
        "q": text,
        "search_hint": "资产、故障、维修单位",
        "now": now,
        "filters": [{"name": "kind", "label": "类别", "kind": "select", "value": kind, "options": options}],
        "export_url": f"?{_with(request, export='1')}",
    }
    return render(request, "assets/repairs.html", context)


def _tab(request: PersonRequest, standing: RepairStanding, count: int, now: str) -> dict[str, Any]:
    url = f"?{_with(request, standing=standing.value)}"
    return {"label": standing.label, "url": url, "active": standing == now, "count": count}


def _with(request: PersonRequest, **changes: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query[name] = value
    return query.urlencode()


def _groups(counts: dict[str, int]) -> list[tuple[str, list[Shelf]]]:
    shelves = [
        Shelf(kind, counts.get(kind.id, 0), f"{reverse('assets:list', args=[kind.id])}?state=live")
        for kind in queries.kinds().values()
    ]
    return [(group, found) for group in GROUPS if (found := [row for row in shelves if row.kind.group == group])]


def _expiry_counts(counts: dict[str, int]) -> list[Shelf]:
    return [
        Shelf(kind, counts[name], f"{reverse('assets:list', args=[name])}?expiry=near")
        for name, kind in queries.kinds().items()
        if counts.get(name)
    ]


def _exported(row: Repair) -> tuple[Any, ...]:
    asset = row.asset
    kind = queries.kinds().get(asset.kind)
    in_time = "" if not row.due_at or not row.returned_at else "是" if row.returned_at <= row.due_at else "否"
    return (
        asset.number, asset.name, kind.name if kind else asset.kind, asset.serial_number, asset.owner.name, row.fault,
        row.vendor, row.sent_at, Duration.parse(row.limit).label if row.limit else "", row.due_at, row.returned_at,
        row.result, in_time,
    )  # fmt: skip
