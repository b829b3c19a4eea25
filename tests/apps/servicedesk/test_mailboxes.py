"""Mailboxes: who enters which, what the worker keeps, what a failure leaves behind."""

# ruff: noqa: F401, F811 (fixtures of the module beside this one)

import hashlib
import ssl
from datetime import timedelta

import pytest
import time_machine

from kangwei.base import audit, secretbox
from kangwei.base.errors import ActionError
from kangwei.core.intake import MAIL_LIMIT
from kangwei.documents.queries import kept
from kangwei.servicedesk import actions, tasks
from kangwei.servicedesk.models import Mailbox, ReceivedMail
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import SYSTEM, url
from tests.apps.servicedesk.mails import ENTERED, box, deliver, make_mail, server
from tests.factories.contracts import load_small
from tests.fakes.mailboxes import PASSWORD, PLACE, FakeMailbox

pytestmark = pytest.mark.django_db
SENT = {
    "contract": "", "host": PLACE.host, "security": "tls", "port": "993", "user": PLACE.user, "password": PASSWORD,
    "folder": "INBOX", "active": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def save(contract, now):
    """`save(box=box, port=143)`."""

    def make(**values):
        return actions.save_mailbox(**{"contract": contract, **ENTERED, "actor": SYSTEM, "now": now} | values)

    return make


def check(box, server, now) -> int:
    return actions.check_mailbox(mailbox_id=box.pk, now=now, connect=server.connect)


class TestEntering:
    def test_a_manager_enters_it_and_the_password_is_never_shown_again(self, project_manager, contract):
        answer = project_manager.post(url("mailbox_new"), SENT | {"contract": contract.pk})
        assert answer.status_code == 302
        box = Mailbox.objects.get()
        assert (box.tls, box.folder, secretbox.unseal(box.password)) == (True, "INBOX", PASSWORD)
        page = project_manager.get(url("mailbox", box.pk)).content.decode()
        assert PASSWORD not in page and box.password not in page and PLACE.user in page
        entry = audit.latest("mailbox", str(box.pk))
        assert entry.data["password_changed"] is True and PASSWORD not in str(entry.data)

    def test_whoever_only_works_at_the_desk_enters_none(self, engineer, project_manager, contract):
        for client, status in ((engineer, 403), (project_manager, 200)):
            assert client.get(url("mailboxes")).status_code == status
            assert client.get(url("mailbox_new")).status_code == status

    def test_a_supplier_sees_its_own_alone(self, stranger, project_manager, box):
        assert stranger.get(url("mailbox", box.pk)).status_code == 404
        assert project_manager.get(url("mailbox", box.pk)).status_code == 200
        assert PLACE.user not in text_of(stranger.get(url("mailboxes")))
        assert PLACE.user in text_of(project_manager.get(url("mailboxes")))

    def test_what_was_typed_comes_back_with_the_reason_but_for_the_password(self, project_manager, contract):
        refused = project_manager.post(url("mailbox_new"), SENT | {"contract": contract.pk, "host": "imap://x"})
        assert refused.status_code == 422 and "不带 imap://" in text_of(refused)
        assert "口令不留在页面上，请再填一次" in text_of(refused)
        assert PLACE.user in refused.content.decode() and PASSWORD not in refused.content.decode()

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "::1", "::ffff:127.0.0.1"])
    def test_a_supplier_enters_none_on_this_server_but_the_buyer_may(self, client_of, project_manager, contract, host):
        sent = SENT | {"contract": contract.pk, "host": host}
        refused = project_manager.post(url("mailbox_new"), sent)
        assert refused.status_code == 422 and "乙方人员不能登记" in text_of(refused)
        assert client_of("buyer_manager").post(url("mailbox_new"), sent).status_code == 302

    def test_the_same_folder_is_not_read_twice_but_another_may_be(self, save, box):
        with pytest.raises(ActionError, match="已登记过"):
            save()
        assert save(folder="报修").pk

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"user": 'a"b'}, "user"), ({"user": "a b"}, "user"), ({"user": ""}, "user"),
            ({"password": "密码"}, "password"), ({"password": "a\r\nb"}, "password"), ({"password": None}, "password"),
            ({"port": 0}, "port"), ({"port": 65536}, "port"), ({"folder": " "}, "folder"),
            ({"host": ""}, "host"), ({"host": "a/b"}, "host"), ({"host": "a b"}, "host"), ({"host": "-a"}, "host"),
        ],
    )  # fmt: skip
    def test_what_nobody_could_sign_in_with_is_refused_at_its_field(self, save, values, field):
        with pytest.raises(ActionError) as refused:
            save(**values)
        assert refused.value.field == field
        assert not Mailbox.objects.exists()

    def test_plain_is_said_wherever_the_mailbox_stands(self, save, project_manager):
        save(tls=False, port=143)
        assert "不加密" in text_of(project_manager.get(url("mailboxes")))

    def test_for_a_contract_that_has_ended_none(self, save, now):
        with pytest.raises(ActionError, match="到期"):
            save(now=now + timedelta(days=800))


