"""Notices by mail: who wants which, and sending them. State changes, as those of `actions`.

Whoever is told something is told by a stored notice (actions.notify); the worker looks for those that are to go out by
mail too, so that nobody who tells anything has to think of it. One notice is one job, and the job one mail.
"""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parseaddr

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from kangwei.accounts.actions import notify
from kangwei.accounts.enums import MailNotices
from kangwei.accounts.models import Notice, Person
from kangwei.base import audit, jobs
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.base.models import Job
from kangwei.core.calendars import SHANGHAI
from kangwei.core.intake import OWN_HEADER

log = structlog.get_logger("kangwei.mail")
JOB_KIND = "accounts.mail_notice"
_KEY = "notice-mail:"
GIVEN_UP_AFTER = timedelta(days=1)
ATTEMPTS = 60
"""More than fit into GIVEN_UP_AFTER: a mail is given up by its age, not by the number of attempts."""
MOST_AT_ONCE = 500
LONGEST_MAIL, LONGEST_SUBJECT = 254, 100
PERMANENT = 500
"""From this answer of a mail server on it will say the same tomorrow (RFC 5321)."""


def is_on() -> bool:
    """Whether mails go out at all (KANGWEI_MAIL)."""
    return bool(settings.EMAIL_HOST)


@transaction.atomic
def set_mail(*, person: Person, mail: str, actor: Actor, now: datetime, wanted: MailNotices | None = None) -> Person:
    """Set a person's mail address and which notices go there; `wanted` None leaves that as it is, as far as it can be.

    The person is told where somebody else does it. Nothing that was told before goes out because of the change.
    ActionError for what is no address, and for notices that would go nowhere.
    """
    mail = mail.strip()
    try:
        if mail:
            validate_email(mail)
    except ValidationError:
        raise ActionError("这不是邮箱地址", field="mail") from None
    if len(mail) > LONGEST_MAIL:
        raise ActionError(f"邮箱地址最长 {LONGEST_MAIL} 字", field="mail")
    if wanted and not mail:
        raise ActionError("请先填写邮箱地址", field="mail")
    ask_for_mails(now=now)
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    before = person.mail, person.mail_notices
    person.mail = mail
    person.mail_notices = (person.mail_notices if wanted is None else wanted) if mail else MailNotices.NONE
    if (person.mail, person.mail_notices) == before:
        return person
    person.mail_since = now
    person.save(update_fields=["mail", "mail_notices", "mail_since"])
    entry = audit.append(
        actor=actor, action="accounts.set_mail", subject=("person", str(person.pk)),
        data={"mail": mail, "before": before[0], "notices": MailNotices(person.mail_notices).label}, now=now,
    )  # fmt: skip
    if actor != person:
        said = f"{actor.audit_name} 把您接收通知的邮箱改为「{mail or '无'}」"
        notify(people=[person], key=f"mail:{entry.pk}", text=said, link=reverse("accounts:own_mail"), now=now)
    return person


def try_mail(*, person: Person, now: datetime) -> None:
    """Tell the person something that comes by mail, if the address is right; once a minute."""
    notify(
        people=[person], key=f"mail-test:{now:%Y%m%d%H%M}", text="测试通知：收到这封邮件，说明通知能寄到您的邮箱",
        link=reverse("accounts:own_mail"), now=now, urgent=True,
    )  # fmt: skip


@transaction.atomic
def ask_for_mails(*, now: datetime) -> int:
    """Ask for a mail for every notice that is to go out and was not asked for yet; how many were asked for."""
    if not is_on():
        return 0
    waiting = list(_waiting(now).values_list("pk", flat=True)[:MOST_AT_ONCE])
    for pk in waiting:
        jobs.schedule(kind=JOB_KIND, key=f"{_KEY}{pk}", payload={"notice": pk}, due_at=now, now=now)
    return len(waiting)


