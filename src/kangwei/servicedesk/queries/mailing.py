"""Reads of mailboxes and of the mails that came by them: whose they are, what waits, which ticket a mail names."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from kangwei.accounts.enums import PartyKind
from kangwei.accounts.queries import contract_scope
from kangwei.contracts import queries as contracts
from kangwei.servicedesk import queries
from kangwei.servicedesk.enums import MailState
from kangwei.servicedesk.models import Mailbox, ReceivedMail, Ticket

if TYPE_CHECKING:
    from kangwei.accounts.models import Person

COUNTED = 99
"""Waiting mails are counted so far: beyond it the figure says nothing more."""
_NUMBER = re.compile(r"GD-\d{6}-\d{6,}", re.IGNORECASE)


def mailboxes(person: "Person") -> QuerySet[Mailbox]:
    """The mailboxes of the contracts a person may see."""
    return _seen(Mailbox.objects.all(), person).select_related("contract")


def mails(person: "Person") -> QuerySet[ReceivedMail]:
    """The mails that came for the contracts a person may see, with what a row shows."""
    rows = _seen(ReceivedMail.objects.all(), person)
    return rows.select_related("contract", "mailbox", "ticket")


def _seen(rows: "QuerySet[Mailbox] | QuerySet[ReceivedMail]", person: "Person") -> QuerySet:  # type: ignore[type-arg]
    if not contract_scope(person):
        return rows
    return rows.filter(contract__in=contracts.contracts(person).order_by().values("pk"))


def in_order(rows: QuerySet[ReceivedMail], states: Iterable[MailState]) -> QuerySet[ReceivedMail]:
    """The mails in these states: who waits longest comes first, of the others the latest."""
    found = rows.filter(state__in=states)
    waiting = MailState.WAITING in states
    return found.order_by(*(("received_at", "pk") if waiting else ("-received_at", "-pk")))


def search_mails(rows: QuerySet[ReceivedMail], text: str) -> QuerySet[ReceivedMail]:
    """Those that hold every word of the text in subject, sender or address."""
    for word in text.split():
        rows = rows.filter(Q(subject__icontains=word) | Q(sender__icontains=word) | Q(address__icontains=word))
    return rows


def waiting_count(person: "Person") -> int:
    """How many mails wait to be taken up; COUNTED + 1 stands for more."""
    waiting = _seen(ReceivedMail.objects.all(), person).filter(state=MailState.WAITING)
    return waiting.order_by()[: COUNTED + 1].count()


def named_tickets(person: "Person", found: Iterable[ReceivedMail]) -> dict[int, list[Ticket]]:
    """By the key of each mail the tickets that it names: in its subject, or by the mails that it answers.

    Only those that the person may see, in three queries. A sender may write what he likes: it is an offer, no proof.
    """
    found = list(found)
    numbers = {mail.pk: {number.upper() for number in _NUMBER.findall(mail.subject)} for mail in found}
    answered = {mail.pk: {*mail.answers, *([mail.message_id] if mail.message_id else [])} for mail in found}
    holding = _holding(set().union(*answered.values()), {mail.contract_id for mail in found})
    named_by_number = Q(number__in=set().union(*numbers.values()))
    named: dict[int, list[Ticket]] = {mail.pk: [] for mail in found}
    for ticket in queries.tickets(person).filter(named_by_number | Q(pk__in=holding)).order_by("-opened_at", "-pk"):
        for mail in found:
            if ticket.number in numbers[mail.pk] or holding.get(ticket.pk, set()) & answered[mail.pk]:
                named[mail.pk].append(ticket)
    return named


def _holding(message_ids: set[str], contracts: set[int]) -> dict[int, set[str]]:
    """By their keys the tickets that were made of one of these mails, or hold it: which."""
    received = ReceivedMail.objects.filter(message_id__in=message_ids, ticket__isnull=False)
    # As the index has it, which leaves out the tickets without a name from outside.
    uploaded = Ticket.objects.filter(~Q(external=""), contract__in=contracts, external__in=message_ids)
    found: dict[int, set[str]] = defaultdict(set)
    for rows in (received.values_list("ticket", "message_id"), uploaded.values_list("pk", "external")):
        for ticket, message_id in rows:
            found[ticket].add(message_id)
    return found


def free_mailboxes(now: datetime) -> QuerySet[Mailbox]:
    """The mailboxes in use that a worker may look into: no other does, and none failed just now."""
    return Mailbox.objects.filter(Q(busy_until=None) | Q(busy_until__lte=now), active=True)


def may_use_this_server(person: "Person") -> bool:
    """Whether the person may enter a mailbox on the server that Kangwei runs on: not for a supplier (0005)."""
    return person.party.kind != PartyKind.SUPPLIER