class TestChanging:
    @pytest.mark.parametrize("change", [{"host": "evil.example"}, {"port": 143}, {"tls": False}, {"user": "b@x.cn"}])
    def test_a_stored_password_goes_nowhere_else(self, save, box, change):
        with pytest.raises(ActionError, match="重新填写口令"):
            save(box=box, password=None, **change)
        save(box=box, password="another-1", **change)
        box.refresh_from_db()
        assert secretbox.unseal(box.password) == "another-1"

    def test_what_is_not_the_place_keeps_the_password(self, save, box):
        changed = save(box=box, password=None, folder="报修", active=False)
        assert secretbox.unseal(changed.password) == PASSWORD
        assert (changed.folder, changed.active) == ("报修", False)

    def test_another_folder_is_read_from_its_own_beginning(self, save, box, deliver):
        deliver(make_mail())
        box.refresh_from_db()
        assert (box.validity, box.read_to) == (1, 1)
        changed = save(box=box, password=None, folder="报修")
        assert (changed.validity, changed.read_to) == (None, 0)

    def test_the_mails_that_came_stay_with_the_contract_they_came_for(self, save, box, deliver, now, contract):
        deliver(make_mail())
        later = load_small(now, id="next-2026", supplier="下一家公司")
        save(box=box, password=None, contract=later)
        deliver(make_mail(number=2))
        assert [mail.contract for mail in ReceivedMail.objects.order_by("pk")] == [contract, later]

    def test_mails_to_one_buyer_never_go_to_another(self, save, box, now):
        other = load_small(now, id="other-2026", buyer="另一家甲方")
        with pytest.raises(ActionError, match="同一甲方"):
            save(box=box, password=None, contract=other)

    def test_nor_does_a_mail_to_one_buyer_lie_with_anothers_ticket(self, deliver, open_ticket, now):
        deliver(make_mail())
        mail = ReceivedMail.objects.get()
        by = {"mail": mail, "public": False, "actor": SYSTEM, "now": now}
        theirs = open_ticket(contract=load_small(now, id="other-2026", buyer="另一家甲方"))
        with pytest.raises(ActionError, match="不能归到别的甲方的合同"):
            actions.add_mail(ticket=theirs, **by)
        own = open_ticket()
        assert actions.add_mail(ticket=own, **by).ticket == own


