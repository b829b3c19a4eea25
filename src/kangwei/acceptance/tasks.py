"""What the worker does for acceptance: packages that were asked for."""

from datetime import datetime
from typing import Any

from kangwei.acceptance import actions
from kangwei.base import jobs
from kangwei.base.audit import WORKER


@jobs.handler(actions.JOB_KIND)
def build_package(payload: dict[str, Any], *, now: datetime) -> None:
    actions.build_requested(package_id=payload["package"], actor=WORKER, now=now)
