"""Ledgers brought in: upload, columns, preview, progress, what became of the rows, and the history."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.accounts.enums import PartyKind
from kangwei.assets import actions, queries, storage
from kangwei.assets.enums import RELATIONS, ImportState
from kangwei.assets.forms.imports import ColumnsForm, UploadForm, initial_of
from kangwei.assets.models import ImportBatch
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import XLSX, PersonRequest, add_error, download, excel, export, page_of, refusals_shown

if TYPE_CHECKING:
    from kangwei.core.ledgers import Kind

EXPORT_HEADERS = ("文件", "工作表", "类别", "单位", "运维单位", "状态", "行数", "新增", "更新", "未变", "退回", "原因",
                  "上传时间", "上传人", "完成时间")  # fmt: skip


@requires("assets.read")
def import_list(request: PersonRequest) -> HttpResponse:
    """The ledgers brought in, newest first; as a page or as Excel."""
    rows = queries.batches(request.user)
    kind, state, text = (request.GET.get(name, "") for name in ("kind", "state", "q"))
    if kind in queries.ledger_kinds():
        rows = rows.filter(kind=kind)
    if state in ImportState.values:
        rows = rows.filter(state=state)
    if text := text.strip():
        rows = queries.search_batches(rows, text)
    if request.GET.get("export"):
        return export(request, "台账导入记录.xlsx", EXPORT_HEADERS, rows, _exported)
    page = page_of(request, rows.defer("outline", "mapping"))
    exported = request.GET.copy()
    exported["export"] = "1"
    kinds = [(row.id, row.name) for row in queries.ledger_kinds().values()]
    context = {
        "title": "导入记录",
        "page_obj": page,
        "rows": [(batch, _kind_name(batch)) for batch in page],
        "q": text,
        "search_hint": "文件、上传人",
        "filtered": bool(text or kind or state),
        "filters": [
            {"name": "kind", "label": "类别", "kind": "select", "value": kind, "options": kinds},
            {"name": "state", "label": "状态", "kind": "select", "value": state, "options": ImportState.choices},
        ],
        "export_url": f"?{exported.urlencode()}",
    }
    return render(request, "assets/imports/list.html", context)


@requires("assets.write")
def upload(request: PersonRequest) -> HttpResponse:
    """Bring a ledger; what cannot be read as a table is refused with the reason and not kept."""
    owners = list(queries.owners(request.user))
    kind = request.GET.get("kind", "")
    if not owners:
        return render(request, "assets/imports/upload.html", {"title": "导入台账", "form": None})
    form = UploadForm(request.POST or None, request.FILES or None, owners=owners, initial={"kind": kind})
    if request.method == "POST" and form.is_valid() and (batch := _upload(request, form)):
        return redirect("assets:import_columns", pk=batch.pk)
    shown = queries.ledger_kinds().get(request.POST.get("kind", kind))
    context = {"title": "导入台账", "form": form, "shown": shown}
    return render(request, "assets/imports/upload.html", context, status=422 if form.errors else 200)


@requires("assets.write")
def blank_ledger(request: PersonRequest, slug: str) -> HttpResponse:
    """An empty ledger of a kind, whose headings are recognised when it comes back."""
    del request
    kind = queries.ledger_kinds().get(slug)
    if kind is None:
        raise Http404
    return excel(f"{kind.name}台账.xlsx", {"台账": ([field.label for field in kind.fields], [])})


@requires("assets.write")
def map_columns(request: PersonRequest, pk: int) -> HttpResponse:
    """Which column is which field: as the last ledger with these headings had it, or as the headings tell."""
    batch = _batch(request, pk)
    kind = queries.ledger_kinds().get(batch.kind)
    if batch.state != ImportState.UPLOADED or kind is None:
        return redirect("assets:import_detail", pk=pk)
    form, remembered = _columns_form(request, batch, kind)
    if request.method == "POST" and form.is_valid():
        try:
            actions.map_columns(
                batch=batch, mapping=form.mapping, key=form.match_key, blanks_clear=form.clears_blanks
            )  # fmt: skip
        except ActionError as error:
            form.add_error(None, str(error))
        else:
            return redirect("assets:import_preview", pk=pk)
    context = {
        "title": "对应列", "batch": batch, "kind": kind, "form": form, "remembered": remembered,
        "required": [field.label for field in kind.fields if field.required],
    }  # fmt: skip
    return render(request, "assets/imports/columns.html", context, status=422 if form.errors else 200)


@requires("assets.write")
@require_POST
def choose_sheet(request: PersonRequest, pk: int) -> HttpResponse:
    """Read another sheet of the workbook."""
    with refusals_shown(request):
        actions.choose_sheet(batch=_batch(request, pk), sheet=request.POST.get("sheet", "")[:100])
    return redirect("assets:import_columns", pk=pk)


@requires("assets.write")
def preview(request: PersonRequest, pk: int) -> HttpResponse:
    """What the ledger would do, with the first rows and the first faults; nothing is stored yet."""
    batch = _batch(request, pk)
    if batch.state != ImportState.UPLOADED:
        return redirect("assets:import_detail", pk=pk)
    try:
        found = actions.preview_import(batch=batch, now=timezone.now())
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("assets:import_columns", pk=pk)
    context = {
        "title": "预览", "batch": batch, "kind_name": _kind_name(batch), "preview": found,
        "key": _key_labels(batch), "is_relations": batch.kind == RELATIONS,
    }  # fmt: skip
    return render(request, "assets/imports/preview.html", context)


@requires("assets.write")
def preview_refused(request: PersonRequest, pk: int) -> HttpResponse:
    """The rows that would be refused, as Excel with the reasons."""
    batch = _batch(request, pk)
    if batch.state != ImportState.UPLOADED:
        return redirect("assets:import_detail", pk=pk)
    try:
        content = actions.preview_refused(batch=batch, now=timezone.now())
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("assets:import_columns", pk=pk)
    return download(content, file_name=_refused_name(batch), content_type=XLSX)


@requires("assets.write")
@require_POST
def confirm(request: PersonRequest, pk: int) -> HttpResponse:
    """Bring the ledger in."""
    with refusals_shown(request):
        actions.confirm_import(batch=_batch(request, pk), actor=request.user, now=timezone.now())
    return redirect("assets:import_detail", pk=pk)


@requires("assets.write")
@require_POST
def discard(request: PersonRequest, pk: int) -> HttpResponse:
    """Forget a ledger that was not brought in."""
    batch = _batch(request, pk)
    try:
        actions.discard_upload(batch=batch)
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("assets:import_detail", pk=pk)
    messages.success(request, f"已放弃「{batch.file_name}」，登记册没有变化")
    return redirect("assets:imports")


@requires("assets.read")
def import_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """How far an import is, then what became of the rows."""
    batch = _batch(request, pk)
    context = {
        "title": batch.file_name,
        "batch": batch,
        "kind_name": _kind_name(batch),
        "key": _key_labels(batch),
        "is_relations": batch.kind == RELATIONS,
        "page_obj": page_of(request, batch.refusals.all()),
        "has_workbook": batch.refused and storage.refused_path(batch.pk).is_file(),
    }
    return render(request, "assets/imports/detail.html", context)


@requires("assets.read")
def progress(request: PersonRequest, pk: int) -> HttpResponse:
    """How far an import is, asked for by its page every second; once it is over the page loads anew."""
    batch = _batch(request, pk)
    response = render(request, "assets/imports/_progress.html", {"batch": batch})
    if batch.state != ImportState.RUNNING:
        response["HX-Refresh"] = "true"
    return response


@requires("assets.read")
def refused(request: PersonRequest, pk: int) -> HttpResponse:
    """The rows that were refused as Excel with the reasons, to be corrected and brought again."""
    batch = _batch(request, pk)
    path = storage.refused_path(batch.pk)
    if not path.is_file():
        messages.error(request, "退回的行已不再保留，请对照下面的行号和原因改正原文件")
        return redirect("assets:import_detail", pk=pk)
    return download(path.read_bytes(), file_name=_refused_name(batch), content_type=XLSX)


def _batch(request: PersonRequest, pk: int) -> ImportBatch:
    return get_object_or_404(queries.batches(request.user), pk=pk)


def _upload(request: PersonRequest, form: UploadForm) -> ImportBatch | None:
    data, party = form.cleaned_data, request.user.party
    try:
        return actions.upload_ledger(
            owner=form.owner, kind=data["kind"], file_name=data["file"].name, content=data["file"].read(),
            sheet=data["sheet"], maintainer=party if party.kind == PartyKind.SUPPLIER else None,
            actor=request.user, now=timezone.now(),
        )  # fmt: skip
    except ActionError as error:
        add_error(form, error)
        return None


def _columns_form(request: PersonRequest, batch: ImportBatch, kind: "Kind") -> tuple[ColumnsForm, bool]:
    """The form with what was chosen before, remembered or guessed; whether it was remembered."""
    found = actions.suggest_columns(batch)
    mapping, key = (batch.mapping, batch.key) if batch.mapping else (found.mapping, found.key)
    form = ColumnsForm(
        request.POST or None, kind=kind, columns=actions.ledger_columns(batch),
        initial=initial_of(mapping, key, blanks_clear=batch.blanks_clear),
    )  # fmt: skip
    return form, found.remembered and not batch.mapping


def _kind_name(batch: ImportBatch) -> str:
    kind = queries.ledger_kinds().get(batch.kind)
    return kind.name if kind else batch.kind


def _key_labels(batch: ImportBatch) -> str:
    kind = queries.ledger_kinds().get(batch.kind)
    labels = {field.id: field.label for field in kind.fields} if kind else {}
    return "、".join(labels.get(name, name) for name in batch.key)


def _refused_name(batch: ImportBatch) -> str:
    return f"{batch.file_name.rpartition('.')[0] or batch.file_name}-退回的行.xlsx"


def _exported(batch: ImportBatch) -> tuple[Any, ...]:
    return (
        batch.file_name, batch.sheet, _kind_name(batch), batch.owner.name,
        batch.maintainer.name if batch.maintainer else "", batch.get_state_display(), batch.rows, batch.created,
        batch.updated, batch.unchanged, batch.refused, batch.reason, batch.uploaded_at, batch.uploaded_by,
        batch.finished_at,
    )  # fmt: skip