class TestFetching:
    def test_a_mail_is_kept_as_it_came(self, deliver, server):
        message = make_mail()
        message.add_attachment(b"x", maintype="text", subtype="plain", filename="a.txt")
        (mail,) = deliver(message)
        assert (mail.sender, mail.address, mail.subject) == ("王护士", "wang@hospital.example", "门诊系统打不开")
        assert (mail.state, mail.attachments, mail.size) == ("waiting", 1, len(message.as_bytes()))
        assert kept(mail.sha256) == message.as_bytes()
        assert hashlib.sha256(message.as_bytes()).hexdigest() == mail.sha256
        assert audit.latest("mail", str(mail.pk)).data["sha256"] == mail.sha256
        assert server.seen == {1}

    def test_once_by_whichever_way_and_however_often_it_comes(self, deliver, server, box, now):
        deliver(make_mail(), make_mail(Received="from x by y"))
        server.seen = set()
        check(box, server, now)
        assert ReceivedMail.objects.count() == 1

    def test_a_forged_mail_under_the_same_number_keeps_the_real_one_from_nobody(self, deliver):
        deliver(make_mail(text="假的"), make_mail())
        assert ReceivedMail.objects.count() == 2

    def test_what_no_person_wrote_is_set_aside(self, deliver):
        mails = deliver(make_mail(Auto_Submitted="auto-replied"), make_mail(number=2, X_Kangwei_Notice="1"))
        assert [(mail.state, mail.aside) for mail in mails] == [
            ("aside", "自动答复或自动邮件"), ("aside", "本系统的通知"),
        ]  # fmt: skip

    def test_what_cannot_be_read_is_kept_all_the_same(self, deliver):
        (mail,) = deliver(b"\x00\x01 no mail at all")
        assert (mail.state, mail.subject, mail.fault) == ("waiting", "", "这不是邮件文件（.eml）")
        assert kept(mail.sha256) == b"\x00\x01 no mail at all"

    def test_of_what_is_too_large_the_head_is_kept(self, server, deliver):
        server.sizes[1] = MAIL_LIMIT + 1
        (mail,) = deliver(make_mail())
        assert (mail.subject, mail.size) == ("门诊系统打不开", MAIL_LIMIT + 1)
        assert "超过 30 MB，只取了信头" in mail.fault and b"\n\n" in kept(mail.sha256)

    def test_what_failed_stands_on_the_mailbox_until_it_works_again(self, save, box, server, project_manager, now):
        save(box=box, password="wrong-1")
        check(box, server, now)
        box.refresh_from_db()
        assert "用户名或口令不对" in box.error and box.checked_at == now
        assert "用户名或口令不对" in text_of(project_manager.get(url("mails")))
        save(box=box, password=PASSWORD)
        check(box, server, now)
        box.refresh_from_db()
        assert (box.error, box.busy_until) == ("", None)

    def test_after_a_failure_it_rests_or_its_account_would_be_locked(self, save, box, server, now):
        save(box=box, password="wrong-1")
        for minute in range(6):
            check(box, server, now + timedelta(minutes=minute))
        assert server.opened == 2
        save(box=box, password=PASSWORD)
        check(box, server, now + timedelta(minutes=5, seconds=1))
        assert server.opened == 3

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (ConnectionRefusedError(), "连接被拒绝"), (TimeoutError(), "连接超时"), (OSError("?"), "连接失败"),
            (ssl.SSLError("wrong version number"), "TLS 没有谈成"),
        ],
    )  # fmt: skip
    def test_a_network_that_fails_is_told_in_words(self, box, now, error, said):
        def refuse(place):
            raise error

        actions.check_mailbox(mailbox_id=box.pk, now=now, connect=refuse)
        box.refresh_from_db()
        assert said in box.error

    def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(self, box, server, now, monkeypatch):
        """Killed after each of the steps: what was stored is stored, and the next worker goes on."""
        server.put(*(make_mail(number=n).as_bytes() for n in range(3)))
        store, left = server._store, [1]

        def killed(*args):
            if left and left.pop():
                raise KeyboardInterrupt
            return store(*args)

        monkeypatch.setattr(server, "_store", killed)
        with pytest.raises(KeyboardInterrupt):
            check(box, server, now)
        assert (ReceivedMail.objects.count(), server.seen) == (1, set())
        assert check(box, server, now + timedelta(minutes=1)) == 0
        assert check(box, server, now + timedelta(minutes=6)) == 2
        assert (ReceivedMail.objects.count(), server.seen) == (3, {1, 2, 3})

    def test_two_workers_at_once_are_one(self, box, server, now):
        server.put(make_mail().as_bytes())
        inner = []

        class Meanwhile(FakeMailbox):
            def login(self, user, password):
                inner.append(check(box, server, now))

        check(box, Meanwhile(), now)
        assert inner == [0]

    def test_a_mailbox_that_was_changed_meanwhile_keeps_the_change(self, save, box, server, now):
        server.put(make_mail().as_bytes())

        class Meanwhile(FakeMailbox):
            def login(self, user, password):
                save(box=box, password=None, folder="报修")

        other = Meanwhile(mails=server.mails)
        check(box, other, now)
        box.refresh_from_db()
        assert (box.folder, box.validity, box.checked_at) == ("报修", None, None)

    def test_the_worker_looks_into_those_in_use(self, save, box, monkeypatch):
        save(user="old@example.cn", active=False)
        asked = []
        monkeypatch.setattr(tasks, "check_mailbox", asked.append)
        tasks.check_mailboxes.call_local()
        assert asked == [box.pk]
