"""What the worker does for tickets by itself."""

from django.utils import timezone
from huey import crontab

from kangwei.base.queue import queue
from kangwei.servicedesk import actions


@queue.periodic_task(crontab(minute="*"))
def settle_clocks() -> None:
    """Settle the clocks whose next deadline has come."""
    actions.settle_due(now=timezone.now())
