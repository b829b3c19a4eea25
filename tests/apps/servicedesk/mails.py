"""A desk with a mailbox, and mails for it."""

from email.message import EmailMessage

import pytest

from kangwei.servicedesk import actions
from kangwei.servicedesk.models import Mailbox, ReceivedMail
from tests.apps.servicedesk.conftest import SYSTEM
from tests.fakes.mailboxes import PASSWORD, PLACE, FakeMailbox

ENTERED = {
    "host": PLACE.host, "port": 993, "tls": True, "user": PLACE.user, "password": PASSWORD, "folder": "INBOX",
    "active": True,
}  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def make_mail(subject="门诊系统打不开", text="一直转圈", number=1, **headers) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "王护士 <wang@hospital.example>", subject
    message["Message-ID"], message["Date"] = f"<{number}@hospital.example>", "Fri, 20 Nov 2026 09:05:12 +0800"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


@pytest.fixture
def server() -> FakeMailbox:
    return FakeMailbox()


@pytest.fixture
def box(contract, now) -> Mailbox:
    """The mailbox of the small contract."""
    return actions.save_mailbox(contract=contract, **ENTERED, actor=SYSTEM, now=now)


@pytest.fixture
def deliver(server, box, now):
    """`deliver(message, …)`: the mails come to the mailbox, and the worker fetches them."""

    def put(*messages) -> list[ReceivedMail]:
        before = set(ReceivedMail.objects.values_list("pk", flat=True))
        server.put(*(one if isinstance(one, bytes) else one.as_bytes() for one in messages))
        actions.check_mailbox(mailbox_id=box.pk, now=now, connect=server.connect)
        return list(ReceivedMail.objects.exclude(pk__in=before).order_by("pk"))

    return put
