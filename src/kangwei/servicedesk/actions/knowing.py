"""Taking up what the knowledge base says to a ticket, and writing down what a ticket taught."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.accounts.queries import person_behind
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.knowledge.actions import draft_article, take_back_use, use_article
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.actions.tickets import locked
from kangwei.servicedesk.enums import TicketState
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries.knowing import articles_used, solution_of, subject_of, written_of

if TYPE_CHECKING:
    from kangwei.knowledge.models import Article


@transaction.atomic
def take_up(*, ticket: Ticket, article: "Article", actor: Actor, now: datetime) -> None:
    """Say that an article helps with the ticket; saying it again changes nothing.

    ActionError for a cancelled ticket, an article of another buyer, and one that is not in force.
    """
    ticket = locked(ticket)
    if ticket.state == TicketState.CANCELLED:
        raise ActionError("工单已撤销，不再采用知识")
    if article.owner_id != ticket.contract.buyer_id:
        raise ActionError(f"{article.number} 不是该合同甲方的知识")
    if article not in articles_used(ticket):
        use_article(article=article, subject=subject_of(ticket), actor=actor, now=now)
        note(ticket, "take_up", "采用知识", actor, now, text=f"{article.number} {article.title}")


@transaction.atomic
def put_aside(*, ticket: Ticket, article: "Article", actor: Actor, now: datetime) -> None:
    """Say that an article did not help after all; nothing where nobody said that it did."""
    ticket = locked(ticket)
    if article in articles_used(ticket):
        take_back_use(article=article, subject=subject_of(ticket), actor=actor, now=now)
        note(ticket, "put_aside", "取消采用知识", actor, now, text=f"{article.number} {article.title}")


@transaction.atomic
def write_up(*, ticket: Ticket, actor: Actor, now: datetime) -> "Article":
    """Begin an article with what the ticket says of trouble, cause and solution; one that was begun before is returned.

    ActionError for a ticket that was not solved, and for whom the knowledge base refuses.
    """
    ticket = locked(ticket)
    person = person_behind(actor)
    if person and (known := written_of(person, ticket)):
        return known
    solution = solution_of(ticket)
    if not solution:
        raise ActionError("工单还没有解决办法，解决后再写成知识")
    system = ticket.system.name if ticket.system else ""
    article = draft_article(
        owner=ticket.contract.buyer, title=ticket.title, symptoms=ticket.description, cause=ticket.cause,
        solution=solution, category="", keywords=system, source=ticket.number, actor=actor, now=now,
    )  # fmt: skip
    note(ticket, "write_up", "写成知识", actor, now, text=f"{article.number} {article.title}")
    return article
