"""The desk's numbers over a period: by subject and dimension, as a course, as Excel, as the month's report."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, excel, refusals_shown
from kangwei.base.workbook import Table as Sheet
from kangwei.contracts import queries as contracts
from kangwei.core.calendars import local_day
from kangwei.servicedesk import actions
from kangwei.servicedesk.numbers.charts import course_chart
from kangwei.servicedesk.numbers.definitions import NUMBERS, Period
from kangwei.servicedesk.numbers.figures import TABLES, WORK, Column, Table
from kangwei.servicedesk.numbers.month_reports import deliverables_of
from kangwei.servicedesk.numbers.periods import PRESETS, Chosen, chosen
from kangwei.servicedesk.numbers.tallying import (
    DIMENSIONS,
    Breakdown,
    Dimension,
    Line,
    Stretch,
    broken_down,
    counted,
    course,
    looked_at,
    stretches,
    without_practice,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from kangwei.contracts.models import Contract
    from kangwei.servicedesk.models import Ticket

COURSE = ("received", "solved", "closed", "breached")
USUAL_DIMENSION = "system"


@dataclass(frozen=True)
class Asked:
    """What an address asks for."""

    days: Chosen
    contract: "Contract | None"
    dimension: Dimension
    table: Table
    now: datetime

    @property
    def kept(self) -> dict[str, str]:
        """What stays in the addresses of the page."""
        return {
            "from": str(self.days.first), "to": str(self.days.last),
            "contract": self.contract.code if self.contract else "", "by": self.dimension.id, "table": self.table.id,
        }  # fmt: skip

    def address(self, **changes: str) -> str:
        """The page with something else chosen."""
        return f"?{urlencode({name: value for name, value in (self.kept | changes).items() if value})}"

    def listing(self, number: str, word: str = "", part: Stretch | None = None) -> str:
        """The list behind a number, of one value of the dimension, or in a part of the period."""
        first, last = (part.first, part.last) if part else (self.days.first, self.days.last)
        query = {"number": number, "from": str(first), "to": str(last), "contract": self.kept["contract"]}
        query |= {self.dimension.id: word} if word else {}
        return f"{reverse('tickets:queue')}?{urlencode({name: value for name, value in query.items() if value})}"


@requires("tickets.read")
def numbers(request: PersonRequest) -> HttpResponse:
    """Every number of a period; each opens its list."""
    asked = _asked(request)
    rows = counted(request.user, asked.contract)
    held = contracts.contracts(request.user)
    if asked.contract:
        held = held.filter(pk=asked.contract.pk)
    period = looked_at(held, asked.days.first, asked.days.last, asked.now)
    if request.GET.get("export"):
        return excel(_file_name(asked), _sheets(request, asked, broken_down(rows, asked.dimension, period)))
    found = broken_down(rows, asked.dimension, period, asked.table.groups)
    columns = asked.table.filled(found.lines)
    total = _cells(asked, found.total, columns)
    context: dict[str, Any] = {
        "title": "服务台统计",
        "asked": asked,
        "days": asked.days,
        "presets": _presets(asked),
        "filters": _filters(request, asked),
        "tabs": [
            {"label": table.label, "url": asked.address(table=table.id), "active": table is asked.table}
            for table in TABLES.values()
        ],
        "found": found,
        "columns": columns,
        "heads": _heads(columns),
        "total": total,
        "lines": [(line.label, _cells(asked, line, columns)) for line in found.lines],
        "dimensions": [
            (dimension, asked.address(by=dimension.id), dimension is asked.dimension)
            for dimension in DIMENSIONS.values()
        ],
        "export_url": f"{asked.address()}&export=1",
        "report": _report(request, asked),
        "without_practice": without_practice(request.user, asked.contract),
    }
    if asked.table is WORK:
        context |= {"strip": list(zip(columns, total, strict=True))} | _course(asked, rows, period)
    return render(request, "servicedesk/numbers.html", context)


@requires("evidence.record")
@require_POST
def archive_report(request: PersonRequest) -> HttpResponse:
    """Archive the report of the month and contract that the page shows, as evidence on the contract."""
    asked = _asked(request)
    contract = get_object_or_404(contracts.contracts(request.user), code=request.GET.get("contract", ""))
    with refusals_shown(request):
        made = actions.archive_month_report(
            contract=contract, month=asked.days.first, deliverable=request.POST.get("deliverable", ""),
            actor=request.user, now=asked.now,
        )  # fmt: skip
        where = f"，已登记到「{made.occurrence}」" if made.occurrence else f"，已登记为「{made.deliverable}」"
        messages.success(request, f"已归档 {made.document.number if made.document else ''}{where}")
    return redirect(f"{reverse('tickets:numbers')}{asked.address()}")


def _asked(request: PersonRequest) -> Asked:
    query, now = request.GET, timezone.now()
    contract = None
    if query.get("contract"):
        contract = get_object_or_404(contracts.contracts(request.user), code=query["contract"])
    return Asked(
        chosen(query, local_day(now)), contract, DIMENSIONS.get(query.get("by", ""), DIMENSIONS[USUAL_DIMENSION]),
        TABLES.get(query.get("table", ""), WORK), now,
    )  # fmt: skip


def _presets(asked: Asked) -> list[tuple[str, str, bool]]:
    """The usual periods: label, address, whether it is the one shown."""
    kept = {key: value for key, value in asked.kept.items() if key not in ("from", "to") and value}
    return [
        (label, f"?{urlencode({'period': name} | kept)}", name == asked.days.preset)
        for name, (label, *_) in PRESETS.items()
    ]


def _course(asked: Asked, rows: "QuerySet[Ticket]", period: Period) -> dict[str, Any]:
    """The course of the period, as a chart and as the table behind it."""
    unit, parts = stretches(period.first, period.last)
    told = [NUMBERS[name] for name in COURSE]
    counts = course(rows, told, parts, period)
    return {
        "chart": course_chart(told, parts, counts, lambda number, part: asked.listing(number.id, part=part)),
        "any_course": any(map(any, counts)),
        "unit": unit,
        "course_numbers": told,
        "course": [
            (part, [(row[place], asked.listing(one.id, part=part)) for one, row in zip(told, counts, strict=True)])
            for place, part in enumerate(parts)
        ],
    }


def _filters(request: PersonRequest, asked: Asked) -> list[dict[str, Any]]:
    mine = contracts.contracts(request.user).order_by("code")
    return [
        {"name": "from", "label": "自", "kind": "date", "value": str(asked.days.first)},
        {"name": "to", "label": "至", "kind": "date", "value": str(asked.days.last)},
        {"name": "contract", "label": "合同", "kind": "select", "value": asked.kept["contract"],
         "options": [(row.code, row.title) for row in mine]},
    ]  # fmt: skip


def _heads(columns: Iterable[Column]) -> list[tuple[str, int]]:
    """What stands over the columns, with how many each; nothing where nothing does."""
    found: list[tuple[str, int]] = []
    for column in columns:
        if found and found[-1][0] == column.head:
            found[-1] = (column.head, found[-1][1] + 1)
        else:
            found.append((column.head, 1))
    return found if any(head for head, _ in found) else []


def _cells(asked: Asked, line: Line, columns: Iterable[Column]) -> list[dict[str, Any]]:
    return [
        {
            "value": column.value(line), "unit": column.unit, "url": asked.listing(column.number, line.word),
            "bad": column.number.endswith(("breached", "missed")), "opens": bool(line[column.number]),
        }
        for column in columns
    ]  # fmt: skip


def _report(request: PersonRequest, asked: Asked) -> dict[str, Any] | None:
    """What the button for the month's report needs; None where there is none to make."""
    if not (asked.contract and asked.days.month and request.user.has_perm("evidence.record")):
        return None
    own, others = deliverables_of(asked.contract)
    return {"own": own, "deliverables": others, "month": asked.days.label}


def _file_name(asked: Asked) -> str:
    scope = f"-{asked.contract.code}" if asked.contract else ""
    return f"服务台统计{scope}-{asked.days.first}-{asked.days.last}.xlsx"


def _sheets(request: PersonRequest, asked: Asked, found: Breakdown) -> dict[str, Sheet]:
    """A sheet for each table, and one that says what the numbers mean."""
    scope = asked.contract.title if asked.contract else "全部合同"
    if without_practice(request.user, asked.contract):
        scope += "，不含练习数据"
    told: list[tuple[Any, ...]] = [
        ("期间", asked.days.label), ("合同", scope), ("分组", asked.dimension.label), ("统计时间", asked.now),
    ]  # fmt: skip
    sheets: dict[str, Sheet] = {}
    for table in TABLES.values():
        columns = table.filled(found.lines)
        headers = (asked.dimension.label, *(column.title for column in columns))
        rows = [(line.label, *(column.value(line) for column in columns)) for line in (*found.lines, found.total)]
        sheets[table.label] = (headers, rows)
        told += [(f"{table.label}：{column.title}", column.meaning) for column in columns]
    return {"说明": (("项目", "说明"), told)} | sheets
