"""Acceptance on screen: what is owed, present, missing and late; the packages; checking one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.acceptance import actions, queries, storage
from kangwei.acceptance.completeness import AcceptanceLine, Demand, Totals
from kangwei.acceptance.enums import ItemKind, ItemState, PackageState
from kangwei.acceptance.forms import VerifyForm
from kangwei.acceptance.index import PRACTICE, TITLE, index_of
from kangwei.acceptance.models import Package
from kangwei.base import web
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, refusals_shown
from kangwei.contracts import queries as contracts
from kangwei.core.calendars import SHANGHAI, local_day
from kangwei.core.documents import AcceptanceIndex, render_docx, render_xlsx, verify_package

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

PREVIEW = 3
PACKAGES_SHOWN = 10
PROBLEMS_SHOWN = 200
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXPORT_HEADERS = (
    "合同编号", "合同", "甲方", "乙方", "文档项", "其中按需", "齐全", "应交", "已交", "缺", "迟交", "待交",
    "最近的验收包", "生成时间",
)  # fmt: skip

# Tab → which lines it shows. A line may stand under more than one.
TABS: dict[str, tuple[str, Callable[[AcceptanceLine], bool]]] = {
    "missing": ("有缺", lambda line: line.figures.missing > 0),
    "late": ("有迟交", lambda line: line.figures.late > 0),
    "complete": ("齐全", lambda line: line.state == ItemState.COMPLETE),
    "upcoming": ("未到期", lambda line: line.state == ItemState.UPCOMING),
    "on_demand": ("按需", lambda line: line.state == ItemState.ON_DEMAND),
}
ITEM_TABS = {"missing": "缺", "late": "迟交", "owed": "应交", "pending": "待交", "present": "已交"}


@dataclass(frozen=True)
class ContractRow:
    """One contract of the list."""

    contract: "Contract"
    totals: Totals
    package: Package | None


@dataclass(frozen=True)
class LineRow:
    """One line of the page: the first names that are missing, the last documents filed, what is due next."""

    line: AcceptanceLine
    missing: list[str]
    documents: list[queries.Latest]
    next_due: date | None


@dataclass(frozen=True)
class DemandRow:
    """One document owed: what for, where to file it, until when, and how it stands."""

    demand: Demand
    name: str
    url: str
    state: str
    label: str
    filed_at: datetime | None


@requires("acceptance.read")
def contract_list(request: PersonRequest) -> HttpResponse:
    """The person's contracts with how complete each is; as a page or as Excel."""
    now, text = timezone.now(), request.GET.get("q", "").strip()
    found = contracts.contracts(request.user)
    if text:
        found = contracts.search_contracts(found, text)
    if request.GET.get("export"):
        return web.excel(
            "验收资料完整情况.xlsx", {"验收": (EXPORT_HEADERS, map(_exported, _contract_rows(list(found), now)))}
        )
    page = web.page_of(request, found)
    page.object_list = _contract_rows(list(page.object_list), now)
    exported = request.GET.copy()
    exported["export"] = "1"
    context = {
        "title": "验收", "page_obj": page, "q": text, "search_hint": "合同、甲方、乙方",
        "export_url": f"?{exported.urlencode()}",
    }  # fmt: skip
    return render(request, "acceptance/list.html", context)


def _contract_rows(rows: "Sequence[Contract]", now: datetime) -> list[ContractRow]:
    totals, packages = queries.overview(rows, now), queries.last_packages(rows)
    return [ContractRow(row, totals[row.pk], packages.get(row.pk)) for row in rows]


def _exported(row: ContractRow) -> tuple[Any, ...]:
    contract, totals, package = row.contract, row.totals, row.package
    return (
        contract.code, contract.title, contract.buyer.name, contract.supplier.name if contract.supplier else "",
        totals.lines, totals.on_demand, totals.complete, totals.owed, totals.present, totals.missing, totals.late,
        totals.pending, package.number if package else "", package.finished_at if package else "",
    )  # fmt: skip


def _contract(request: PersonRequest, code: str) -> "Contract":
    return get_object_or_404(contracts.contracts(request.user), code=code)


