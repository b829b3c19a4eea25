"""What the worker does for people: notices by mail."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from huey import crontab

from kangwei.accounts import mailing
from kangwei.base import jobs
from kangwei.base.queue import queue


@jobs.handler(mailing.JOB_KIND, attempts=mailing.ATTEMPTS)
def mail_notice(payload: dict[str, Any], *, now: datetime) -> None:
    mailing.mail_notice(notice_id=payload["notice"], now=now)


@queue.periodic_task(crontab(minute="*"))
def ask_for_mails() -> None:
    """Ask for a mail for each notice that is to go out."""
    mailing.ask_for_mails(now=timezone.now())
