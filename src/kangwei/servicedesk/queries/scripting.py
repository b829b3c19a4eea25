"""Reads of scripts: which a person sees, which answer a ticket, which occurrence wants them archived."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from kangwei.contracts import queries as contracts
from kangwei.contracts.enums import OccurrenceState
from kangwei.servicedesk.models import Script, Ticket
from kangwei.servicedesk.queries import words_in

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.contracts.models import Contract, Occurrence

KNOWLEDGE_BASE = "接诉即办知识库"
READ = 1_000
LEAST_ALIKE = 0.25
"""Share of a question's words that a ticket's title must hold for the script to be offered."""


def scripts(person: "Person") -> QuerySet[Script]:
    """The scripts of the contracts a person may see."""
    mine = contracts.contracts(person).order_by().values("pk")
    return Script.objects.filter(contract__in=mine).select_related("contract", "system").order_by("question", "pk")


def search_scripts(rows: QuerySet[Script], text: str) -> QuerySet[Script]:
    """Those that hold every word of the text in question, answer or the system's name."""
    for word in text.split():
        rows = rows.filter(Q(question__icontains=word) | Q(answer__icontains=word) | Q(system__name__icontains=word))
    return rows


def scripts_for(ticket: Ticket, most: int = 3) -> list[Script]:
    """The scripts whose question is about what the ticket's title says, best first, in one query.

    Those of another system are left out; of two alike the one for the ticket's own system comes first.
    """
    wanted = words_in(ticket.title)
    rows = Script.objects.filter(Q(system=None) | Q(system=ticket.system_id), contract=ticket.contract_id, active=True)
    found = []
    for script in rows.order_by("-updated_at")[:READ]:
        words = words_in(script.question)
        alike = len(wanted & words) / min(len(wanted), len(words)) if wanted and words else 0
        if alike >= LEAST_ALIKE:
            found.append((alike, script.system_id is not None, -script.pk, script))
    return [row[-1] for row in sorted(found, key=lambda row: row[:3], reverse=True)[:most]]


def archive_name(contract: "Contract") -> str:
    """What the contract calls the knowledge base for the 12345 line; "" where it asks for none."""
    return contracts.own_name_of(contract, KNOWLEDGE_BASE)


def wanting_scripts(contract: "Contract", now: datetime) -> list["Occurrence"]:
    """The occurrences that the knowledge base is owed for and that have begun, the latest first."""
    name = archive_name(contract)
    duties = [
        clause.pk for clause in contracts.clauses_by_section(contract).get("duty", [])
        if name and name in clause.data.get("produces", [])
    ]  # fmt: skip
    rows = contract.occurrences.filter(clause__in=duties, starts_at__lte=now).exclude(state=OccurrenceState.WAIVED)
    return list(rows.select_related("clause").order_by("-due_at", "-pk"))
