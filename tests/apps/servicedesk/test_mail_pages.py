"""收件: the list of waiting mails, tickets made of them, mails added to tickets, mails refused."""

# ruff: noqa: F401, F811 (fixtures of the module beside this one)

import pytest
import time_machine

from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.documents import storage
from kangwei.servicedesk import actions
from kangwei.servicedesk.models import ReceivedMail, Ticket
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import SYSTEM, url
from tests.apps.servicedesk.mails import PNG, box, deliver, make_mail, server
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen(now, settings, tmp_path):
    settings.VAR = tmp_path
    with time_machine.travel(now, tick=False):
        yield


def listed(client, query: str = "") -> list[str]:
    return [mail.subject for mail in client.get(f"{url('mails')}{query}").context["page_obj"]]


def open_from(client, mail, **changes):
    """The desk's form as it is filled in from a mail, saved."""
    given = {"from": f"box-{mail.pk}", "contract": mail.contract.code}
    shown = client.get(url("new"), given)
    fields = {field.name: field.value() for field in shown.context["form"]}
    sent = {name: "" if value is None else value for name, value in fields.items()} | changes
    return client.post(f"{shown.request['PATH_INFO']}?{shown.request['QUERY_STRING']}", sent)


class TestTheList:
    def test_who_wrote_what_and_when_the_oldest_first(self, engineer, deliver, now):
        message = make_mail()
        message.add_attachment(PNG, maintype="image", subtype="png", filename="截图.png")
        deliver(message, make_mail("又打不开", number=2))
        assert listed(engineer) == ["门诊系统打不开", "又打不开"]
        page = text_of(engineer.get(url("mails")))
        assert "王护士" in page and "wang@hospital.example" in page and "发出 2026-11-20 09:05" in page

    def test_what_nobody_wrote_is_not_among_the_work_but_can_be_seen(self, engineer, deliver):
        deliver(make_mail(), make_mail("自动回复: 收到", number=2))
        assert listed(engineer) == ["门诊系统打不开"]
        assert listed(engineer, "?group=aside") == ["自动回复: 收到"]
        assert "自动答复" in text_of(engineer.get(f"{url('mails')}?group=aside"))

    def test_found_by_words_and_contract(self, engineer, deliver):
        deliver(make_mail(), make_mail("打印机", number=2))
        assert listed(engineer, "?q=打印机") == ["打印机"]
        assert listed(engineer, "?q=wang@ 门诊") == ["门诊系统打不开"]
        assert listed(engineer, "?contract=small-2026&q=没有的") == []

    def test_whoever_may_not_open_tickets_there_sees_none(self, stranger, reader, engineer, deliver):
        (mail,) = deliver(make_mail())
        assert (listed(stranger), listed(engineer)) == ([], ["门诊系统打不开"])
        assert reader.get(url("mails")).status_code == 403
        for name in ("mail", "mail_file", "mail_refuse"):
            assert stranger.get(url(name, mail.pk)).status_code == 404
            assert engineer.get(url(name, mail.pk)).status_code == 200
        assert stranger.get(url("new"), {"from": f"box-{mail.pk}"}).status_code != 500
        assert "门诊系统打不开" not in text_of(stranger.get(url("new"), {"from": f"box-{mail.pk}"}))

    def test_empty_it_says_what_to_do(self, engineer, project_manager, contract, box):
        box.delete()
        assert "请项目经理或甲方负责人登记" in text_of(engineer.get(url("mails")))
        assert "登记邮箱" in text_of(project_manager.get(url("mails")))

    def test_with_a_mailbox_and_nothing_in_it(self, engineer, box):
        assert "没有等待受理的邮件" in text_of(engineer.get(url("mails")))

    def test_the_figure_beside_the_queue(self, engineer, deliver, reader):
        assert engineer.get(url("queue")).context["mails"] == 0
        deliver(make_mail(), make_mail(number=2), make_mail("自动回复: 收到", number=3))
        assert engineer.get(url("queue")).context["mails"] == 2
        assert "收件" not in text_of(reader.get(url("queue")))

    def test_at_a_constant_price(self, engineer, deliver, open_ticket, django_assert_max_num_queries):
        ticket = open_ticket()
        deliver(make_mail(f"Re: {ticket.number}"))
        with django_assert_max_num_queries(25) as few:
            engineer.get(url("mails"))
        deliver(*(make_mail(f"Re: {open_ticket().number}", number=n) for n in range(2, 8)))
        with django_assert_max_num_queries(25) as many:
            engineer.get(url("mails"))
        assert len(many) == len(few)

    def test_what_was_written_is_shown_as_text(self, engineer, deliver):
        (mail,) = deliver(make_mail("<script>alert(1)</script>", text="<img src=x onerror=alert(2)>"))
        for address in (url("mails"), url("mail", mail.pk)):
            page = engineer.get(address).content.decode()
            assert "<script>alert(1)" not in page and "<img src=x" not in page
            assert "&lt;script&gt;alert(1)" in page


