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
from kangwei.base.web import PersonRequest, download, page_of, refusals_shown
from kangwei.contracts import actions, queries
from kangwei.contracts.charts import monthly_chart
from kangwei.contracts.enums import SECTION_LABELS, Standing
from kangwei.contracts.forms import StartForm, SupplierForm
from kangwei.contracts.models import Contract
from kangwei.core.calendars import bundled_calendar

TABS = (
    "duty", "service-level", "deliverable", "acceptance", "staff", "measure", "system", "count", "commitment", "target",
)  # fmt: skip


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
    """One contract: how it stands, and its clauses section by section with their citations."""
    contract = get_object_or_404(queries.contracts(request.user), code=code)
    now = timezone.now()
    sections = queries.clauses_by_section(contract)
    tab = request.GET.get("tab", "")
    if tab not in sections:
        tab = ""
    context: dict[str, Any] = {
        "contract": contract,
        "now": now,
        "tab": tab,
        "tabs": _tabs(contract, sections, tab),
        "section_label": SECTION_LABELS.get(tab, ""),
        "clauses": sections.get(tab, []),
    }
    context |= _overview(request, contract, now) if not tab else {}
    if tab == "duty":
        accruals = queries.accruals(contract, now)
        rows = [(clause, accruals.get(clause.pk)) for clause in sections["duty"]]
        context["duties"] = sorted(rows, key=lambda row: row[1] is None)
    return render(request, "contracts/detail.html", context)


def _tabs(contract: Contract, sections: dict[str, Any], tab: str) -> list[dict[str, Any]]:
    base = reverse("contracts:detail", args=[contract.code])
    tabs = [{"label": "概况", "url": base, "active": not tab, "count": None}]
    order = [name for name in TABS if name in sections] + [name for name in sections if name not in TABS]
    return tabs + [
        {
            "label": SECTION_LABELS.get(name, name), "url": f"{base}?tab={name}", "active": name == tab,
            "count": len(sections[name]),
        }
        for name in order
    ]  # fmt: skip


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
