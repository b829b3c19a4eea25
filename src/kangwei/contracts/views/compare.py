"""The contracts of a person side by side: figures, service levels, duties, names of documents."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, excel, page_of
from kangwei.base.workbook import Table
from kangwei.contracts import queries
from kangwei.contracts.comparing import documents as names
from kangwei.contracts.comparing import duties as rhythm
from kangwei.contracts.comparing import figures, levels
from kangwei.contracts.comparing.reading import clauses
from kangwei.contracts.models import Contract
from kangwei.core.contracts.wording import ACTIVITIES, CLOCKS
from kangwei.core.documents.groups import bundled_groups

PAGES = (
    ("compare", "概览"), ("compare_service_levels", "服务级别"), ("compare_duties", "义务"),
    ("compare_documents", "文档名称"),
)  # fmt: skip
CONDITION_LABELS = {"period": "时段", "severity": "级别", "place": "地域", "kind": "工单"}
SHOWN = [("shared", "多份合同共用"), ("renamed", "有不同叫法")]
Option = tuple[str, str]


@requires("contracts.read")
def overview(request: PersonRequest) -> HttpResponse:
    """How much each contract asks for, each number a link to what is behind it; as a page or as Excel."""
    everything, found = _contracts(request)
    if request.GET.get("export"):
        return _excel("概览", figures.EXPORT_HEADERS, figures.exported(figures.figure_rows(found)))
    page = page_of(request, found)
    rows = figures.figure_rows(list(page))
    context = {"page_obj": page, "rows": rows, "headers": figures.HEADERS, "totals": figures.totals(rows)}
    return _page(request, "compare", everything, context, search_hint="合同、甲方、乙方")


@requires("contracts.read")
def service_levels(request: PersonRequest) -> HttpResponse:
    """The limits of each contract by clock, for tickets of some conditions; as a page or as Excel."""
    everything, found = _contracts(request)
    all_levels = clauses(everything, "service-level")
    options = levels.options(all_levels)
    wanted = {name: value for name in options if (value := _chosen(request, name, options[name]))}
    applying = levels.applying(all_levels, wanted)
    page = page_of(request, found)
    if request.GET.get("export"):
        shown = {contract.pk for contract in found}
        rows = levels.exported([level for level in applying if level.contract_id in shown])
        return _excel("服务级别", levels.EXPORT_HEADERS, rows)
    context = {
        "page_obj": page,
        "rows": levels.level_rows(list(page), applying),
        "clocks": CLOCKS.values(),
        "filtered": bool(wanted),
        "filters": [_select(name, CONDITION_LABELS[name], wanted.get(name, ""), options[name]) for name in options],
    }
    return _page(request, "compare_service_levels", everything, context, search_hint="合同、甲方、乙方")


@requires("contracts.read")
def duties(request: PersonRequest) -> HttpResponse:
    """Duties by how often they are owed, of one class, contract, activity or document; as a page or as Excel."""
    everything = list(queries.contracts(request.user))
    all_duties = clauses(everything, "duty")
    document = request.GET.get("document", "")
    if document:
        meant = names.produced(names.uses(clauses(everything, *names.SECTIONS_OF_NAMES), bundled_groups()))
        all_duties = names.producers(all_duties, meant).get(document, [])
    contracts, activities = _codes(everything), list(ACTIVITIES.items())
    contract, activity = _chosen(request, "contract", contracts), _chosen(request, "activity", activities)
    found = rhythm.matching(all_duties, contract=contract, activity=activity, text=_text(request))
    classes = rhythm.class_counts(found)
    cadence = _chosen(request, "cadence", [(name, label) for name, label, _ in classes])
    shown = rhythm.by_cadence(found, cadence)
    if request.GET.get("export"):
        return _excel("义务", rhythm.EXPORT_HEADERS, rhythm.exported(shown))
    page = page_of(request, shown)
    context = {
        "page_obj": page,
        "rows": [rhythm.duty_row(duty) for duty in page],
        "classes": classes,
        "cadence": cadence,
        "total": len(found),
        "document": document,
        "kept": [(name, value) for name, value in (("cadence", cadence), ("document", document)) if value],
        "filters": [
            _select("contract", "合同", contract, contracts), _select("activity", "活动", activity, activities),
        ],
    }  # fmt: skip
    return _page(request, "compare_duties", everything, context, search_hint="义务、服务项、范围、成果物")


@requires("contracts.read")
def documents(request: PersonRequest) -> HttpResponse:
    """Documents under all their names, with the contracts that ask for them; as a page or as Excel."""
    everything = list(queries.contracts(request.user))
    groups = bundled_groups()
    found = names.uses(clauses(everything, *names.SECTIONS_OF_NAMES), groups)
    producers = names.producers(clauses(everything, "duty"), names.produced(found))
    contracts = _codes(everything)
    contract, show = _chosen(request, "contract", contracts), _chosen(request, "show", SHOWN)
    rows = names.matching(
        names.document_rows(found, groups, producers), text=_text(request), contract=contract, show=show
    )
    if request.GET.get("export"):
        return _excel("文档名称", names.EXPORT_HEADERS, names.exported(rows, found))
    page = page_of(request, rows)
    context = {
        "page_obj": page,
        "rows": list(page),
        "filters": [_select("contract", "合同", contract, contracts), _select("show", "显示", show, SHOWN)],
    }
    return _page(request, "compare_documents", everything, context, search_hint="文档名称")


def _contracts(request: PersonRequest) -> tuple[list[Contract], list[Contract]]:
    """All contracts of the person, and those that the search text finds."""
    mine = queries.contracts(request.user)
    text = _text(request)
    return list(mine), list(queries.search_contracts(mine, text) if text else mine)


def _text(request: PersonRequest) -> str:
    return request.GET.get("q", "").strip()


def _codes(contracts: Sequence[Contract]) -> list[Option]:
    return [(row.code, row.title) for row in contracts]


def _chosen(request: PersonRequest, name: str, options: Sequence[Option]) -> str:
    """What `?name=` picks of the options; "" for anything else."""
    value = request.GET.get(name, "")
    return value if value in dict(options) else ""


def _select(name: str, label: str, value: str, options: Sequence[Option]) -> dict[str, Any]:
    return {"name": name, "label": label, "kind": "select", "value": value, "options": options}


def _excel(label: str, headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> HttpResponse:
    sheets: dict[str, Table] = {label: (headers, rows)}
    return excel(f"合同对照-{label}.xlsx", sheets)


def _page(
    request: PersonRequest, name: str, contracts: Sequence[Contract], context: dict[str, Any], *, search_hint: str
) -> HttpResponse:
    exported = request.GET.copy()
    exported.pop("page", None)
    exported["export"] = "1"
    tabs = [
        {"label": label, "url": reverse(f"contracts:{page}"), "active": page == name, "count": None}
        for page, label in PAGES
    ]
    context |= {
        "title": "合同对照",
        "label": dict(PAGES)[name],
        "tabs": tabs,
        "any_contract": bool(contracts),
        "q": _text(request),
        "search_hint": search_hint,
        "export_url": f"?{exported.urlencode()}" if contracts else "",
    }
    return render(request, f"contracts/{name}.html", context)
