"""What the worker does for tickets by itself."""

from django.utils import timezone
from huey import crontab

from kangwei.base.queue import queue
from kangwei.servicedesk import actions
from kangwei.servicedesk.queries.mailing import free_mailboxes


@queue.periodic_task(crontab(minute="*"))
def settle_clocks() -> None:
    """Settle the clocks whose next deadline has come."""
    actions.settle_due(now=timezone.now())


@queue.periodic_task(crontab(minute="*"))
def check_mailboxes() -> None:
    """Look into every mailbox, each by a task of its own: a server that does not answer keeps no other waiting."""
    for key in free_mailboxes(timezone.now()).values_list("pk", flat=True):
        check_mailbox(key)


@queue.task()
def check_mailbox(mailbox_id: int) -> None:
    """Fetch what is new in a mailbox."""
    actions.check_mailbox(mailbox_id=mailbox_id, now=timezone.now())
