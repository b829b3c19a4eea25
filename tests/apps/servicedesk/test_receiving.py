"""Tickets from pasted conversations and mails: what is shown before, what is filled in, what is kept."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kangwei.servicedesk.forms import receiving as forms
from kangwei.servicedesk.forms.receiving import MailForm
from kangwei.servicedesk.intake import receiving, storage
from kangwei.servicedesk.models import Ticket
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import shanghai, url

pytestmark = pytest.mark.django_db
CHAT = """测试人员 2026/11/20 9:00:00
早上好
王护士 2026/11/20 9:05:12
门诊系统打不开
地址：三楼
测试人员 2026/11/20 9:06:00
收到"""
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture(autouse=True)
def _frozen(now, settings, tmp_path):
    settings.VAR = tmp_path
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def paste(engineer):
    """`paste(CHAT)`: the address of the preview, and its page."""

    def post(text=CHAT, client=engineer):
        answer = client.post(url("receive"), {"text": text})
        return answer.url, text_of(client.get(answer.url))

    return post


def make_mail(subject="回复: 门诊系统打不开", text="一直转圈", message_id="<1@hospital.example>") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "王护士 <wang@hospital.example>", subject
    message["Message-ID"], message["Date"] = message_id, "Fri, 20 Nov 2026 09:05:12 +0800"
    message.set_content(text)
    return message


def upload(client, message):
    file = SimpleUploadedFile("a.eml", message if isinstance(message, bytes) else message.as_bytes())
    return client.post(url("receive"), {"what": "mail", "file": file})


def form_of(client, address, **chosen):
    """The desk's form as it is filled in from a preview, and where it is sent."""
    token = address.rstrip("/").rpartition("/")[2]
    response = client.get(url("new"), {"from": token} | chosen)
    fields = {field.name: field.value() for field in response.context["form"]}
    return {name: "" if value is None else value for name, value in fields.items()}, response.request


def save(client, address, **changes):
    fields, asked = form_of(client, address)
    return client.post(f"{asked['PATH_INFO']}?{asked['QUERY_STRING']}", fields | changes)


class TestChat:
    def test_the_preview_says_who_said_what_and_chooses_whoever_is_not_of_the_staff(self, engineer, paste):
        address, page = paste()
        assert "3 条消息" in page and "11-20 09:05" in page
        assert "测试人员 2 条 本平台人员" in page
        assert engineer.get(address).context["item"].first_caller == "王护士"

    def test_the_desks_form_is_filled_in_and_nothing_is_saved_before_that(self, engineer, paste):
        address, _ = paste()
        fields, _ = form_of(engineer, address, caller="王护士")
        assert (fields["caller"], fields["title"], fields["channel"]) == ("王护士", "门诊系统打不开", "chat")
        assert (fields["occurred_at"], fields["description"]) == ("2026-11-20T09:00", CHAT)
        assert not Ticket.objects.exists()
        saved = save(engineer, address)
        ticket = Ticket.objects.get()
        assert saved.url == url("detail", ticket.pk)
        assert (ticket.channel, ticket.caller, ticket.occurred_at) == ("chat", "王护士", shanghai("11-20 09:00"))
        assert (ticket.description, ticket.attachments.count()) == (CHAT, 0)

    def test_another_speaker_may_be_chosen(self, engineer, paste):
        fields, _ = form_of(engineer, paste()[0], caller="测试人员")
        assert (fields["caller"], fields["title"]) == ("测试人员", "早上好")

    def test_a_long_record_lies_with_the_ticket_whole(self, engineer, paste):
        long = CHAT + "\n" + "很长的一句话。" * 400
        assert save(engineer, paste(long)[0]).status_code == 302
        ticket = Ticket.objects.get()
        assert len(ticket.description) == 2000 and ticket.description.endswith("（全文见附件）")
        attached = ticket.attachments.get()
        file = engineer.get(url("file", ticket.pk, attached.pk))
        assert b"".join(file).decode() == long if file.streaming else file.content.decode() == long

    def test_lines_of_nobody_are_shown_and_kept(self, engineer, paste):
        address, page = paste("转发自群里\n" + CHAT)
        assert "第 1 行" in page and "转发自群里" in page
        assert form_of(engineer, address)[0]["description"].startswith("转发自群里")

    def test_yesterday_is_counted_from_the_day_of_the_pasting(self, engineer, paste, now):
        address, page = paste("王护士 昨天 21:05\n打不开")
        assert "11-19 21:05" in page
        person, token = engineer.get(address).context["user"], address.rstrip("/").rpartition("/")[2]
        with time_machine.travel(now + timedelta(days=1), tick=False):
            assert receiving.received(token, person).lines[0].at == shanghai("11-19 21:05")

    def test_a_text_in_which_nobody_speaks_says_what_to_do(self, engineer):
        refused = engineer.post(url("receive"), {"text": "打不开了"})
        assert refused.status_code == 422
        assert "没有认出谁说了什么" in text_of(refused) and "打不开了" in refused.content.decode()

    def test_what_was_said_is_shown_as_text(self, paste, engineer):
        address, _ = paste("王<b>护士 2026/11/20 9:05:12\n<script>alert(1)</script>")
        assert "<script>alert(1)" not in engineer.get(address).content.decode()
        assert "&lt;script&gt;alert(1)" in engineer.get(address).content.decode()


