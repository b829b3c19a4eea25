"""Reads of tickets: who sees which, the queue, what is known of a caller, what may be the same thing again."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet

from kangwei.accounts.enums import PartyKind
from kangwei.accounts.queries import contract_scope, institutions, people, person_behind
from kangwei.assets.queries import systems_seen
from kangwei.base.audit import Actor
from kangwei.base.fulltext import TextIndex
from kangwei.contracts import queries as contracts
from kangwei.contracts.levels import satisfaction_measure
from kangwei.core.calendars import day_start
from kangwei.servicedesk.enums import CLOSED_STATES, Channel, Group
from kangwei.servicedesk.models import OPEN, Ticket
from kangwei.servicedesk.queries.rosters import belongs_to

if TYPE_CHECKING:
    from kangwei.accounts.models import Institution, Person
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract

TICKET_WORDS = TextIndex("servicedesk_ticket_words")
COUNTED = 1_000
"""Groups are counted so far: beyond it nobody reads the figure."""
DUPLICATE_DAYS = 30
DUPLICATES_READ = 500
ALIKE = 0.4
"""Share of a title's words from which another title is about the same."""
LEAST_TYPED = 3
CALLERS_READ = 500
_NUMBER = re.compile(r"gd-\d{6}-\d{6,}")
_WORDS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")


def tickets(person: "Person") -> QuerySet[Ticket]:
    """The tickets of the contracts a person may see, with what a row shows."""
    rows = Ticket.objects.all()
    if contract_scope(person):
        # Not joined: then a million rows would be sorted behind what the rows of contracts say.
        rows = rows.filter(contract__in=contracts.contracts(person).order_by().values("pk"))
    return rows.select_related("contract", "system", "institution", "assignee", "team")


def search(rows: QuerySet[Ticket], text: str) -> QuerySet[Ticket]:
    """Those that hold every word of the text: number, title, description, caller, phone, system, institution."""
    others = []
    for word in text.lower().split():
        if _NUMBER.fullmatch(word):
            rows = rows.filter(number=word.upper())
        else:
            others.append(word)
    return TICKET_WORDS.search(rows, " ".join(others)) if others else rows


def in_group(rows: QuerySet[Ticket], group: Group, person: "Person") -> QuerySet[Ticket]:
    """The part of the queue, in its order: open ones by their nearest deadline, others the latest first."""
    if group in (Group.ALL, Group.CLOSED):
        found = rows.filter(state__in=CLOSED_STATES) if group == Group.CLOSED else rows
        return found.order_by("-opened_at", "-pk")
    return rows.filter(OPEN, _group(group, person)).order_by(F("next_at").asc(nulls_last=True), "pk")


def _group(group: Group, person: "Person") -> Q:
    return {
        Group.OPEN: Q(),
        Group.MINE: Q(assignee=person),
        Group.TEAM: belongs_to(person),
        Group.UNASSIGNED: Q(assignee=None, team=None),
        Group.WAITING: ~Q(paused_for=""),
        Group.BREACHED: Q(breached__gt=0),
    }[group]


def group_counts(rows: QuerySet[Ticket], person: "Person") -> dict[Group, int]:
    """How many are in each group of open tickets, a query each; COUNTED + 1 stands for more."""
    groups = (Group.OPEN, Group.MINE, Group.TEAM, Group.UNASSIGNED, Group.WAITING, Group.BREACHED)
    bare = rows.order_by().select_related(None)
    return {group: bare.filter(OPEN, _group(group, person))[: COUNTED + 1].count() for group in groups}


def opened_between(rows: QuerySet[Ticket], first: date | None, last: date | None) -> QuerySet[Ticket]:
    """Those opened on the days first to last (Asia/Shanghai); None leaves an end open."""
    if first:
        rows = rows.filter(opened_at__gte=day_start(first))
    return rows.filter(opened_at__lt=day_start(last + timedelta(days=1))) if last else rows


def open_contracts(person: "Person", today: date) -> QuerySet["Contract"]:
    """The contracts on which a person may open tickets: not ended."""
    return contracts.contracts(person).filter(last_day__gte=today).order_by("code")


def hand_over_targets(person: "Person", ticket: Ticket, today: date) -> QuerySet["Contract"]:
    """The other contracts of the same buyer in force to which the person may hand the ticket over."""
    others = open_contracts(person, today).filter(buyer=ticket.contract.buyer_id, first_day__lte=today)
    return others.exclude(pk=ticket.contract_id)


def systems_of(person: "Person", contract: "Contract") -> QuerySet["Asset"]:
    """The systems that a contract maintains, as far as the person may see them."""
    return systems_seen(person).filter(maintenances__contract=contract.code)


def speaks_for_owner(actor: Actor, contract: "Contract") -> bool:
    """Whether what this actor approves is approved by the owner: one who manages tickets for the buyer or platform."""
    person = person_behind(actor)
    if person is None or not person.has_perm("tickets.manage"):
        return False
    return person.party_id == contract.buyer_id or person.party.kind == PartyKind.OPERATOR


def staff_of(contract: "Contract") -> QuerySet["Person"]:
    """The people of a contract's supplier and buyer who may sign in."""
    parties = [party for party in (contract.supplier_id, contract.buyer_id) if party]
    return people().filter(party__in=parties, is_active=True)


