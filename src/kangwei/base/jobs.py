"""Jobs: a row written with the change that asks for it, done later by the worker, safe to do twice.

A handler is registered by kind and called with the job's payload and the present time. A worker that dies leaves its
lease to run out, after which another takes the job again; so a handler must give the same result when run twice.
"""

import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.dispatch import Signal

from kangwei.base.errors import ActionError
from kangwei.base.models import Job

log = structlog.get_logger("kangwei.jobs")
Handler = Callable[..., None]
HANDLERS: dict[str, Handler] = {}
ATTEMPTS: dict[str, int] = {}
# Sent after commit with job_id: this job may be done now. The queue listens.
job_due = Signal()
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 5
LONGEST_WAIT = timedelta(hours=1)


class NotNowError(Exception):
    """A job cannot be done for a reason from outside, which may pass; `str()` is the reason in Chinese."""


def handler(kind: str, *, attempts: int = MAX_ATTEMPTS) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of a kind: `function(payload, now=...)`, tried so many times."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind], ATTEMPTS[kind] = function, attempts
        return function

    return register


def schedule(*, kind: str, key: str, payload: dict[str, Any], due_at: datetime, now: datetime) -> Job:
    """Ask for a job inside the caller's transaction; a key that is there already changes nothing."""
    job, created = Job.objects.get_or_create(
        key=key, defaults={"kind": kind, "payload": payload, "due_at": due_at, "created_at": now}
    )
    if created and due_at <= now:
        # robust: with the queue out of reach the change is made all the same, and the sweep finds the job.
        transaction.on_commit(lambda: job_due.send(sender=Job, job_id=job.pk), robust=True)
    return job


def due(now: datetime) -> list[int]:
    """Jobs that wait and are due, and those whose worker let its lease run out."""
    return list(Job.objects.filter(_claimable(now)).order_by("due_at").values_list("pk", flat=True)[:500])


def run(job_id: int, *, now: datetime) -> bool:
    """Claim and do one job; False where another worker has it or it is not due.

    An ActionError is final, its text is kept on the row; any other exception is tried again, later each time, as
    often as the handler wants.
    """
    claimed = Job.objects.filter(_claimable(now), pk=job_id).update(
        state=Job.State.RUNNING, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    job = Job.objects.get(pk=job_id)
    try:
        HANDLERS[job.kind](job.payload, now=now)
    except ActionError as error:
        _finish(job, Job.State.FAILED, str(error), now)
    except NotNowError as error:
        log.warning("job not now", kind=job.kind, key=job.key, attempt=job.attempts, reason=str(error))
        _retry(job, str(error), now)
    except Exception as error:
        log.exception("job failed", kind=job.kind, key=job.key, attempt=job.attempts)
        _retry(job, f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-3)}", now)
    else:
        _finish(job, Job.State.DONE, "", now)
    return True


def _claimable(now: datetime) -> Q:
    waiting = Q(state=Job.State.WAITING, due_at__lte=now)
    return waiting | Q(state=Job.State.RUNNING, lease_until__lt=now)


def _finish(job: Job, state: Job.State, error: str, now: datetime) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, error=error, finished_at=now, lease_until=None)
    log.info("job", kind=job.kind, key=job.key, state=str(state))


def _retry(job: Job, error: str, now: datetime) -> None:
    if job.attempts >= ATTEMPTS.get(job.kind, MAX_ATTEMPTS):
        _finish(job, Job.State.FAILED, error, now)
        return
    # As numbers: after many attempts no timedelta holds the longer one.
    later = now + timedelta(seconds=min(30 * 2**job.attempts, LONGEST_WAIT.total_seconds()))
    Job.objects.filter(pk=job.pk).update(state=Job.State.WAITING, due_at=later, error=error, lease_until=None)
