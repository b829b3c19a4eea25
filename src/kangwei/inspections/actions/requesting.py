"""Asking for runs: by a person, by a command, and by the contract's own schedule."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction

from kangwei.base import audit, jobs, numbers
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.contracts.enums import OccurrenceState
from kangwei.core.calendars import SHANGHAI
from kangwei.inspections import queries
from kangwei.inspections.enums import RunState, Trigger
from kangwei.inspections.models import Run, Target
from kangwei.inspections.running import template_named

if TYPE_CHECKING:
    from kangwei.contracts.models import Occurrence

log = structlog.get_logger("kangwei.inspections")
JOB_KIND = "inspections.run"
RETRY_AFTER = timedelta(hours=1)


@transaction.atomic
def request_run(
    *,
    target: Target,
    trigger: Trigger,
    actor: Actor,
    now: datetime,
    occurrence: "Occurrence | None" = None,
) -> Run:
    """Ask the worker to inspect a target; a run of it that is under way already is returned instead.

    Without an `occurrence` the run is for the newest whose window has begun, if that is open, and else an extra one.
    ActionError for a target out of use, or an occurrence that is not the target's, not open or not begun.
    """
    target = Target.objects.select_for_update(no_key=True).select_related("contract").get(pk=target.pk)
    if not target.active:
        raise ActionError(f"巡检对象「{target.name}」已停用")
    waiting = target.runs.filter(state__in=[RunState.QUEUED, RunState.RUNNING]).first()
    if waiting:
        return waiting
    if occurrence is None:
        occurrence = queries.newest_open_occurrence(target, now)
    else:
        _check_occurrence(target, occurrence, now)
    run = _create(target, occurrence, trigger, actor, now)
    jobs.schedule(kind=JOB_KIND, key=f"inspection-run:{run.pk}", payload={"run": run.pk}, due_at=now, now=now)
    audit.append(
        actor=actor, action="inspections.request_run", subject=("inspection-run", run.number),
        data={"target": target.name, "contract": target.contract.code, "trigger": trigger.label,
              "occurrence": occurrence.key if occurrence else ""}, now=now,
    )  # fmt: skip
    return run


@transaction.atomic
def request_runs(*, targets: Iterable[Target], trigger: Trigger, actor: Actor, now: datetime) -> list[Run]:
    """Ask for a run of each target, all or none."""
    return [request_run(target=target, trigger=trigger, actor=actor, now=now) for target in targets]


def request_scheduled_runs(*, actor: Actor, now: datetime) -> list[Run]:
    """Ask for the runs that contracts owe now, for the targets set to automatic.

    An occurrence is tried while its window is open, until something was measured for it, at most once an hour. What
    was missed is left to people. A target that is refused is logged and does not keep the others waiting.
    """
    asked = []
    for target in queries.targets_to_schedule():
        occurrence = queries.newest_open_occurrence(target, now)
        if not occurrence or now > occurrence.due_at:
            continue
        if queries.may_try_again(target, occurrence, now, RETRY_AFTER):
            try:
                asked.append(request_run(target=target, trigger=Trigger.SCHEDULE, actor=actor, now=now))
            except ActionError as error:
                log.warning("scheduled run refused", target=target.pk, name=target.name, reason=str(error))
    return asked


def _check_occurrence(target: Target, occurrence: "Occurrence", now: datetime) -> None:
    place = (occurrence.contract_id, occurrence.clause.key, occurrence.target)
    if place != (target.contract_id, f"duty:{target.duty}", target.slot):
        raise ActionError(f"「{occurrence}」不由巡检对象「{target.name}」覆盖")
    if occurrence.state != OccurrenceState.OPEN:
        raise ActionError(f"「{occurrence}」{occurrence.get_state_display()}，不必再补")
    if now < occurrence.starts_at:
        raise ActionError(f"「{occurrence}」的期间尚未开始")


def _create(target: Target, occurrence: "Occurrence | None", trigger: Trigger, actor: Actor, now: datetime) -> Run:
    template = template_named(target.template)
    month = f"{now.astimezone(SHANGHAI):%Y%m}"
    return Run.objects.create(
        number=f"XJ-{month}-{numbers.next_number(f'inspection-{month}'):04d}", target=target, occurrence=occurrence,
        trigger=trigger, requested_at=now, requested_by=actor.audit_name,
        template=json.loads(template.model_dump_json()), template_digest=template.digest,
    )  # fmt: skip
