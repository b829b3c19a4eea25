"""State changes of inspections, one function each."""

from kangwei.inspections.actions.findings import resolve_finding
from kangwei.inspections.actions.performing import RunUnderWayError, perform_run
from kangwei.inspections.actions.requesting import request_run, request_runs, request_scheduled_runs
from kangwei.inspections.actions.targets import deactivate_target, reactivate_target, save_target
from kangwei.inspections.actions.ticketing import open_finding_ticket

__all__ = [
    "RunUnderWayError",
    "deactivate_target",
    "open_finding_ticket",
    "perform_run",
    "reactivate_target",
    "request_run",
    "request_runs",
    "request_scheduled_runs",
    "resolve_finding",
    "save_target",
]