class TestOpening:
    def test_a_mail_becomes_a_ticket_and_bears_its_number(self, engineer, deliver):
        message = make_mail()
        message.add_attachment(PNG, maintype="image", subtype="png", filename="截图.png")
        (mail,) = deliver(message)
        assert "填入受理单" in text_of(engineer.get(url("mail", mail.pk)))
        assert open_from(engineer, mail).status_code == 302
        ticket = Ticket.objects.get()
        assert (ticket.title, ticket.caller, ticket.channel) == ("门诊系统打不开", "王护士", "mail")
        assert ticket.attachments.count() == 1
        mail.refresh_from_db()
        assert (mail.state, mail.ticket) == ("opened", ticket)
        assert (listed(engineer), listed(engineer, "?group=taken")) == ([], ["门诊系统打不开"])
        assert ticket.number in text_of(engineer.get(f"{url('mails')}?group=taken"))
        assert audit.latest("mail", str(mail.pk)).data["ticket"] == ticket.number

    def test_it_is_opened_once_on_whichever_contract(self, client_of, deliver, now):
        client, (mail,) = client_of("buyer_manager"), deliver(make_mail())
        other = load_small(now, id="other-2026")
        assert open_from(client, mail).status_code == 302
        refused = open_from(client, mail, contract=other.pk)
        assert refused.status_code == 422 and "见工单" in text_of(refused)
        assert Ticket.objects.count() == 1

    def test_the_mailboxs_contract_is_chosen(self, client_of, deliver, now):
        load_small(now, id="a-first-2026")
        (mail,) = deliver(make_mail())
        shown = client_of("buyer_manager").get(url("new"), {"from": f"box-{mail.pk}", "contract": "small-2026"})
        assert shown.context["form"]["contract"].value() == mail.contract_id

    def test_a_refused_form_leaves_the_mail_waiting(self, engineer, deliver):
        (mail,) = deliver(make_mail())
        assert open_from(engineer, mail, title="").status_code == 422
        assert listed(engineer) == ["门诊系统打不开"]

    def test_what_cannot_be_read_can_be_saved_and_taken_up(self, engineer, deliver):
        (mail,) = deliver(b"\x00\x01 no mail at all")
        assert "请下载原件查看" in text_of(engineer.get(url("mail", mail.pk)))
        file = engineer.get(url("mail_file", mail.pk))
        assert file.content == b"\x00\x01 no mail at all" and "attachment" in file["Content-Disposition"]
        assert open_from(engineer, mail, title="邮件打不开").status_code == 302

    def test_a_file_that_was_changed_in_the_archive_is_told(self, engineer, deliver):
        (mail,) = deliver(make_mail())
        storage.path_of(mail.sha256).chmod(0o600)
        storage.path_of(mail.sha256).write_bytes(b"x")
        page = text_of(engineer.get(url("mail", mail.pk), follow=True))
        assert "归档文件已被改动" in page and "收件" in page
        assert engineer.get(url("new"), {"from": f"box-{mail.pk}"}).status_code == 404

    @pytest.mark.parametrize("token", ["box-", "box-x", "box-999", "box-1'", "box-" + "9" * 40, "box-²"])
    def test_what_names_no_mail_leads_nowhere(self, engineer, contract, token):
        assert engineer.get(url("new"), {"from": token}).status_code == 404


