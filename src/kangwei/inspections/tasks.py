"""What the worker does for inspections: runs that were asked for, and those that contracts owe."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from huey import crontab

from kangwei.base import jobs
from kangwei.base.audit import WORKER
from kangwei.base.queue import queue
from kangwei.inspections import actions
from kangwei.inspections.actions.requesting import JOB_KIND


@jobs.handler(JOB_KIND)
def perform_run(payload: dict[str, Any], *, now: datetime) -> None:
    actions.perform_run(run_id=payload["run"], actor=WORKER, now=now)


@queue.periodic_task(crontab(minute="*/10"))
def request_scheduled_runs() -> None:
    """Ask for what contracts owe now."""
    actions.request_scheduled_runs(actor=WORKER, now=timezone.now())
