"""Notices by mail: who gets which, once, what happens where the server fails, who sees that."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from kangwei.accounts import mailing, tasks
from kangwei.accounts.actions import notify, read_notices, set_active
from kangwei.accounts.enums import MailNotices
from kangwei.accounts.models import Notice, Person
from kangwei.base import audit, jobs
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.base.models import Job
from kangwei.core.intake import read_mail
from tests.apps.assets.pages import text_of
from tests.fakes.mail_servers import sink

pytestmark = pytest.mark.django_db
OWN = "accounts:own_mail"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture(autouse=True)
def on(settings):
    """Mails go out; Django's test runner keeps them in `mailoutbox`."""
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "smtp.example.cn", "康维 <kangwei@example.cn>"
    settings.SITE_ADDRESS = "https://kangwei.example.cn"
    return settings


@pytest.fixture
def manager(make_person, now) -> Person:
    """A manager who wants every notice by mail."""
    person = make_person("buyer_manager")
    return mailing.set_mail(person=person, mail="wang@example.cn", wanted=MailNotices.ALL, actor=person, now=now)


@pytest.fixture
def tell(now):
    """`tell(person, "GD-1 响应超时")`: a notice, as whoever tells anything writes it."""

    def make(person, text="GD-202611-000001 响应超时：门诊系统打不开", *, at=now, urgent=False, key=""):
        notify(people=[person], key=key or text, text=text, link="/tickets/1/", now=at, urgent=urgent)
        return Notice.objects.get(person=person, key=key or text)

    return make


def work(at) -> None:
    """What the worker does at a moment."""
    mailing.ask_for_mails(now=at)
    for job in jobs.due(at):
        jobs.run(job, now=at)


class TestWhatGoesOut:
    def test_the_text_and_where_to_read_on_and_nothing_else(self, manager, tell, now, mailoutbox):
        notice = tell(manager, urgent=True)
        work(now)
        (mail,) = mailoutbox
        assert (mail.to, mail.from_email) == (["wang@example.cn"], "康维 <kangwei@example.cn>")
        assert mail.subject == "[康维]【紧急】 GD-202611-000001 响应超时：门诊系统打不开"
        assert mail.body.startswith("GD-202611-000001 响应超时：门诊系统打不开\n\n查看：https://kangwei.example.cn")
        assert f"https://kangwei.example.cn/notices/{notice.pk}/" in mail.body and "2026-11-20 10:00" in mail.body
        assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
        assert mail.extra_headers["Message-ID"] == f"<kangwei-notice-{notice.pk}@example.cn>"
        assert mail.message().get_content_type() == "text/plain"

    def test_the_link_opens_the_page_that_it_is_about_and_the_notice_is_read(self, manager, tell, now, client):
        notice = tell(manager)
        client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(f"/notices/{notice.pk}/").url == "/tickets/1/"
        assert Notice.objects.get().read_at

    def test_what_comes_back_is_known_for_our_own(self, manager, tell):
        message = mailing.message_of(tell(manager)).message()
        assert read_mail(message.as_bytes()).automatic == "本系统的通知"

    def test_lines_in_a_notice_make_no_headers_of_a_mail(self, manager, tell, now, mailoutbox):
        tell(manager, "标题\r\nBcc: all@example.cn\n" + "长" * 200, key="lines")
        work(now)
        assert "\n" not in mailoutbox[0].subject and len(mailoutbox[0].subject) == 100
        headers = mailoutbox[0].message()
        assert headers["Bcc"] is None and headers["To"] == "wang@example.cn"

    @pytest.mark.parametrize(
        ("wanted", "told"), [(MailNotices.ALL, ["a", "b"]), (MailNotices.URGENT, ["b"]), (MailNotices.NONE, [])]
    )
    def test_as_each_person_wants(self, manager, tell, now, mailoutbox, wanted, told):
        mailing.set_mail(person=manager, mail="wang@example.cn", wanted=wanted, actor=manager, now=now)
        tell(manager, "a")
        tell(manager, "b", urgent=True)
        work(now)
        assert sorted(mail.body[0] for mail in mailoutbox) == told

    def test_what_was_told_before_somebody_wanted_mails_stays_in_the_bell(self, make_person, tell, now, mailoutbox):
        person = make_person("engineer")
        tell(person, "old", at=now - MINUTE)
        mailing.set_mail(person=person, mail="a@example.cn", wanted=MailNotices.ALL, actor=person, now=now)
        tell(person, "new", at=now + MINUTE)
        work(now + MINUTE)
        assert [mail.body[:3] for mail in mailoutbox] == ["new"]

    def test_what_was_told_a_moment_before_a_change_still_goes_out(self, manager, tell, now, mailoutbox):
        tell(manager, "urgent one", urgent=True)
        later = now + MINUTE
        mailing.set_mail(person=manager, mail="new@example.cn", wanted=MailNotices.URGENT, actor=manager, now=later)
        work(later)
        assert [(mail.to, mail.body[:10]) for mail in mailoutbox] == [(["new@example.cn"], "urgent one")]

    def test_what_was_read_meanwhile_does_not_go_out(self, manager, tell, now, mailoutbox):
        tell(manager, "a")
        read_notices(person=manager, now=now)
        tell(manager, "b")
        mailing.ask_for_mails(now=now)
        read_notices(person=manager, now=now)
        work(now)
        assert mailoutbox == []

    def test_nor_to_whoever_may_not_sign_in_any_more(self, manager, tell, now, mailoutbox):
        tell(manager)
        mailing.ask_for_mails(now=now)
        set_active(person=manager, active=False, actor=System("测试"), now=now)
        work(now)
        assert mailoutbox == []


