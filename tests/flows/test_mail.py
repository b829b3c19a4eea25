"""Mail in a real browser: a mailbox entered, mails taken up with the keyboard, added to a ticket, refused."""

import re

import pytest

from kangwei.servicedesk import actions
from kangwei.servicedesk.models import Mailbox, Ticket
from tests.apps.servicedesk.mails import PNG, make_mail
from tests.factories.contracts import load_small
from tests.fakes.mailboxes import PASSWORD, PLACE, FakeMailbox
from tests.flows.desk import CONTRACT, PHONE, WIDTH

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True)]


def enter_mailbox(page) -> None:
    page.goto("/tickets/")
    page.get_by_role("link", name="收件").click()
    page.get_by_role("link", name="登记邮箱").click()
    page.get_by_label("合同").select_option(label="小型运维合同")
    for label, text in (("IMAP 服务器", PLACE.host), ("用户名", PLACE.user), ("口令", PASSWORD)):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="保存").click()
    page.get_by_text("等待首次检查").wait_for()


def test_from_the_mailbox_to_the_ticket(visit, client_of, now):
    load_small(now, **CONTRACT)
    page = visit(client_of("buyer_manager"))
    enter_mailbox(page)
    server = FakeMailbox()
    first = make_mail()
    first.add_attachment(PNG, maintype="image", subtype="png", filename="截图.png")
    server.put(first.as_bytes(), make_mail("优惠大酬宾", number=2).as_bytes())
    actions.check_mailbox(mailbox_id=Mailbox.objects.get().pk, now=now, connect=server.connect)

    page.goto("/tickets/")
    page.get_by_role("link", name=re.compile(r"收件\s*2")).click()
    page.wait_for_url("**/tickets/mails/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="填入受理单").click()
    assert page.get_by_label("标题").input_value() == "门诊系统打不开"
    page.get_by_role("button", name="受理", exact=True).click()
    page.wait_for_url(re.compile(r"/tickets/\d+/$"))
    assert page.get_by_text("截图.png").first.is_visible()
    ticket = Ticket.objects.get()

    page.goto("/tickets/mails/")
    page.get_by_role("link", name="不受理", exact=True).last.click()
    page.get_by_label("理由").fill("广告")
    page.keyboard.press("Control+Enter")
    page.get_by_text("没有等待受理的邮件").wait_for()

    server.put(make_mail(f"Re: {ticket.number}", text="三号窗口也是", number=3).as_bytes())
    actions.check_mailbox(mailbox_id=Mailbox.objects.get().pk, now=now, connect=server.connect)
    phone = visit(client_of("buyer_manager", username="on-the-road"), PHONE)
    phone.goto("/tickets/mails/")
    assert phone.evaluate(WIDTH) <= PHONE["width"]
    phone.get_by_role("button", name=f"补充到 {ticket.number}").click()
    phone.wait_for_url(re.compile(rf"/tickets/{ticket.pk}/$"))
    assert phone.get_by_text("三号窗口也是").first.is_visible()