class TestAdding:
    @pytest.fixture
    def ticket(self, open_ticket) -> Ticket:
        return open_ticket()

    def test_one_click_writes_it_on_the_ticket_it_names_for_the_desk_alone(self, engineer, deliver, ticket):
        message = make_mail(f"Re: [{ticket.number}] 还是不行", text="重启过了")
        message.add_attachment(PNG, maintype="image", subtype="png", filename="截图.png")
        message.add_attachment(b"MZ\x90", maintype="application", subtype="octet-stream", filename="a.exe")
        (mail,) = deliver(message)
        assert f"补充到 {ticket.number}" in text_of(engineer.get(url("mails")))
        answer = engineer.post(url("mail_add", mail.pk), {"ticket": ticket.pk})
        assert answer.url == url("detail", ticket.pk)
        notes = list(ticket.events.filter(action="note").order_by("pk"))
        assert "重启过了" in notes[0].text and "wang@hospital.example" in notes[0].text
        assert "a.exe" in notes[1].text and not any(note.public for note in notes)
        assert [one.public for one in ticket.attachments.all()] == [False]
        mail.refresh_from_db()
        assert (mail.state, mail.ticket) == ("added", ticket)

    def test_for_the_reporter_too_where_the_agent_says_so(self, engineer, deliver, ticket):
        (mail,) = deliver(make_mail(f"Re: {ticket.number}"))
        engineer.post(url("mail_add", mail.pk), {"ticket": ticket.pk, "public": "1"})
        assert ticket.events.get(action="note").public

    def test_nothing_happens_by_itself(self, engineer, deliver, ticket):
        deliver(make_mail(f"Re: {ticket.number}"))
        assert not ticket.events.filter(action="note").exists()
        assert listed(engineer) == [f"Re: {ticket.number}"]

    def test_an_answer_to_a_mail_that_became_a_ticket_is_offered(self, engineer, deliver):
        (first,) = deliver(make_mail())
        open_from(engineer, first)
        (answer,) = deliver(make_mail("谢谢", number=2, In_Reply_To="<1@hospital.example>"))
        named = engineer.get(url("mail", answer.pk)).context["named"]
        assert named == [Ticket.objects.get()]
        engineer.post(url("mail_add", answer.pk), {"ticket": named[0].pk})
        (third,) = deliver(make_mail("又来", number=3, References="<2@hospital.example>"))
        assert engineer.get(url("mail", third.pk)).context["named"] == named

    def test_an_answer_to_a_mail_that_was_uploaded_is_offered(self, engineer, deliver, open_ticket):
        ticket = open_ticket(external="<9@hospital.example>")
        (answer,) = deliver(make_mail(number=2, References="<9@hospital.example>"))
        assert engineer.get(url("mail", answer.pk)).context["named"] == [ticket]

    def test_a_ticket_of_others_is_neither_offered_nor_written_on(self, stranger, engineer, deliver, ticket, now):
        theirs = load_small(now, id="theirs-2026", supplier="别家公司")
        (mail,) = deliver(make_mail(f"Re: {ticket.number}"))
        ReceivedMail.objects.filter(pk=mail.pk).update(contract=theirs)
        assert stranger.get(url("mail", mail.pk)).context["named"] == []
        assert stranger.post(url("mail_add", mail.pk), {"ticket": ticket.pk}).status_code == 404
        assert not ticket.events.filter(action="note").exists()
        ReceivedMail.objects.filter(pk=mail.pk).update(contract=ticket.contract)
        assert engineer.post(url("mail_add", mail.pk), {"ticket": ticket.pk}).status_code == 302

    def test_the_same_file_is_not_laid_twice(self, engineer, deliver, ticket):
        for number in (1, 2):
            message = make_mail(f"Re: {ticket.number}", number=number)
            message.add_attachment(PNG, maintype="image", subtype="png", filename="logo.png")
            (mail,) = deliver(message)
            engineer.post(url("mail_add", mail.pk), {"ticket": ticket.pk})
        assert ticket.attachments.count() == 1
        assert ticket.events.filter(action="note").count() == 2

    def test_a_mail_is_added_once(self, engineer, deliver, ticket):
        (mail,) = deliver(make_mail(f"Re: {ticket.number}"))
        for _ in range(2):
            answer = engineer.post(url("mail_add", mail.pk), {"ticket": ticket.pk}, follow=True)
        assert "见工单" in text_of(answer)
        assert ticket.events.filter(action="note").count() == 1

    def test_a_long_mail_lies_with_the_ticket_whole(self, engineer, deliver, ticket):
        (mail,) = deliver(make_mail(f"Re: {ticket.number}", text="很长的一句话。\n" * 500))
        engineer.post(url("mail_add", mail.pk), {"ticket": ticket.pk})
        assert "全文见附件" in ticket.events.get(action="note").text
        assert ticket.attachments.get().document.title.endswith("邮件正文.txt")


