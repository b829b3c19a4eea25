"""The record sheet of a run: rendered from a frozen context and archived."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from kangwei.base.audit import Actor
from kangwei.core.checks import Verdict
from kangwei.core.documents import inspection_sheet, kinds, names
from kangwei.documents import actions as documents
from kangwei.documents.enums import Origin
from kangwei.inspections.models import CheckResult, Run

if TYPE_CHECKING:
    from kangwei.documents.models import Document


def archive_sheet(run: Run, results: Sequence[CheckResult], *, actor: Actor, now: datetime) -> "Document":
    """Render and archive the 巡检记录单 of a run that is over, inside the caller's transaction."""
    sheet = sheet_of(run, results)
    return documents.archive(
        title=f"{sheet.title} {run.target.name} {sheet.period_label}".strip(),
        kind="inspection-sheet",
        file_name=names.safe_file_name(f"{sheet.title}-{run.target.name}-{run.number}.docx"),
        content=kinds.render_docx(sheet),
        origin=Origin.RENDERED,
        context=json.loads(kinds.to_json(sheet)),
        practice=sheet.practice,
        actor=actor,
        now=now,
    )


def sheet_of(run: Run, results: Sequence[CheckResult]) -> inspection_sheet.InspectionSheet:
    """Everything that the sheet prints, taken from the run and its contract; ValueError for a run not over."""
    contract, occurrence = run.target.contract, run.occurrence
    if run.started_at is None or run.finished_at is None:
        raise ValueError(f"{run.number} is not over")
    return inspection_sheet.InspectionSheet(
        number=run.number,
        title=run.template["sheet"]["title"],
        contract_title=contract.title,
        buyer=contract.buyer.name,
        supplier=contract.supplier.name if contract.supplier else "",
        duty_name=occurrence.clause.title if occurrence else "额外巡检",
        clause_cite=occurrence.clause.cite if occurrence else "",
        period_label=occurrence.label if occurrence else "",
        target_name=run.target.name,
        target_address=run.address or "本机",
        template_title=run.template["title"],
        template_digest=run.template_digest,
        started_at=run.started_at,
        finished_at=run.finished_at,
        inspector=run.requested_by,
        trigger=run.get_trigger_display(),
        verdict=run.get_verdict_display(),
        rows=tuple(_row(result) for result in results),
        findings=tuple(_findings(results)),
        practice=contract.practice,
    )


def _row(result: CheckResult) -> inspection_sheet.ResultRow:
    return inspection_sheet.ResultRow(
        number=str(result.no), title=result.title, value=result.value, unit=result.unit, threshold=result.threshold,
        verdict=result.get_verdict_display(), remark=result.reason or result.detail,
    )  # fmt: skip


def _findings(results: Sequence[CheckResult]) -> list[inspection_sheet.SheetFinding]:
    wrong = [result for result in results if Verdict(result.verdict).is_finding]
    return [
        inspection_sheet.SheetFinding(
            number=str(number), severity=result.get_verdict_display(), text=finding_text(result), advice=""
        )
        for number, result in enumerate(wrong, 1)
    ]


def finding_text(result: CheckResult) -> str:
    """What is wrong, in one line: the value against its limits, or why there is none."""
    if result.reason:
        return f"{result.title}未测得：{result.reason}"
    measured = f"{result.title}：{result.value}{result.unit}（{result.threshold}）"
    return f"{measured}，{result.detail}" if result.detail else measured
