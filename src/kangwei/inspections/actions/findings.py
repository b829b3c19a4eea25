"""Findings: opened by the run that sees something wrong, closed by one that sees it well again, or by a person."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.checks import Verdict
from kangwei.inspections.actions.sheets import finding_text
from kangwei.inspections.actions.ticketing import earlier_ticket
from kangwei.inspections.enums import FindingState
from kangwei.inspections.models import CheckResult, Finding, Run

WELL = {Verdict.NORMAL, Verdict.RECORDED}
UNREACHABLE = ""  # the key of the finding about the target as a whole


def settle_findings(run: Run, results: Sequence[CheckResult], now: datetime) -> list[Finding]:
    """Open, confirm and close the target's findings by the results of a run, inside the caller's transaction.

    A target that could not be reached is one finding and says nothing about the others. Returned are those of which the
    run says something.
    """
    open_ones = {row.key: row for row in run.target.findings.select_for_update().filter(state=FindingState.OPEN)}
    if run.failure:
        text = f"目标不可达：{run.failure}"
        return [_see(run, open_ones.get(UNREACHABLE), UNREACHABLE, "目标不可达", Verdict.CRITICAL, text, now)]
    told = [_recover(run, open_ones[UNREACHABLE], now)] if UNREACHABLE in open_ones else []
    for result in results:
        verdict, known = Verdict(result.verdict), open_ones.get(result.key)
        if verdict.is_finding:
            told.append(_see(run, known, result.key, result.title, verdict, finding_text(result), now))
        elif known and verdict in WELL:
            told.append(_recover(run, known, now))
    return told


def _see(run: Run, known: Finding | None, key: str, title: str, severity: Verdict, text: str, now: datetime) -> Finding:
    finding = known or Finding(
        target=run.target, key=key, title=title, run=run, opened_at=now, ticket_id=earlier_ticket(run, key)
    )
    finding.severity, finding.text, finding.last_run = severity, text, run
    finding.save()
    return finding


def _recover(run: Run, finding: Finding, now: datetime) -> Finding:
    finding.state, finding.resolved_at, finding.resolved_by = FindingState.RECOVERED, now, "系统"
    finding.note, finding.last_run = f"{run.number} 测得已恢复", run
    finding.save()
    return finding


@transaction.atomic
def resolve_finding(*, finding: Finding, note: str, actor: Actor, now: datetime) -> None:
    """Close an open finding by hand; ActionError without a note of what was done, or where it is closed already."""
    if not note.strip():
        raise ActionError("请写明怎样处理的", field="note")
    changes = {"state": FindingState.RESOLVED, "resolved_at": now, "resolved_by": actor.audit_name}
    if not Finding.objects.filter(pk=finding.pk, state=FindingState.OPEN).update(note=note.strip()[:300], **changes):
        raise ActionError("这条发现已经消除")
    audit.append(
        actor=actor, action="inspections.resolve_finding", subject=("inspection-finding", str(finding.pk)),
        data={"target": finding.target.name, "title": finding.title, "note": note.strip()}, now=now,
    )  # fmt: skip
