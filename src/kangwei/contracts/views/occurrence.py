"""One occurrence: what it asks for, the evidence, and what can be done with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error, refusals_shown
from kangwei.contracts import actions, queries
from kangwei.contracts.enums import OccurrenceState, Standing
from kangwei.contracts.forms import EvidenceForm, ReasonForm
from kangwei.contracts.models import Contract, Occurrence


@requires("contracts.read")
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """The occurrence with clause, time left, evidence; a file uploaded here is its evidence."""
    now = timezone.now()
    row = get_object_or_404(queries.with_standing(queries.occurrences(request.user), now), pk=pk)
    may_record = request.user.has_perm("evidence.record")
    form = EvidenceForm(names=row.clause.data.get("produces", []))
    if request.method == "POST" and may_record:
        form = EvidenceForm(request.POST, request.FILES, names=row.clause.data.get("produces", []))
        if form.is_valid() and _upload(request, row.contract, row, form):
            return redirect("contracts:occurrence", pk=pk)
    neighbours = queries.neighbours(row)
    context: dict[str, Any] = {
        "row": row,
        "standing": Standing(row.standing),
        "now": now,
        "evidence": queries.evidence(request.user).filter(occurrence=row),
        "form": form,
        "may_upload": may_record and row.state != OccurrenceState.WAIVED and row.starts_at <= now,
        "may_waive": request.user.has_perm("evidence.waive"),
        "may_record": may_record,
        "previous": neighbours[0],
        "following": neighbours[1],
    }
    return render(request, "contracts/occurrence.html", context)


@requires("evidence.record")
def contract_evidence(request: PersonRequest, code: str) -> HttpResponse:
    """A document of the acceptance list that no single occurrence asks for: the contract itself, a plan, a report."""
    contract = get_object_or_404(queries.contracts(request.user), code=code)
    names = queries.acceptance_names(contract)
    form = EvidenceForm(
        request.POST or None, request.FILES or None, names=names, initial={"deliverable": request.GET.get("name", "")}
    )
    if request.method == "POST" and form.is_valid() and _upload(request, contract, None, form):
        return redirect("acceptance:detail", code=code)
    return render(request, "contracts/contract_evidence.html", {"contract": contract, "form": form})


def _upload(request: PersonRequest, contract: Contract, row: Occurrence | None, form: EvidenceForm) -> bool:
    upload = form.cleaned_data["file"]
    try:
        actions.upload_evidence(
            contract=contract, occurrence=row, deliverable=form.cleaned_data.get("deliverable", ""),
            file_name=upload.name, content=upload.read(), note=form.cleaned_data["note"],
            actor=request.user, now=timezone.now(),
        )  # fmt: skip
    except ActionError as error:
        add_error(form, error)
        return False
    messages.success(request, f"「{upload.name}」已归档并登记为佐证")
    return True


@requires("evidence.waive")
@require_POST
def waive(request: PersonRequest, pk: int) -> HttpResponse:
    """The buyer does without the occurrence."""
    row = get_object_or_404(queries.occurrences(request.user), pk=pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    with refusals_shown(request):
        actions.waive_occurrence(occurrence=row, reason=reason, actor=request.user, now=timezone.now())
        messages.success(request, "已免除")
    return redirect("contracts:occurrence", pk=pk)


@requires("evidence.waive")
@require_POST
def reopen(request: PersonRequest, pk: int) -> HttpResponse:
    """Undo a waiver."""
    row = get_object_or_404(queries.occurrences(request.user), pk=pk)
    with refusals_shown(request):
        actions.reopen_occurrence(occurrence=row, actor=request.user, now=timezone.now())
        messages.success(request, "已撤销免除")
    return redirect("contracts:occurrence", pk=pk)


@requires("evidence.record")
@require_POST
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    """Take evidence back."""
    found = get_object_or_404(queries.evidence(request.user), pk=pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    with refusals_shown(request):
        actions.withdraw_evidence(evidence=found, reason=reason, actor=request.user, now=timezone.now())
        messages.success(request, "佐证已撤回；文件仍在归档中")
    if found.occurrence_id:
        return redirect("contracts:occurrence", pk=found.occurrence_id)
    return redirect("acceptance:detail", code=found.contract.code)