@requires("acceptance.read")
def detail(request: PersonRequest, code: str) -> HttpResponse:
    """One contract's list, group by group; what is missing by name; its packages."""
    contract = _contract(request, code)
    found = queries.completeness(contract, timezone.now())
    tab = request.GET.get("show", "")
    wanted = TABS[tab][1] if tab in TABS else lambda _: True
    context = {
        "contract": contract,
        "totals": found.totals,
        "tabs": _tabs(contract, found, tab),
        "groups": _groups(found, wanted),
        "may_record": request.user.has_perm("evidence.record"),
    } | _packages_context(request, contract)
    return render(request, "acceptance/detail.html", context)


def _tabs(contract: "Contract", found: queries.Completeness, tab: str) -> list[dict[str, Any]]:
    base = reverse("acceptance:detail", args=[contract.code])
    tabs = [{"label": "全部", "url": base, "active": tab not in TABS, "count": len(found.lines)}]
    for name, (label, belongs) in TABS.items():
        count = sum(map(belongs, found.lines))
        tabs.append({"label": label, "url": f"{base}?show={name}", "active": name == tab, "count": count})
    return tabs


def _groups(
    found: queries.Completeness, wanted: Callable[[AcceptanceLine], bool]
) -> list[tuple[str, str, list[LineRow]]]:
    """(number, title, rows) of the groups that have lines to show."""
    groups = [[line for line in lines if wanted(line)] for lines in found.groups()]
    shown = [row.document_id for lines in groups for line in lines for row in line.filed[-PREVIEW:]]
    documents = queries.latest_documents(shown)
    return [
        (lines[0].item.group_no, lines[0].item.group, [_line_row(found, line, documents) for line in lines])
        for lines in groups
        if lines
    ]


def _line_row(found: queries.Completeness, line: AcceptanceLine, documents: dict[int, queries.Latest]) -> LineRow:
    names = [found.demand_name(line, demand) for demand in line.missing[:PREVIEW]]
    last = [documents[row.document_id] for row in reversed(line.filed[-PREVIEW:])]
    coming = line.pending or (line.missing if line.item.kind == ItemKind.ONCE else ())
    return LineRow(line, names, last, local_day(coming[0].due_at) if coming else None)


@requires("acceptance.read")
def item(request: PersonRequest, code: str, no: str) -> HttpResponse:
    """The list behind each number of one line."""
    contract, now = _contract(request, code), timezone.now()
    found = queries.completeness(contract, now)
    line = next((line for line in found.lines if line.item.no == no), None)
    if line is None:
        raise Http404
    tab = request.GET.get("show", "")
    if tab not in ITEM_TABS:
        tab = next((name for name in ("missing", "present", "pending") if getattr(line.figures, name)), "present")
    page = web.page_of(request, _behind(line, tab, now))
    if tab == "present":
        evidence = contracts.evidence(request.user).in_bulk([row.evidence_id for row in page])
        documents = queries.latest_documents(row.document_id for row in page)
        page.object_list = [(evidence[row.evidence_id], documents[row.document_id]) for row in page]
    else:
        page.object_list = _demand_rows(contract, found, line, list(page))
    context = {
        "contract": contract,
        "line": line,
        "tab": tab,
        "tabs": _item_tabs(line, tab),
        "names": sorted(line.item.names),
        "duties": [found.duties[duty] for duty in line.item.duties],
        "page_obj": page,
        "may_record": request.user.has_perm("evidence.record"),
    }
    return render(request, "acceptance/item.html", context)


def _behind(line: AcceptanceLine, tab: str, now: datetime) -> Sequence[Any]:
    """The rows that a figure counts."""
    if tab == "owed":
        missing = set(line.missing)
        return [demand for demand in line.demands if demand.due_at <= now or demand in missing]
    rows = {"missing": line.missing, "late": line.late, "pending": line.pending, "present": line.filed}
    return rows[tab]


def _item_tabs(line: AcceptanceLine, tab: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"?show={name}", "active": name == tab, "count": getattr(line.figures, name)}
        for name, label in ITEM_TABS.items()
    ]


def _demand_rows(
    contract: "Contract", found: queries.Completeness, line: AcceptanceLine, demands: Sequence[Demand]
) -> list[DemandRow]:
    first: dict[int | None, datetime] = {}
    for row in line.filed:
        first.setdefault(row.occurrence_id if line.item.duties else None, row.recorded_at)
    missing = set(line.missing)
    rows = []
    for demand in demands:
        filed_at = first.get(demand.occurrence_id)
        if filed_at:
            state, label = ("late", "迟交") if filed_at > demand.due_at else ("done", "已交")
        else:
            state, label = ("missing", "缺") if demand in missing else ("upcoming", "未到期")
        url = _filing_url(contract, line, demand)
        rows.append(DemandRow(demand, found.demand_name(line, demand), url, state, label, filed_at))
    return rows


