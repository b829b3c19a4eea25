"""The obligation calendar: a month as a grid, occurrences as a list."""

import calendar as months
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, export, page_of
from kangwei.contracts import queries
from kangwei.contracts.enums import Standing
from kangwei.contracts.models import Occurrence
from kangwei.core.calendars import bundled_calendar, day_start, local_day

ACTIVITIES = [
    ("inspection", "巡检"), ("duty", "值守"), ("maintenance", "维护"), ("backup", "备份"), ("restore-test", "还原测试"),
    ("verification", "校验"), ("tuning", "调优"), ("audit", "审计"), ("assessment", "评估"), ("drill", "演练"),
    ("plan", "预案"), ("report", "报告"), ("meeting", "会议"), ("training", "培训"), ("survey", "满意度调查"),
    ("document", "文档"), ("data-quality", "数据质控"), ("configuration", "配置"), ("security", "安全"),
    ("knowledge", "知识库"), ("coordination", "协调"), ("support", "支持"),
]  # fmt: skip
# Beyond them the arithmetic of dates ends, and no contract runs.
YEARS = range(1950, 2150)


@requires("contracts.read")
def month(request: PersonRequest) -> HttpResponse:
    """One month: how many occurrences fall due on each day, by standing, each number a link to its list."""
    now = timezone.now()
    first = _month(request.GET.get("month", ""), local_day(now))
    rows = _filtered(request.GET, queries.occurrences(request.user), now, by_month=False)
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    counts = queries.due_by_day(rows, weeks[0][0], weeks[-1][-1], now)
    kept = _kept(request.GET)
    context = {
        "title": f"{first.year}年{first.month}月",
        "first": first,
        "previous": _query(kept, month=f"{first - timedelta(days=1):%Y-%m}"),
        "following": _query(kept, month=f"{first + timedelta(days=32):%Y-%m}"),
        "this_month": _query(kept),
        "list_url": f"{reverse('contracts:occurrence_list')}?{_query(kept, month=f'{first:%Y-%m}')}",
        "weeks": [[_day(day, first, local_day(now), counts, kept) for day in week] for week in weeks],
        "filters": [
            *_filters(request, with_standing=False),
            {"name": "month", "label": "月份", "kind": "month", "value": f"{first:%Y-%m}"},
        ],
        "q": request.GET.get("q", ""),
        "search_hint": "义务、对象",
        "totals": _totals(counts, first),
    }  # fmt: skip
    return render(request, "contracts/calendar.html", context)


@requires("contracts.read")
def occurrence_list(request: PersonRequest) -> HttpResponse:
    """Occurrences by contract, supplier, month or day, standing, activity, duty; as a page or as Excel."""
    now = timezone.now()
    rows = _filtered(request.GET, queries.with_standing(queries.occurrences(request.user), now), now)
    rows = rows.defer("clause__data")
    if request.GET.get("export"):
        return export(request, "应履行项.xlsx", EXPORT_HEADERS, rows, _exported)
    exported = request.GET.copy()
    exported["export"] = "1"
    context = {
        "title": "应履行项",
        "page_obj": page_of(request, rows),
        "filters": _filters(request, with_standing=True),
        "kept": [(name, request.GET[name]) for name in ("month", "day", "duty", "target") if request.GET.get(name)],
        "q": request.GET.get("q", ""),
        "search_hint": "义务、对象",
        "export_url": f"?{exported.urlencode()}",
        "now": now,
    }
    return render(request, "contracts/occurrences.html", context)


EXPORT_HEADERS = ("合同", "乙方", "义务", "对象", "期次", "起", "止", "状态", "完成时间", "日期为估计", "出处")


def _exported(row: Any) -> tuple[Any, ...]:
    return (
        row.contract.title, row.contract.supplier.name if row.contract.supplier else "", row.clause.title,
        row.target, row.label, row.starts_at, row.due_at, Standing(row.standing).label, row.done_at,
        row.estimated, row.clause.cite,
    )  # fmt: skip


def _month(text: str, today: date) -> date:
    return _day_of(f"{text}-01") or today.replace(day=1)


def _filtered(
    query: QueryDict, rows: QuerySet[Occurrence], now: datetime, *, by_month: bool = True
) -> QuerySet[Occurrence]:
    exact = {"contract": "contract__code", "supplier": "contract__supplier", "activity": "clause__data__activity",
             "duty": "clause__key", "target": "target"}  # fmt: skip
    for name, path in exact.items():
        value = query.get(name, "")
        if value and (name != "supplier" or value.isdecimal()):
            rows = rows.filter(**{path: value})
    if text := query.get("q", "").strip():
        rows = queries.search_occurrences(rows, text)
    if query.get("standing") in Standing.values:
        rows = queries.with_standing(rows, now).filter(standing=query["standing"])
    if by_month and (month_text := query.get("month")):
        first = _month(month_text, local_day(now))
        last = first.replace(day=months.monthrange(first.year, first.month)[1])
        rows = rows.filter(due_at__gte=day_start(first), due_at__lt=day_start(last + timedelta(days=1)))
    if by_month and (day := _day_of(query.get("day", ""))):
        rows = rows.filter(due_at__gte=day_start(day), due_at__lt=day_start(day + timedelta(days=1)))
    return rows


def _day_of(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _filters(request: PersonRequest, *, with_standing: bool) -> list[dict[str, Any]]:
    contracts, suppliers = queries.contracts(request.user), queries.suppliers(request.user)
    found: list[dict[str, Any]] = [
        {"name": "contract", "label": "合同", "options": [(row.code, row.title) for row in contracts]},
        {"name": "supplier", "label": "乙方", "options": [(row.pk, row.name) for row in suppliers]},
        {"name": "activity", "label": "活动", "options": ACTIVITIES},
    ]
    if with_standing:
        found.append({"name": "standing", "label": "状态", "options": Standing.choices})
    return [item | {"kind": "select", "value": request.GET.get(item["name"], "")} for item in found]


def _kept(query: QueryDict) -> dict[str, str]:
    found = {name: query.get(name) for name in ("contract", "supplier", "activity", "q")}
    return {name: value for name, value in found.items() if value}


def _query(kept: dict[str, str], **more: str) -> str:
    query = QueryDict(mutable=True)
    query.update(kept | more)
    return query.urlencode()


def _day(
    day: date, first: date, today: date, counts: dict[date, dict[str, int]], kept: dict[str, str]
) -> dict[str, Any]:
    listing = reverse("contracts:occurrence_list")
    calendar = bundled_calendar()
    entry = calendar.entry(day)
    return {
        "date": day,
        "in_month": day.month == first.month,
        "is_today": day == today,
        "is_working": calendar.is_working_day(day),
        "note": _note(entry.name if entry else "", entry.kind if entry else "", calendar.is_estimated(day)),
        "counts": [
            {
                "state": standing.value, "label": standing.label, "count": counts[day][standing],
                "url": f"{listing}?{_query(kept, day=day.isoformat(), standing=standing.value)}",
            }
            for standing in Standing
            if day in counts and counts[day].get(standing)
        ],
    }  # fmt: skip


def _note(name: str, kind: str, estimated: bool) -> str:
    text = f"{name}调休上班" if kind == "makeup" else name
    return f"{text}（估计）" if text and estimated else text


def _totals(counts: dict[date, dict[str, int]], first: date) -> list[tuple[Standing, int]]:
    found = [
        (standing, sum(row.get(standing, 0) for day, row in counts.items() if day.month == first.month))
        for standing in Standing
    ]
    return [(standing, n) for standing, n in found if n]