class TestOnce:
    def test_however_often_the_worker_looks(self, manager, tell, now, mailoutbox):
        notice = tell(manager)
        for minute in range(5):
            work(now + minute * MINUTE)
        assert len(mailoutbox) == 1
        assert list(Job.objects.values_list("key", "state")) == [(f"notice-mail:{notice.pk}", "done")]

    def test_at_a_constant_price_and_not_all_at_once(self, manager, tell, now, monkeypatch, django_assert_num_queries):
        monkeypatch.setattr(mailing, "MOST_AT_ONCE", 2)
        for text in "abc":
            tell(manager, text)
        assert [mailing.ask_for_mails(now=now) for _ in range(3)] == [2, 1, 0]
        with django_assert_num_queries(3):
            mailing.ask_for_mails(now=now)

    def test_a_worker_killed_while_sending_sends_the_same_again(self, manager, tell, now, mailoutbox, monkeypatch):
        tell(manager)
        mailing.ask_for_mails(now=now)
        finish = jobs._finish
        monkeypatch.setattr(jobs, "_finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            work(now)
        monkeypatch.setattr(jobs, "_finish", finish)
        work(now + MINUTE)
        assert len(mailoutbox) == 1
        work(now + jobs.LEASE + MINUTE)
        assert len({mail.extra_headers["Message-ID"] for mail in mailoutbox}) == 1


class TestFailures:
    @pytest.fixture
    def server(self, on):
        """A real connection to a server that takes mails."""
        with sink() as server:
            on.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            on.EMAIL_HOST, on.EMAIL_PORT, on.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
            yield server

    def test_over_the_wire(self, manager, tell, now, server):
        tell(manager, urgent=True)
        work(now)
        mail = read_mail(server.mails[0])
        assert mail.subject == "[康维]【紧急】 GD-202611-000001 响应超时：门诊系统打不开"
        assert "https://kangwei.example.cn/notices/" in mail.text and mail.address == "kangwei@example.cn"

    def test_what_may_pass_is_tried_again_later_each_time_and_then_arrives(self, manager, tell, now, server):
        tell(manager)
        server.answers = {"RCPT": "450 greylisted"}
        at, waits = now, []
        for _ in range(3):
            work(at)
            due = Job.objects.get().due_at
            waits.append(due - at)
            at = due
        assert waits == sorted(set(waits)) and waits[0] == MINUTE
        assert Job.objects.get().error == "邮件服务器不收给 wang@example.cn 的邮件（450）"
        server.answers = {}
        work(at)
        assert (len(server.mails), Job.objects.get().state) == (1, "done")

    def test_after_a_day_it_is_given_up_with_a_line_in_the_log(self, manager, tell, now, server, caplog):
        tell(manager)
        server.answers = {"MAIL": "421 not today"}
        at, tries = now, 0
        while Job.objects.filter(state="waiting").exists() or not tries:
            work(at)
            job, tries = Job.objects.get(), tries + 1
            assert job.due_at - at <= HOUR
            at = max(at, job.due_at)
        assert (job.state, job.error) == ("failed", "一天之内没有寄出，已放弃")
        assert timedelta(hours=24) < at - now < timedelta(hours=26) and tries > 24
        assert "notice given up" in caplog.text
        assert server.mails == []

    def test_what_the_server_will_say_tomorrow_too_is_not_tried_again(self, manager, tell, now, server):
        tell(manager)
        server.answers = {"RCPT": "550 no such user"}
        work(now)
        job = Job.objects.get()
        assert (job.state, job.attempts, job.error[-5:]) == ("failed", 1, "（550）")

    def test_one_that_is_refused_keeps_no_other_waiting(self, manager, make_person, tell, now, server):
        other = make_person("engineer")
        mailing.set_mail(person=other, mail="li@example.cn", wanted=MailNotices.ALL, actor=other, now=now)
        tell(manager)
        mailing.ask_for_mails(now=now)
        server.answers = {"RCPT": "450 later"}
        work(now)
        server.answers = {}
        tell(other)
        work(now + MINUTE / 2)
        assert len(server.mails) == 1

    def test_a_server_out_of_reach_is_told_in_words(self, manager, tell, now, server):
        tell(manager)
        server.answers = {"EHLO": "", "HELO": ""}
        server.shutdown()
        server.server_close()
        work(now)
        assert Job.objects.get().error.startswith("连不上邮件服务器")

    def test_the_administrator_sees_them_but_not_what_they_tell(self, manager, tell, now, server, client_of):
        tell(manager)
        server.answers = {"RCPT": "550 no such user"}
        work(now)
        page = text_of(client_of("administrator").get(reverse("accounts:mail_trouble")))
        assert "wang@example.cn" in page and "550" in page and "没有寄出" in page
        assert "门诊系统" not in page and "GD-202611" not in page
        assert client_of("engineer").get(reverse("accounts:mail_trouble")).status_code == 403

    def test_nothing_failed_says_so_at_a_constant_price(self, client_of, manager, tell, now, django_assert_num_queries):
        client = client_of("administrator")
        assert "都寄到了" in text_of(client.get(reverse("accounts:mail_trouble")))
        counts = []
        for number in range(4):
            notice = tell(manager, f"n{number}")
            Job.objects.create(
                kind=mailing.JOB_KIND, key=f"x{number}", payload={"notice": notice.pk}, state="failed", due_at=now,
                created_at=now,
            )  # fmt: skip
            with django_assert_num_queries(8) as seen:
                client.get(reverse("accounts:mail_trouble"))
            counts.append(len(seen))
        assert len(set(counts)) == 1


class TestChoosing:
    def test_a_person_sets_his_own_on_the_page_beside_his_notices(self, client_of):
        client = client_of("engineer")
        assert "邮件通知" in text_of(client.get(reverse("accounts:notices")))
        client.post(reverse(OWN), {"mail": "li@example.cn", "wanted": "urgent"})
        person = Person.objects.get(username="engineer")
        assert (person.mail, person.mail_notices) == ("li@example.cn", "urgent")
        entry = audit.latest("person", str(person.pk))
        assert (entry.action, entry.data["mail"]) == ("accounts.set_mail", "li@example.cn")

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"mail": "nobody", "wanted": "all"}, "这不是邮箱地址"),
            ({"mail": "", "wanted": "all"}, "请先填写邮箱地址"),
            ({"mail": "a@b.cn\nBcc: c@d.cn", "wanted": "all"}, "这不是邮箱地址"),
            ({"mail": "a@b.cn", "wanted": "some"}, "some"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_comes_back_with_the_reason(self, client_of, sent, said):
        refused = client_of("engineer").post(reverse(OWN), sent)
        assert refused.status_code == 422 and said in text_of(refused)
        assert Person.objects.get(username="engineer").mail == ""

    def test_without_an_address_nothing_is_wanted(self, manager, now):
        person = mailing.set_mail(person=manager, mail="", actor=manager, now=now)
        assert (person.mail, person.mail_notices) == ("", "")

    def test_the_administrator_sets_the_address_alone_and_the_person_is_told(self, manager, client_of):
        client = client_of("administrator")
        address = reverse("accounts:person_mail", args=[manager.pk])
        assert client.post(address, {"mail": "other@example.cn", "wanted": ""}).status_code == 302
        manager.refresh_from_db()
        assert (manager.mail, manager.mail_notices) == ("other@example.cn", "all")
        assert "other@example.cn" in Notice.objects.get(person=manager).text
        assert "other@example.cn" in text_of(client.get(reverse("accounts:person", args=[manager.pk])))

    def test_nobody_else_sets_it(self, manager, client_of):
        address = reverse("accounts:person_mail", args=[manager.pk])
        for role in ("security_officer", "auditor", "engineer"):
            assert client_of(role).post(address, {"mail": "x@example.cn"}).status_code == 403
        manager.refresh_from_db()
        assert manager.mail == "wang@example.cn"

    def test_the_same_again_changes_nothing(self, manager, now):
        before = audit.latest("person", str(manager.pk))
        mailing.set_mail(person=manager, mail=" wang@example.cn ", actor=manager, now=now + HOUR)
        assert audit.latest("person", str(manager.pk)) == before
        assert Person.objects.get(pk=manager.pk).mail_since == now

    def test_a_mail_to_try(self, manager, client, now, mailoutbox):
        client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
        for _ in range(2):
            client.post(reverse("accounts:try_own_mail"))
        work(now)
        assert [mail.to for mail in mailoutbox] == [["wang@example.cn"]]


class TestOff:
    """Without KANGWEI_MAIL nothing of it is shown and nothing is done."""

    @pytest.fixture(autouse=True)
    def off(self, manager, on):
        on.EMAIL_HOST = ""

    def test_nothing_is_shown(self, manager, client_of):
        # What was once written down about him stays in his history.
        audit.AuditEntry.objects.filter(action="accounts.set_mail").delete()
        client = client_of("administrator")
        for name, args in ((OWN, []), ("accounts:person_mail", [manager.pk]), ("accounts:mail_trouble", [])):
            assert client.get(reverse(name, args=args)).status_code == 404
        for address in (reverse("accounts:notices"), reverse("accounts:person", args=[manager.pk]), "/settings/"):
            page = text_of(client.get(address))
            assert "邮件" not in page and "wang@example.cn" not in page

    def test_the_twin_is_shown_when_it_is_on(self, manager, client_of, on):
        on.EMAIL_HOST = "smtp.example.cn"
        client = client_of("administrator")
        assert "外发邮件" in text_of(client.get("/settings/"))
        assert "wang@example.cn" in text_of(client.get(reverse("accounts:person", args=[manager.pk])))

    def test_nothing_is_done(self, manager, tell, now, mailoutbox):
        tell(manager)
        tasks.ask_for_mails.call_local()
        assert not Job.objects.exists() and mailoutbox == []

    def test_what_waits_when_it_is_turned_off_does_not_go_out(self, manager, tell, now, on):
        on.EMAIL_HOST = "smtp.example.cn"
        notice = tell(manager)
        on.EMAIL_HOST = ""
        with pytest.raises(ActionError, match="已关闭"):
            mailing.mail_notice(notice_id=notice.pk, now=now)


def test_a_notice_that_is_gone_is_no_error(now):
    mailing.mail_notice(notice_id=999, now=datetime(2026, 1, 1, tzinfo=UTC))
