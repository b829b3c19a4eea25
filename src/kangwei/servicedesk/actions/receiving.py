"""Taking up what was sent by mail or chat: kept while it is looked at, then a ticket with its files."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from kangwei.base.errors import ActionError
from kangwei.core.intake import MailError, read_chat, read_mail
from kangwei.documents.actions import next_document_number
from kangwei.servicedesk.actions.files import attach
from kangwei.servicedesk.actions.mailing import handled, held_mail
from kangwei.servicedesk.actions.tickets import add_note
from kangwei.servicedesk.enums import Channel, MailState
from kangwei.servicedesk.intake import storage
from kangwei.servicedesk.models import Ticket

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.servicedesk.intake.receiving import Received


def receive_chat(*, text: str, actor: "Person", now: datetime) -> str:
    """Keep a pasted conversation until a ticket is made of it; the token that leads to it.

    ActionError for a text in which nobody speaks.
    """
    if not read_chat(text, now).messages:
        raise ActionError("没有认出谁说了什么，请连同姓名一起复制；也可以直接写在描述里", field="text")
    return storage.park(text.encode(), Channel.CHAT, actor.pk, now)


def receive_mail(*, content: bytes, actor: "Person", now: datetime) -> str:
    """Keep a mail until a ticket is made of it; the token that leads to it. ActionError for what is no mail."""
    try:
        read_mail(content)
    except MailError as error:
        raise ActionError(str(error), field="file") from None
    return storage.park(content, Channel.MAIL, actor.pk, now)


@transaction.atomic
def open_received(
    *, received: "Received", opening: Callable[..., Ticket], actor: "Person", now: datetime, **values: Any
) -> Ticket:
    """Open a ticket, by `opening` with these `values`, of what was received, and lay its files with it.

    Files that are not taken are named in a note. A mail that came by a mailbox is taken up by that.

    ActionError as `opening` has them, and for a mail of which the contract has a ticket already, which it names.
    """
    mail = held_mail(received.mail) if received.mail else None
    # Before the ticket's own number: whoever archives a file holds the numbers of documents while the audit trail is
    # waited for, and would wait for this one as this one for them.
    files = [(name, content, next_document_number(now=now)) for name, content in received.kept]
    ticket = opening(external=received.external, actor=actor, now=now, **values)
    for name, content, number in files:
        attach(ticket=ticket, file_name=name, content=content, number=number, actor=actor, now=now)
    if received.refusals:
        add_note(ticket=ticket, text=received.refusals, public=False, actor=actor, now=now)
    if mail:
        handled(mail, MailState.OPENED, ticket, actor, now)
    return ticket
