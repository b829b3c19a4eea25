"""The documents of the contracts a person may see; each is reached through the evidence that carries it."""

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error, download, export, page_of
from kangwei.contracts import queries
from kangwei.contracts.forms import VersionForm
from kangwei.contracts.models import Evidence
from kangwei.documents import actions as document_actions
from kangwei.documents import queries as document_queries


@requires("documents.read")
def document_list(request: PersonRequest) -> HttpResponse:
    """The register: search, contract, month; as a page or as Excel."""
    rows = queries.documents_of(queries.evidence(request.user))
    text, code = request.GET.get("q", "").strip(), request.GET.get("contract", "")
    if text:
        rows = queries.search_documents(rows, text)
    if code:
        rows = rows.filter(contract__code=code)
    if request.GET.get("export"):
        headers = ("编号", "名称", "成果物", "合同", "期次", "登记时间", "登记人")
        return export(request, "文档登记.xlsx", headers, rows, _exported)
    exported = request.GET.copy()
    exported["export"] = "1"
    context = {
        "title": "文档",
        "page_obj": page_of(request, rows),
        "q": text,
        "search_hint": "编号、名称、成果物",
        "export_url": f"?{exported.urlencode()}",
        "filters": [
            {
                "name": "contract", "label": "合同", "kind": "select", "value": code,
                "options": [(row.code, row.title) for row in queries.contracts(request.user)],
            }
        ],
    }  # fmt: skip
    return render(request, "contracts/documents.html", context)


def _exported(row: Evidence) -> tuple[Any, ...]:
    number, title = (row.document.number, row.document.title) if row.document else ("", "")
    label = row.occurrence.label if row.occurrence else ""
    return number, title, row.deliverable, row.contract.title, label, row.recorded_at, row.recorded_by


def _evidence(request: PersonRequest, pk: int) -> Evidence:
    """The evidence by which the person may see the document, rather one not withdrawn; 404 where there is none."""
    mine = queries.evidence(request.user).filter(document_id=pk)
    found = mine.order_by(F("withdrawn_at").asc(nulls_first=True), "id").first()
    if found is None:
        raise Http404
    return found


@requires("documents.read")
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One document with its versions; an edited file becomes the next version."""
    found = _evidence(request, pk)
    document = document_queries.documents([pk])[0]
    may_write = request.user.has_perm("evidence.record")
    form = VersionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and may_write and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            version = document_actions.add_version(
                document=document, file_name=upload.name, content=upload.read(), note=form.cleaned_data["note"],
                actor=request.user, now=timezone.now(),
            )  # fmt: skip
        except ActionError as error:
            add_error(form, error)
        else:
            messages.success(request, f"已归档为第 {version.version} 版；以前的版本仍在")
            return redirect("contracts:document", pk=pk)
    context = {
        "document": document,
        "evidence": found,
        "versions": document.versions.all(),
        "form": form,
        "may_write": may_write,
        "timeline": audit.timeline("document", document.number),
    }
    return render(request, "contracts/document.html", context)


@requires("documents.read")
def file(request: PersonRequest, pk: int, version: int) -> HttpResponse:
    """One archived version as a file to save."""
    _evidence(request, pk)
    document = document_queries.documents([pk])[0]
    wanted = get_object_or_404(document.versions, version=version)
    try:
        content = document_queries.content(wanted)
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("contracts:document", pk=pk)
    return download(content, file_name=wanted.file_name, content_type=wanted.content_type)