def _filing_url(contract: "Contract", line: AcceptanceLine, demand: Demand) -> str:
    if demand.occurrence_id:
        return reverse("contracts:occurrence", args=[demand.occurrence_id])
    return f"{reverse('contracts:contract_evidence', args=[contract.code])}?{urlencode({'name': line.item.name})}"


def _export(request: PersonRequest, code: str) -> tuple[AcceptanceIndex, str]:
    """The index of a contract as it stands, and its file name without ending."""
    contract, now = _contract(request, code), timezone.now()
    found = queries.completeness(contract, now)
    documents = queries.latest_documents(row.document_id for line in found.lines for row in line.filed)
    number = f"{contract.code} {now.astimezone(SHANGHAI):%Y-%m-%d}"
    index = index_of(contract, found, documents, number=number, produced_by=request.user.audit_name, now=now)
    return index, f"{TITLE} {number}{PRACTICE if contract.practice else ''}"


@requires("acceptance.read")
def index_docx(request: PersonRequest, code: str) -> HttpResponse:
    """The index of today for Word."""
    index, name = _export(request, code)
    return web.download(render_docx(index), file_name=f"{name}.docx", content_type=DOCX)


@requires("acceptance.read")
def index_xlsx(request: PersonRequest, code: str) -> HttpResponse:
    """The index of today for Excel."""
    index, name = _export(request, code)
    return web.download(render_xlsx(index), file_name=f"{name}.xlsx", content_type=web.XLSX)


def _packages_context(request: PersonRequest, contract: "Contract") -> dict[str, Any]:
    found = list(queries.packages_of(contract)[:PACKAGES_SHOWN])
    return {
        "contract": contract,
        "packages": found,
        "in_work": any(package.in_work for package in found),
        "may_package": request.user.has_perm("acceptance.package"),
    }


@requires("acceptance.read")
def packages(request: PersonRequest, code: str) -> HttpResponse:
    """The packages alone: the page asks for them again while one is being made."""
    return render(request, "acceptance/_packages.html", _packages_context(request, _contract(request, code)))


@requires("acceptance.package")
@require_POST
def request_package(request: PersonRequest, code: str) -> HttpResponse:
    """Ask for a package."""
    contract = _contract(request, code)
    with refusals_shown(request):
        package = actions.request_package(contract=contract, actor=request.user, now=timezone.now())
        messages.success(request, f"已开始生成验收包 {package}，完成后可在此下载")
    return redirect("acceptance:detail", code=code)


@requires("acceptance.read")
def download(request: PersonRequest, number: str) -> HttpResponseBase:
    """A finished package as a file to save, streamed."""
    package = get_object_or_404(queries.packages_of_person(request.user), number=number, state=PackageState.READY)
    path = storage.path_of(package.number)
    if not path.is_file() or path.stat().st_size != package.size:
        messages.error(request, f"验收包 {package} 的文件缺失或已被改动，请重新生成")
        return redirect("acceptance:detail", code=package.contract.code)
    response = FileResponse(path.open("rb"), as_attachment=True, filename=package.file_name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@requires("acceptance.read")
def verify(request: PersonRequest) -> HttpResponse:
    """Check an uploaded package: whole or not, and whether it is one that was made here."""
    form = VerifyForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        with _on_disk(upload) as path:
            report = verify_package(path)
        made_here = queries.packages_of_person(request.user).filter(state=PackageState.READY)
        context |= {
            "report": report,
            "file_name": upload.name,
            "problems": report.problems[:PROBLEMS_SHOWN],
            "package": made_here.filter(manifest_sha256=report.manifest_sha256).first() if report.whole else None,
        }
    return render(request, "acceptance/verify.html", context)


@contextmanager
def _on_disk(upload: "UploadedFile[bytes]") -> Iterator[Path]:
    """The upload as a file; Django keeps small ones in memory."""
    if isinstance(upload, TemporaryUploadedFile):
        yield Path(upload.temporary_file_path())
        return
    with NamedTemporaryFile() as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        yield Path(file.name)
