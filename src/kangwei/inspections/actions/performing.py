"""Performing a run: claimed, measured outside of any transaction, written down once."""

import json
from datetime import datetime, timedelta
from time import perf_counter

from django.db import transaction
from django.db.models import Q

from kangwei.base import audit, jobs, secretbox
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.contracts import actions as contracts
from kangwei.contracts.enums import EvidenceKind
from kangwei.core import checks, probes
from kangwei.inspections import queries
from kangwei.inspections.actions.findings import settle_findings
from kangwei.inspections.actions.sheets import archive_sheet
from kangwei.inspections.actions.ticketing import hold_tickets, tell_tickets
from kangwei.inspections.enums import RunState
from kangwei.inspections.models import CheckResult, Run, Target
from kangwei.inspections.running import inspect, shown


class RunUnderWayError(Exception):
    """Somebody else is performing the run and has not been silent for long enough to be taken for dead."""


def perform_run(*, run_id: int, actor: Actor, now: datetime, probe: probes.Probe | None = None) -> Run:
    """Measure the run's target and write down what came of it, in one transaction.

    Safe to do twice and to kill anywhere: a finished run is returned as it is; what was begun and not finished is
    measured again; and of two who perform it at once only the later claim is written down. `now` is the time of the
    claim, the end is `now` plus the time measured. Raises RunUnderWayError, ActionError for a target that cannot be
    measured as it is described (the run is then FAILED), and passes on anything unforeseen after marking the run.
    """
    if not _claim(run_id, now):
        run = queries.run(run_id)
        if run.state != RunState.FINISHED:
            raise RunUnderWayError(f"{run.number} is being performed since {run.started_at}")
        return run
    run, began = queries.run(run_id), perf_counter()
    try:
        target = probes.Target(run.target.address, secretbox.unseal(run.target.secret), run.target.options)
        judgement, _ = inspect(frozen_template(run), target, now=now, probe=probe)
        _finish(run, judgement, actor, now + timedelta(seconds=perf_counter() - began))
    except Exception as error:
        _fail(run, error, actor, now + timedelta(seconds=perf_counter() - began))
        raise
    return queries.run(run_id)


def frozen_template(run: Run) -> checks.Template:
    """The template as it was when the run was asked for."""
    return checks.Template.model_validate_json(json.dumps(run.template))


def _claim(run_id: int, now: datetime) -> bool:
    # A worker silent for a whole lease is dead: its job goes to another, and so does the run.
    abandoned = Q(state=RunState.RUNNING, started_at__lte=now - jobs.LEASE)
    free = Q(state__in=[RunState.QUEUED, RunState.FAILED]) | abandoned
    changes = {"state": RunState.RUNNING, "started_at": now, "finished_at": None, "failure": ""}
    return bool(Run.objects.filter(free, pk=run_id).update(**changes))


def _still_ours(run: Run, **changes: object) -> bool:
    """Change the run unless somebody else has claimed it since."""
    mine = Run.objects.filter(pk=run.pk, state=RunState.RUNNING, started_at=run.started_at)
    return bool(mine.update(**changes))


@transaction.atomic
def _finish(run: Run, judgement: checks.Judgement, actor: Actor, now: datetime) -> None:
    if not _still_ours(run, state=RunState.FINISHED, finished_at=now):
        return
    held = hold_tickets(run)
    if run.occurrence:
        contracts.lock_occurrence(run.occurrence.pk)
    # Findings of one target are settled one run at a time.
    Target.objects.select_for_update(no_key=True).get(pk=run.target_id)
    run.state, run.finished_at, run.address = RunState.FINISHED, now, run.target.address
    run.verdict, run.measured, run.failure = judgement.verdict, judgement.measured, judgement.failure
    results = CheckResult.objects.bulk_create(_rows(run, judgement))
    told = settle_findings(run, results, now)
    if run.measured:
        run.document = archive_sheet(run, results, actor=actor, now=now)
    run.uncounted = _record_evidence(run, actor, now)
    run.save()
    tell_tickets(run, told, held, actor, now)
    audit.append(
        actor=actor, action="inspections.finish_run", subject=("inspection-run", run.number),
        data={"verdict": judgement.verdict.label, "measured": run.measured, "failure": run.failure,
              "uncounted": run.uncounted, "document": run.document.number if run.document else ""}, now=now,
    )  # fmt: skip


@transaction.atomic
def _fail(run: Run, error: Exception, actor: Actor, now: datetime) -> None:
    # Only the kind of an unforeseen error: its text may hold the address or the secret.
    reason = str(error) if isinstance(error, ActionError) else f"执行出错（{type(error).__name__}），系统会自动再试"
    if _still_ours(run, state=RunState.FAILED, finished_at=now, failure=reason):
        audit.append(
            actor=actor, action="inspections.fail_run", subject=("inspection-run", run.number),
            data={"reason": reason}, now=now,
        )  # fmt: skip


def _record_evidence(run: Run, actor: Actor, now: datetime) -> str:
    """Record the run as evidence for its occurrence; returns why not, in Chinese, where it is none."""
    if run.occurrence is None:
        return "额外巡检：发起时没有在期内未完成的应履行项"
    if not run.measured:
        return "一项也没有测得，不能证明已巡检"
    try:
        contracts.record_evidence(
            contract=run.target.contract, occurrence=run.occurrence, kind=EvidenceKind.INSPECTION,
            reference=f"inspection-run:{run.pk}", document_id=run.document_id, actor=actor, now=now,
        )  # fmt: skip
    except ActionError as error:
        # Waived while the run was under way: what was measured is kept all the same.
        return str(error)
    return ""


def _rows(run: Run, judgement: checks.Judgement) -> list[CheckResult]:
    return [
        CheckResult(
            run=run, no=no, key=result.key, title=result.title, value=shown(result.value), unit=result.unit,
            verdict=result.verdict, threshold=result.threshold, reason=result.reason, detail=result.detail,
        )
        for no, result in enumerate(judgement.results, 1)
    ]  # fmt: skip