def history(person: "Person", *, phone: str, institution: int | None, but: int = 0, most: int = 8) -> list[Ticket]:
    """The latest tickets of the same phone or institution, what a line shows of each, in two queries; `but` leaves one
    out.
    """
    # Nothing is joined: on PostgreSQL the plan of the joins takes longer than the rest of a ticket's page.
    rows = tickets(person).select_related(None).only("number", "title", "state", "opened_at")
    mine = rows.exclude(pk=but).order_by("-opened_at", "-pk")
    found: dict[int, Ticket] = {}
    for known, condition in ((phone, Q(phone=phone)), (institution, Q(institution=institution))):
        if known:
            found |= {row.pk: row for row in mine.filter(condition)[:most]}
    return sorted(found.values(), key=lambda row: (row.opened_at, row.pk), reverse=True)[:most]


@dataclass(frozen=True)
class Caller:
    """Somebody who called before, as the last ticket has it."""

    ticket: Ticket

    @property
    def key(self) -> tuple[str, str, int | None]:
        """What makes two callers one."""
        return self.ticket.caller, self.ticket.phone, self.ticket.institution_id


def phone_in(text: str) -> str:
    """The text as a number to call, without blanks; "" where it is none."""
    plain = re.sub(r"\s", "", text)
    return plain if re.fullmatch(r"\+?[0-9-]*[0-9]", plain) else ""


def callers(person: "Person", text: str, most: int = 5) -> list[Caller]:
    """Who called before from a number that begins like this, or under this name; the latest first."""
    if digits := phone_in(text):
        if len(digits) < LEAST_TYPED:
            return []
        # A range, which both databases read from the index; in its order, so that a short beginning costs nothing.
        fits = Ticket.objects.filter(phone__gte=digits).order_by("-phone", "-opened_at")
        if shorter := digits.rstrip("9"):
            fits = fits.filter(phone__lt=shorter[:-1] + chr(ord(shorter[-1]) + 1))
    else:
        fits = Ticket.objects.filter(caller=text.strip()).order_by("-opened_at")
    found = tickets(person).filter(pk__in=fits.values("pk")[:CALLERS_READ])
    latest: dict[tuple[str, str, int | None], Caller] = {}
    for ticket in sorted(found, key=lambda row: (row.opened_at, row.pk), reverse=True):
        caller = Caller(ticket)
        latest.setdefault(caller.key, caller)
    return list(latest.values())[:most]


def institutions_named(text: str, most: int = 8) -> list["Institution"]:
    """The institutions whose name holds the text."""
    text = text.strip()
    return list(institutions().filter(name__icontains=text)[:most]) if text else []


@dataclass(frozen=True)
class Duplicate:
    """An open ticket that may be about the same thing: how much of the title is alike, and what else is the same."""

    ticket: Ticket
    likeness: float
    same: tuple[str, ...]


def duplicates(
    rows: QuerySet[Ticket], *, contract: "Contract", title: str, system: int | None, institution: int | None,
    now: datetime, most: int = 5,
) -> list[Duplicate]:  # fmt: skip
    """Open tickets of the contract from the last days whose title shares words, best first, in one query.

    One of the same system or institution needs a word in common, any other a good part of the title.
    """
    wanted = words_in(title)
    if not wanted:
        return []
    recent = rows.filter(OPEN, contract=contract, opened_at__gte=now - timedelta(days=DUPLICATE_DAYS))
    found = []
    for ticket in recent.order_by("-opened_at")[:DUPLICATES_READ]:
        words = words_in(ticket.title)
        likeness = len(wanted & words) / min(len(wanted), len(words)) if words else 0
        pairs = (("同一系统", system, ticket.system_id), ("同一机构", institution, ticket.institution_id))
        same = tuple(label for label, mine, other in pairs if mine and mine == other)
        if likeness >= ALIKE or (same and likeness > 0):
            found.append(Duplicate(ticket, likeness, same))
    return sorted(found, key=lambda row: (len(row.same), row.likeness, row.ticket.pk), reverse=True)[:most]


def words_in(text: str) -> set[str]:
    """Latin words, and of Chinese every two characters beside each other: it parts no words."""
    found: set[str] = set()
    for word in _WORDS.findall(text.lower()):
        found |= {word} if word.isascii() or len(word) == 1 else {one + other for one, other in pairwise(word)}
    return found


def timeline(ticket: Ticket) -> QuerySet[Any]:
    """What happened to a ticket, the latest first."""
    return ticket.events.order_by("-at", "-pk")


def alert_of_the_day(contract: "Contract", title: str, day: date) -> Ticket | None:
    """The open ticket that an alert of this title made on a day (Asia/Shanghai), so that more of it goes there."""
    alerts = Ticket.objects.filter(OPEN, contract=contract, channel=Channel.ALERT, title=title)
    return alerts.filter(opened_at__gte=day_start(day), opened_at__lt=day_start(day + timedelta(days=1))).first()


@dataclass(frozen=True)
class Scale:
    """How satisfaction is measured: full marks, what is to be reached (None: nothing), the clause that says so."""

    of: int
    passing: int | None = None
    clause: str = ""
    cite: str = ""


USUAL_FULL_MARKS = 10


def scale_of(contract: "Contract") -> Scale:
    """The contract's own scale of satisfaction; ten points without a threshold where it names none."""
    clause = satisfaction_measure(contract)
    if clause is None:
        return Scale(USUAL_FULL_MARKS)
    return Scale(int(clause.data["of"]), int(clause.data["value"]), clause.key, clause.cite)
