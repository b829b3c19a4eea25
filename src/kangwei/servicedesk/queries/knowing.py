"""Reads of what the knowledge base says to tickets: what is near to one, what helped, what was written of it."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from kangwei.knowledge import queries as knowledge
from kangwei.servicedesk.models import Ticket, TicketEvent
from kangwei.servicedesk.queries.rounds import BEGINS_ANEW, steps_taken

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.contracts.models import Contract
    from kangwei.knowledge.models import Article

TICKET = "ticket"
"""How the knowledge base and the audit trail call what a ticket is."""


def subject_of(ticket: Ticket) -> tuple[str, str]:
    """By what the knowledge base names the ticket."""
    return TICKET, ticket.number


def articles_about(person: "Person", contract: "Contract", text: str, most: int = 3) -> list["Article"]:
    """What the buyer of the contract has published that is nearest to a text, best first; none for no text."""
    if not text.strip():
        return []
    return knowledge.alike(knowledge.published(person, contract.buyer), text, most)


def articles_used(ticket: Ticket) -> list["Article"]:
    """What helped with the ticket, what was taken up last first, in one query."""
    return [use.article for use in knowledge.used_by(subject_of(ticket))]


def written_of(person: "Person", ticket: Ticket) -> "Article | None":
    """The article that was written of the ticket, if the person may see it; others may name the ticket as well."""
    own = knowledge.articles(person).filter(owner=ticket.contract.buyer_id)
    return own.filter(source=ticket.number).order_by("pk").first()


def solution_of(ticket: Ticket) -> str:
    """How the ticket was solved in its present round; "" before that."""
    told: QuerySet[TicketEvent] = ticket.events.filter(action__in=("solve", *BEGINS_ANEW))
    solved = steps_taken(told).get("solve")
    return str(solved.data.get("solution", "")) if solved else ""


def article_named(person: "Person", key: int) -> "Article | None":
    """The article of that key, if the person may see it."""
    return knowledge.articles(person).filter(pk=key).first()


def helped_by(rows: QuerySet[Ticket], article: "Article") -> QuerySet[Ticket]:
    """The tickets with which the article helped."""
    return rows.filter(number__in=knowledge.subjects_using(article, TICKET).order_by())
