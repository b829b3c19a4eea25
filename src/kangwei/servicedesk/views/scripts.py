"""Scripts: the list, one with its history, and filing them as the contract's knowledge base."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.assets.queries import systems_seen
from kangwei.base import audit
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, address, carried_out, export, key_in, page_of, refusals_shown, select
from kangwei.contracts import queries as contracts
from kangwei.core.calendars import local_day
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.forms.scripts import ContractChoice, FilingForm, ScriptForm
from kangwei.servicedesk.models import Script
from kangwei.servicedesk.queries.scripting import archive_name, scripts, search_scripts, wanting_scripts
from kangwei.servicedesk.views.narrowing import contract_filter, contract_or_404, of_contract
from kangwei.servicedesk.views.work import by

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

HEADERS = ("合同编号", "合同", "系统", "问题", "解答", "状态", "更新时间", "更新人")
RETIRED = "retired"
FILTERS = ("q", "contract", "system")


@requires("tickets.read")
def script_list(request: PersonRequest) -> HttpResponse:
    """The scripts in use by contract, system and words, with their answers; as a page or as Excel."""
    query = request.GET
    rows = of_contract(request, scripts(request.user), "contract")
    retired = query.get("use") == RETIRED
    rows = rows.filter(active=not retired)
    if (system := key_in(query.get("system", ""))) is not None:
        rows = rows.filter(system=system)
    if text := query.get("q", "").strip():
        rows = search_scripts(rows, text)
    if query.get("export"):
        return export(request, "话术.xlsx", HEADERS, rows, _exported)
    code = query.get("contract", "")
    systems = systems_seen(request.user).order_by("name")
    if code:
        systems = systems.filter(maintenances__contract=code)
    context: dict[str, Any] = {
        "title": "话术",
        "tabs": [
            {"label": label, "url": address(request, use=use), "active": bool(use) == retired, "count": None}
            for use, label in (("", "在用"), (RETIRED, "停用"))
        ],
        "kept": [("use", RETIRED)] if retired else [],
        "page_obj": page_of(request, rows),
        "q": text,
        "search_hint": "问题、解答、系统",
        "filters": [
            contract_filter(request),
            select(request, "system", "系统", list(systems.values_list("pk", "name"))),
        ],
        "export_url": address(request, export="1"),
        "filtered": retired or any(query.get(name) for name in FILTERS),
        "filing": _filing(request, code),
    }
    return render(request, "servicedesk/scripts.html", context)


def _filing(request: PersonRequest, code: str) -> "Contract | None":
    """The contract whose knowledge base can be filed from the list: the chosen or only one, where it asks for one."""
    if not request.user.has_perm("evidence.record"):
        return None
    mine = contracts.contracts(request.user)
    found = list(mine.filter(code=code) if code else mine[:2])
    return found[0] if len(found) == 1 and archive_name(found[0]) else None


@requires("tickets.manage")
def new(request: PersonRequest) -> HttpResponse:
    """Write a script for a contract that the person may see; `?contract=` names it."""
    mine = queries.open_contracts(request.user, local_day(timezone.now()))
    contract = mine.filter(code=request.GET.get("contract", "")).first() or mine.first()
    if contract is None:
        return render(request, "servicedesk/no_contract.html", {"title": "新话术"})
    form = ScriptForm(
        request.POST if request.method == "POST" else None,
        systems=list(queries.systems_of(request.user, contract)),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() and carried_out(
        form, lambda: actions.save_script(contract=contract, **form.cleaned_data, **by(request))
    ):  # fmt: skip
        messages.success(request, "话术已保存")
        return redirect("tickets:scripts")
    choice = ContractChoice(contracts=mine, contract=contract)
    context = {"title": "新话术", "form": form, "contract": contract, "choice": choice}
    return render(request, "servicedesk/script.html", context, status=422 if form.errors else 200)


@requires("tickets.read")
def script(request: PersonRequest, pk: int) -> HttpResponse:
    """One script with its history; whoever manages tickets may change it."""
    row = get_object_or_404(scripts(request.user), pk=pk)
    may_edit = request.user.has_perm("tickets.manage")
    form = ScriptForm(
        request.POST if request.method == "POST" and may_edit else None, script=row,
        systems=list(queries.systems_of(request.user, row.contract)),
    )  # fmt: skip
    if form.is_bound and form.is_valid() and carried_out(
        form, lambda: actions.save_script(contract=row.contract, script=row, **form.cleaned_data, **by(request))
    ):  # fmt: skip
        messages.success(request, "话术已保存")
        return redirect("tickets:script", pk=pk)
    context = {
        "title": row.question, "script": row, "contract": row.contract, "form": form, "may_edit": may_edit,
        "timeline": audit.timeline("script", str(pk)),
    }  # fmt: skip
    return render(request, "servicedesk/script.html", context, status=422 if form.errors else 200)


@requires("tickets.manage")
@require_POST
def set_active(request: PersonRequest, pk: int) -> HttpResponse:
    """Retire a script, or take it into use again."""
    row = get_object_or_404(scripts(request.user), pk=pk)
    with refusals_shown(request):
        saved = actions.set_script_active(script=row, active="active" in request.POST, **by(request))
        messages.success(request, "话术已启用" if saved.active else "话术已停用")
    return redirect("tickets:script", pk=pk)


@requires("evidence.record")
def file(request: PersonRequest, code: str) -> HttpResponse:
    """File the scripts in use as the contract's knowledge base, for one of the periods that it is owed for."""
    contract = contract_or_404(request, code)
    now = timezone.now()
    form = FilingForm(request.POST if request.method == "POST" else None, occurrences=wanting_scripts(contract, now))
    if request.method == "POST" and form.is_valid() and carried_out(
        form, lambda: actions.archive_scripts(
            contract=contract, occurrence=form.occurrence, actor=request.user, now=now
        )
    ):  # fmt: skip
        messages.success(request, f"已归档，并登记为「{archive_name(contract)}」的佐证")
        return redirect(f"{reverse('tickets:scripts')}?contract={contract.code}")
    context = {
        "title": "归档知识库", "contract": contract, "form": form, "name": archive_name(contract),
        "in_use": Script.objects.filter(contract=contract, active=True).count(),
    }  # fmt: skip
    return render(request, "servicedesk/script_file.html", context, status=422 if form.errors else 200)


def _exported(row: Script) -> tuple[Any, ...]:
    return (
        row.contract.code, row.contract.title, row.system or "", row.question, row.answer,
        "在用" if row.active else "停用", row.updated_at, row.updated_by,
    )  # fmt: skip
