"""Several people at the same moment with mails, files and notes: each is done once, and none waits for ever."""

# ruff: noqa: F401, F811 (fixtures of the module beside this one)

import threading
import time

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from kangwei.base import audit
from kangwei.servicedesk import actions
from kangwei.servicedesk.actions.mailing import held_mail
from kangwei.servicedesk.intake import receiving
from kangwei.servicedesk.models import ReceivedMail, Ticket
from tests.apps.assets.at_once import at_once
from tests.apps.servicedesk.conftest import SYSTEM, url
from tests.apps.servicedesk.mails import PNG, box, deliver, make_mail, server

pytestmark = pytest.mark.django_db(transaction=True)
PDF = b"%PDF-1.7 a plan"


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


def mail_with_picture(number: int = 1):
    message = make_mail(number=number)
    message.add_attachment(PNG + bytes([number]), maintype="image", subtype="png", filename=f"{number}.png")
    return message


def test_a_mail_that_several_take_up_at_once_some_with_a_file_more_is_one_ticket(
    contract, supplier, client_of, deliver, monkeypatch
):
    (mail,) = deliver(mail_with_picture())
    clients = [client_of("engineer", party=supplier, username=f"manager-{number}") for number in range(6)]
    sent = {
        "contract": contract.pk,
        "kind": "incident",
        "title": "门诊系统打不开",
        "method": "remote",
        "channel": "mail",
    }

    first = threading.local()

    def slowly(mail):
        time.sleep(first.wait)
        found = held_mail(mail)
        time.sleep(0.5)
        return found

    # So that each of two holds what the other waits for, if they hold things in different orders.
    monkeypatch.setattr("kangwei.servicedesk.actions.receiving.held_mail", slowly)

    def take_up(number):
        first.wait = 0.2 * (number % 2)
        files = {"file": SimpleUploadedFile("方案.pdf", PDF)} if number % 2 else {}
        clients[number].post(f"{url('new')}?from={receiving.token_of(mail)}", sent | files)

    assert at_once(take_up, range(6)) == []
    assert Ticket.objects.count() == 1
    assert ReceivedMail.objects.get().ticket == Ticket.objects.get()
    assert audit.verify()[1] is None


def test_mails_are_added_while_files_are_laid_elsewhere(open_ticket, deliver, now):
    mails = deliver(*(mail_with_picture(number) for number in range(1, 9)))
    ticket, other = open_ticket(), open_ticket()

    def work(number):
        if number < len(mails):
            actions.add_mail(mail=mails[number], ticket=ticket, public=False, actor=SYSTEM, now=now)
        else:
            files = [("方案.pdf", PDF + bytes([number]))]
            actions.attach_files(ticket=other, files=files, public=False, actor=SYSTEM, now=now)

    assert at_once(work, range(16)) == []
    assert (ticket.attachments.count(), other.attachments.count()) == (8, 8)


def test_notes_are_written_on_a_ticket_while_it_is_changed(open_ticket, now):
    ticket = open_ticket()

    def work(number):
        if number % 2:
            actions.add_note(ticket=ticket, text=f"第 {number} 条", public=False, actor=SYSTEM, now=now)
        else:
            actions.change_facts(ticket=ticket, values={"place": f"{number}"}, reason="x", actor=SYSTEM, now=now)

    assert at_once(work, range(16)) == []
    assert ticket.events.filter(action="note").count() == 8


def test_a_mailbox_is_changed_while_mails_come(contract, box, deliver, server, now):
    server.put(*(make_mail(number=number).as_bytes() for number in range(1, 20)))

    def work(number):
        if number == 0:
            actions.check_mailbox(mailbox_id=box.pk, now=now, connect=server.connect)
        else:
            values = {name: getattr(box, name) for name in ("host", "port", "tls", "user", "folder", "contract")}
            actions.save_mailbox(box=box, **values, password=None, active=True, actor=SYSTEM, now=now)

    assert at_once(work, range(6)) == []
    assert ReceivedMail.objects.count() == 19