class TestMail:
    def test_a_mail_becomes_a_ticket_with_its_files(self, engineer, contract):
        message = make_mail()
        message.add_attachment(PNG, maintype="image", subtype="png", filename="截图.png")
        message.add_attachment(b"MZ\x90", maintype="application", subtype="octet-stream", filename="a.exe")
        preview = upload(engineer, message).url
        page = text_of(engineer.get(preview))
        assert "截图.png" in page and "不会附上 不接受文件「a.exe」" in page
        assert save(engineer, preview).status_code == 302
        ticket = Ticket.objects.get()
        assert (ticket.title, ticket.caller, ticket.channel) == ("门诊系统打不开", "王护士", "mail")
        assert (ticket.external, ticket.occurred_at) == ("<1@hospital.example>", shanghai("11-20 09:05"))
        assert [one.document.title for one in ticket.attachments.all()] == [f"{ticket.number} 截图.png"]
        assert "a.exe" in ticket.events.get(action="note").text
        assert "发件人：王护士 wang@hospital.example" in ticket.description and "一直转圈" in ticket.description

    def test_the_same_mail_again_says_which_ticket_it_is(self, engineer, contract):
        save(engineer, upload(engineer, make_mail()).url)
        again = upload(engineer, make_mail()).url
        assert "已受理为工单 GD-202611-000001" in text_of(engineer.get(again))
        refused = save(engineer, again)
        assert refused.status_code == 422
        assert "已受理为工单 GD-202611-000001，没有重复受理" in text_of(refused)
        assert Ticket.objects.count() == 1
        assert save(engineer, upload(engineer, make_mail(message_id="<2@hospital.example>")).url).status_code == 302

    def test_one_without_a_name_of_its_own_is_known_by_its_content(self, engineer, contract):
        for _ in range(2):
            message = make_mail()
            del message["Message-ID"]
            save(engineer, upload(engineer, message).url)
        assert Ticket.objects.get().external.startswith("mail:")

    def test_a_refusal_opens_nothing_and_takes_no_number(self, engineer, contract):
        message = make_mail()
        message.add_attachment(PNG, maintype="image", subtype="png", filename="截图.png")
        preview = upload(engineer, message).url
        assert save(engineer, preview, title="").status_code == 422
        assert not Ticket.objects.exists()
        save(engineer, preview)
        document = Ticket.objects.get().attachments.get().document
        assert (Ticket.objects.get().number, document.number) == ("GD-202611-000001", "WD-202611-0001")

    def test_what_is_no_mail_is_refused_at_its_field(self, engineer, contract):
        refused = upload(engineer, b"%PDF-1.7 nothing")
        assert refused.status_code == 422
        assert "这不是邮件文件（.eml）" in text_of(refused)


class TestWhoMay:
    def test_only_those_who_work_on_tickets(self, engineer, reader):
        assert reader.get(url("receive")).status_code == 403
        assert engineer.get(url("receive")).status_code == 200

    def test_what_one_pasted_nobody_else_sees(self, engineer, project_manager, paste):
        address, _ = paste()
        assert project_manager.get(address).status_code == 404
        assert project_manager.get(url("new"), {"from": address.rstrip("/").rpartition("/")[2]}).status_code == 404
        assert engineer.get(address).status_code == 200

    @pytest.mark.parametrize("token", ["nonsense", "chat-1-1-" + "0" * 64, "chat-1-1-../../secret.key:x"])
    def test_a_made_up_address_leads_nowhere(self, engineer, token):
        assert engineer.get(reverse("tickets:new"), {"from": token}).status_code == 404

    def test_what_nobody_saved_is_forgotten(self, engineer, paste, now):
        address, _ = paste()
        with time_machine.travel(now + timedelta(days=40), tick=False):
            storage.park(b"other", "chat", 1, now + timedelta(days=40))
        assert engineer.get(address).status_code == 404


def test_a_mail_that_is_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(forms, "MAIL_LIMIT", 100)
    assert MailForm({}, {"file": SimpleUploadedFile("a.eml", bytes(100))}).is_valid()
    assert "file" in MailForm({}, {"file": SimpleUploadedFile("a.eml", bytes(101))}).errors