def _waiting(now: datetime) -> QuerySet[Notice]:
    """Unread notices of people who want them by mail, without a job; the urgent ones first.

    What was read in the bell meanwhile need not be told again.
    """
    wanting = Q(person__mail_notices=MailNotices.ALL) | Q(person__mail_notices=MailNotices.URGENT, urgent=True)
    fresh = Notice.objects.filter(
        wanting, person__is_active=True, read_at=None, at__gt=now - GIVEN_UP_AFTER, at__gte=F("person__mail_since")
    )
    keyed = fresh.annotate(job=Concat(Value(_KEY), Cast("pk", CharField()), output_field=CharField()))
    return keyed.filter(~Exists(Job.objects.filter(key=OuterRef("job")))).order_by("-urgent", "at", "pk")


def mail_notice(*, notice_id: int, now: datetime) -> None:
    """Send a notice by mail, unless it was read meanwhile or is wanted no more.

    Killed between the server's word and our own note of it, it is sent again under the same Message-ID.

    ActionError where it is given up; NotNowError where it is to be tried again.
    """
    notice = Notice.objects.select_related("person").filter(pk=notice_id).first()
    if notice is None or notice.read_at or not _is_wanted(notice):
        return
    if not is_on() or now - notice.at > GIVEN_UP_AFTER:
        log.warning("notice given up", notice=notice_id, person=notice.person_id)
        raise ActionError("一天之内没有寄出，已放弃" if is_on() else "外发邮件已关闭")
    with _refusals_told(notice):
        message_of(notice).send()
    log.info("notice mailed", notice=notice_id, person=notice.person_id)


def _is_wanted(notice: Notice) -> bool:
    person = notice.person
    wanted = person.mail_notices == MailNotices.ALL or (person.mail_notices == MailNotices.URGENT and notice.urgent)
    return person.is_active and bool(person.mail) and wanted


def message_of(notice: Notice) -> EmailMessage:
    """The mail that tells a notice: its text, and where to read on; nothing of what the page there says."""
    text, site = " ".join(notice.text.split()), settings.SITE_ADDRESS
    subject = f"[康维]{'【紧急】' if notice.urgent else ''} {text}"
    body = (
        f"{notice.text}\n\n查看：{site}{reverse('accounts:open_notice', args=[notice.pk])}\n"
        f"时间：{notice.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}\n\n"
        f"--\n这封邮件由康维自动寄出，请不要回复。不想再收：{site}{reverse('accounts:own_mail')}\n"
    )
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return EmailMessage(
        subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…", body,
        to=[notice.person.mail],
        headers={
            "Message-ID": f"<kangwei-notice-{notice.pk}@{domain}>", "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All", OWN_HEADER: str(notice.pk),
        },
    )  # fmt: skip


@contextmanager
def _refusals_told(notice: Notice) -> Iterator[None]:
    """ActionError for what the mail server will say tomorrow as well, NotNowError for what may pass."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code = max((answer[0] for answer in error.recipients.values()), default=0)
        reason = f"邮件服务器不收给 {notice.person.mail} 的邮件（{code}）"
        if code < PERMANENT:
            raise jobs.NotNowError(reason) from None
        log.warning("notice refused", notice=notice.pk, person=notice.person_id, code=code)
        raise ActionError(reason) from None
    except smtplib.SMTPAuthenticationError as error:
        raise jobs.NotNowError(f"邮件服务器不认发信的用户名或口令（{error.smtp_code}）") from None
    except smtplib.SMTPResponseException as error:
        raise jobs.NotNowError(f"邮件服务器不收这封邮件（{error.smtp_code}）") from None
    except (smtplib.SMTPException, OSError) as error:
        raise jobs.NotNowError(f"连不上邮件服务器，或它中断了连接（{type(error).__name__}）") from None


def troubled_mails() -> QuerySet[Job]:
    """The mails that were refused, given up, or failed at least once and are tried again; the latest first."""
    failed = Q(state=Job.State.FAILED) | Q(state=Job.State.WAITING, attempts__gt=0)
    return Job.objects.filter(failed, kind=JOB_KIND).order_by("-created_at", "-pk")


def notices_of(found: list[Job]) -> dict[int, Notice]:
    """By their keys the notices that these jobs are about, with their people."""
    keys = [job.payload["notice"] for job in found]
    return {notice.pk: notice for notice in Notice.objects.filter(pk__in=keys).select_related("person__party")}