class TestRefusing:
    def test_with_a_reason_it_leaves_the_work_and_stays(self, engineer, deliver):
        (mail,) = deliver(make_mail())
        assert engineer.post(url("mail_refuse", mail.pk), {"reason": "广告"}).status_code == 302
        assert (listed(engineer), listed(engineer, "?group=refused")) == ([], ["门诊系统打不开"])
        assert "广告" in text_of(engineer.get(f"{url('mails')}?group=refused"))
        assert audit.latest("mail", str(mail.pk)).data["reason"] == "广告"

    @pytest.mark.parametrize("reason", ["", "  ", "长" * 301])
    def test_without_one_it_stays_in_the_work(self, engineer, deliver, reason):
        (mail,) = deliver(make_mail())
        assert engineer.post(url("mail_refuse", mail.pk), {"reason": reason}).status_code == 422
        assert listed(engineer) == ["门诊系统打不开"]
        with pytest.raises(ActionError):
            actions.refuse_mail(mail=mail, reason=reason, actor=SYSTEM, now=mail.received_at)

    def test_what_was_refused_or_set_aside_by_mistake_is_taken_up_all_the_same(self, engineer, deliver):
        refused, aside = deliver(make_mail(), make_mail("自动回复: 真的打不开", number=2))
        engineer.post(url("mail_refuse", refused.pk), {"reason": "看错了"})
        for mail in (refused, aside):
            assert open_from(engineer, mail).status_code == 302
        assert Ticket.objects.count() == 2

    def test_what_a_ticket_holds_cannot_be_refused(self, engineer, deliver):
        (mail,) = deliver(make_mail())
        open_from(engineer, mail)
        refused = engineer.post(url("mail_refuse", mail.pk), {"reason": "广告"})
        assert refused.status_code == 422 and "见工单" in text_of(refused)


def test_of_a_ticket_of_others_no_more_is_shown_than_its_number(engineer, client_of, deliver, now):
    """The buyer may open it on another supplier's contract."""
    (mail,) = deliver(make_mail())
    theirs = load_small(now, id="theirs-2026", supplier="别家公司")
    open_from(client_of("buyer_manager"), mail, contract=theirs.pk, title="只给别家看的标题")
    for address in (url("mail", mail.pk), f"{url('mails')}?group=taken"):
        page = text_of(engineer.get(address))
        assert Ticket.objects.get().number in page and "只给别家看的标题" not in page
