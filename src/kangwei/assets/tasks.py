"""What the worker does for assets."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from huey import crontab

from kangwei.assets import actions
from kangwei.assets.actions.imports import JOB_KIND
from kangwei.base import jobs
from kangwei.base.audit import WORKER, System
from kangwei.base.queue import queue

# Imports


@jobs.handler(JOB_KIND)
def import_ledger(payload: dict[str, Any], *, now: datetime) -> None:
    actions.run_import(batch_id=payload["batch"], actor=System(payload["by"]), now=now)


@queue.periodic_task(crontab(minute="*/10"))
def sweep_imports() -> None:
    """End imports that were given up, and delete files that nobody needs any more."""
    actions.sweep_imports(actor=WORKER, now=timezone.now())


# Certificates


# Every hour rather than once a day, so that a worker that was down at that time misses no day; once told is told.
@queue.periodic_task(crontab(minute="7"))
def tell_expiries() -> None:
    """Tell of what comes near its end."""
    actions.tell_expiries(actor=WORKER, now=timezone.now())
