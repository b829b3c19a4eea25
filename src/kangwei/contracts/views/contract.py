"""The list of contracts and the page of one."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.base import audit
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, download, excel, page_of, refusals_shown
from kangwei.base.workbook import Table
from kangwei.contracts import actions, queries
from kangwei.contracts.charts import monthly_chart
from kangwei.contracts.enums import Standing
from kangwei.contracts.forms import StartForm, SupplierForm
from kangwei.contracts.models import Contract
from kangwei.contracts.tabs import SectionCard, duty_rows, section_cards
from kangwei.core.calendars import bundled_calendar
from kangwei.core.contracts import TABS


@requires("contracts.read")
def contract_list(request: PersonRequest) -> HttpResponse:
    """All contracts of the person, with what is owed, done and overdue."""
    now = timezone.now()
    found = queries.contracts(request.user)
    text = request.GET.get("q", "").strip()
    if text:
        found = queries.search_contracts(found, text)
    page = page_of(request, queries.with_counts(found, now))
    context = {"page_obj": page, "q": text, "search_hint": "合同、甲方、乙方", "now": now, "title": "合同"}
    return render(request, "contracts/list.html", context)


@requires("contracts.read")
def detail(request: PersonRequest, code: str) -> HttpResponse:
    """One contract: how it stands, and its clauses tab by tab with their citations; `?export=1` a tab as Excel."""
    contract = get_object_or_404(queries.contracts(request.user), code=code)
    now = timezone.now()
    sections = queries.clauses_by_section(contract)
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = ""
    if tab and request.GET.get("export"):
        return _tab_as_excel(contract, section_cards(sections, tab), tab)
    context: dict[str, Any] = {
        "contract": contract,
        "now": now,
        "tab": tab,
        "tabs": _tabs(contract, sections, tab),
    }
    if not tab:
        context |= _overview(request, contract, now)
    elif tab == "duties":
        accruals = queries.accruals(contract, now)
        rows = [(row, accruals.get(row.clause.pk)) for row in duty_rows(sections.get("duty", []))]
        context["duties"] = sorted(rows, key=lambda row: row[1] is None)
    else:
        context["cards"] = section_cards(sections, tab)
    return render(request, "contracts/detail.html", context)


def _tabs(contract: Contract, sections: dict[str, Any], tab: str) -> list[dict[str, Any]]:
    base = reverse("contracts:detail", args=[contract.code])
    counted = [(name, label, len(sections.get(parts[0], ()))) for name, (label, parts) in TABS.items()]
    return [{"label": "概况", "url": base, "active": not tab, "count": None}] + [
        {"label": label, "url": f"{base}?tab={name}", "active": name == tab, "count": count}
        for name, label, count in counted
        if count or any(sections.get(part) for part in TABS[name][1])
    ]


def _tab_as_excel(contract: Contract, cards: list[SectionCard], tab: str) -> HttpResponse:
    sheets: dict[str, Table] = {
        card.label: (
            [*(column.label for column in card.table.columns), "出处"],
            [(*cells, row.clause.cite) for row, cells in zip(card.rows, card.table.rows, strict=True)],
        )
        for card in cards
    }
    return excel(f"{contract.code}-{TABS[tab][0]}.xlsx", sheets)


def _overview(request: PersonRequest, contract: Contract, now: datetime) -> dict[str, Any]:
    mine = queries.occurrences(request.user).filter(contract=contract)
    months = queries.due_by_month(mine, now)
    counts = queries.totals(months)
    listing = f"{reverse('contracts:occurrence_list')}?contract={contract.code}"
    current = queries.with_standing(mine, now)
    return {
        "counts": [(standing, counts[standing], f"{listing}&standing={standing}") for standing in Standing],
        "chart": monthly_chart(months, listing),
        "upcoming": current.filter(standing=Standing.CURRENT)[:8],
        "overdue": current.filter(standing=Standing.OVERDUE)[:8],
        "files": contract.files.defer("text", "changes")[:5],
        "timeline": audit.timeline("contract", contract.code, limit=12),
        "suppliers": queries.suppliers(request.user),
    }


@requires("contracts.read")
def file(request: PersonRequest, code: str) -> HttpResponse:
    """The contract file in force, as it was loaded."""
    contract = get_object_or_404(queries.contracts(request.user), code=code)
    current = contract.files.all()[0]
    return download(current.text.encode(), file_name=current.name, content_type="application/yaml; charset=utf-8")


@requires("contracts.write")
@require_POST
def supplier(request: PersonRequest, code: str) -> HttpResponse:
    """Name the supplier."""
    contract = get_object_or_404(queries.contracts(request.user), code=code)
    form = SupplierForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写乙方名称")
        return redirect("contracts:detail", code=code)
    with refusals_shown(request):
        actions.assign_supplier(
            contract=contract, supplier=form.cleaned_data["supplier"], actor=request.user, now=timezone.now()
        )
        messages.success(request, f"乙方为「{contract.supplier}」")
    return redirect("contracts:detail", code=code)


@requires("contracts.write")
@require_POST
def start(request: PersonRequest, code: str) -> HttpResponse:
    """Confirm the first day as the signed contract has it."""
    contract = get_object_or_404(queries.contracts(request.user), code=code)
    form = StartForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写合同起始日，例如 2026-01-01")
        return redirect("contracts:detail", code=code)
    with refusals_shown(request):
        result = actions.confirm_start(
            contract=contract, first_day=form.cleaned_data["first_day"], calendar=bundled_calendar(),
            actor=request.user, now=timezone.now(),
        )  # fmt: skip
        messages.success(
            request,
            f"合同期为 {contract.first_day} 至 {contract.last_day}：应履行项新增 {result.occurrences_added}，"
            f"移动 {result.occurrences_moved}，删除 {result.occurrences_removed}",
        )
    return redirect("contracts:detail", code=code)
