"""Documents made of the register: change sheets, reports, admission forms, with their signed versions."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from kangwei.assets import actions, registers
from kangwei.assets.forms.documents import SignedVersionForm
from kangwei.assets.models import AssetDocument
from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error, address, download, export, page_of, select
from kangwei.documents import queries as documents

KINDS = [("configuration-change", "配置变更单"), ("configuration-report", "配置报告"), ("admission-form", "准入登记表")]
CONFIDENTIAL = frozenset({"configuration-change"})
"""What shows lines of a configuration, and so perhaps a password: for those who may see configurations."""


@requires("documents.read")
def document_list(request: PersonRequest) -> HttpResponse:
    """The documents by kind and text, the newest first; as a page or as Excel."""
    rows = registers.documents(request.user)
    if kind := request.GET.get("kind", ""):
        rows = rows.filter(document__kind=kind)
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(Q(document__number__icontains=text) | Q(document__title__icontains=text))
    if request.GET.get("export"):
        headers = ("编号", "名称", "种类", "单位", "资产编号", "编制单位", "登记时间", "登记人")
        return export(request, "资产文档.xlsx", headers, rows, _exported)
    context: dict[str, Any] = {
        "title": "资产文档",
        "page_obj": page_of(request, rows),
        "labels": dict(KINDS),
        "q": text,
        "search_hint": "编号、名称",
        "filters": [select(request, "kind", "种类", list(KINDS))],
        "filtered": bool(text or kind),
        "export_url": address(request, export="1"),
    }
    return render(request, "assets/documents.html", context)


@requires("documents.read")
def document(request: PersonRequest, pk: int) -> HttpResponse:
    """One document with its versions; the signed or edited file becomes the next version."""
    row = _row(request, pk)
    may_write = request.user.has_perm("assets.operate")
    posted = request.method == "POST"
    form = SignedVersionForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and not may_write:
        raise PermissionDenied("您的角色没有此项权限")
    if posted and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            version = actions.add_signed_version(
                row=row, file_name=upload.name, content=upload.read(), note=form.cleaned_data["note"],
                actor=request.user, now=timezone.now(),
            )  # fmt: skip
        except ActionError as error:
            add_error(form, error)
        else:
            messages.success(request, f"已归档为第 {version.version} 版；以前的版本仍在")
            return redirect("assets:document", pk=pk)
    found = documents.documents([row.document_id])[0]
    context = {
        "row": row, "document": found, "versions": found.versions.all(), "form": form, "may_write": may_write,
        "label": dict(KINDS).get(found.kind, ""), "timeline": audit.timeline("document", found.number),
    }  # fmt: skip
    return render(request, "assets/document.html", context, status=422 if form.errors else 200)


@requires("documents.read")
def document_file(request: PersonRequest, pk: int, version: int) -> HttpResponse:
    """One archived version as a file to save."""
    row = _row(request, pk)
    wanted = get_object_or_404(row.document.versions, version=version)
    try:
        content = documents.content(wanted)
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("assets:document", pk=pk)
    return download(content, file_name=wanted.file_name, content_type=wanted.content_type)


def _row(request: PersonRequest, pk: int) -> AssetDocument:
    row = get_object_or_404(registers.documents(request.user), pk=pk)
    if row.document.kind in CONFIDENTIAL and not request.user.has_perm("assets.operate"):
        raise PermissionDenied("这份文档含设备配置，您的角色没有此项权限")
    return row


def _exported(row: AssetDocument) -> tuple[Any, ...]:
    found = row.document
    return (
        found.number, found.title, dict(KINDS).get(found.kind, ""), row.owner.name,
        row.asset.number if row.asset else "", row.maker.name, found.created_at, found.created_by,
    )  # fmt: skip
