"""What a caller thought of the service."""

from datetime import datetime

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.actions.tickets import locked
from kangwei.servicedesk.enums import RatedBy, TicketState
from kangwei.servicedesk.models import Rating, Ticket
from kangwei.servicedesk.queries import scale_of

RATABLE = (TicketState.SOLVED, TicketState.CLOSED)


@transaction.atomic
def rate(
    *, ticket: Ticket, score: int, rated_by: RatedBy, actor: Actor, now: datetime, name: str = "", comment: str = "",
    sha256: str = "", before_solved: bool = False,
) -> Rating:  # fmt: skip
    """Take down the score on the contract's own scale; the same score again changes nothing.

    `sha256` is the signature that it bears. ActionError for a score off the scale, a ticket that is not solved yet
    (`before_solved` allows that: a visit is rated on the spot), and one that has another rating already.
    """
    ticket = locked(ticket)
    scale = scale_of(ticket.contract)
    if not 0 <= score <= scale.of:
        raise ActionError(f"满意度按 {scale.of} 分制，得分应在 0 到 {scale.of} 之间", field="score")
    if ticket.state not in RATABLE and not before_solved:
        raise ActionError(f"工单{ticket.get_state_display()}，解决后才能评价")
    standing = Rating.objects.filter(ticket=ticket).first()
    if standing:
        if standing.score == score:
            return standing
        raise ActionError(f"已评价 {standing.score} 分，不能再改", field="score")
    rating = Rating.objects.create(
        ticket=ticket, score=score, of=scale.of, clause=scale.clause, cite=scale.cite, rated_by=rated_by, name=name,
        comment=comment, sha256=sha256, rated_at=now,
    )  # fmt: skip
    text = f"{score} 分（满分 {scale.of}）{'：' + comment if comment else ''}"
    note(ticket, "rate", "满意度", actor, now, text=text, public=True)
    audit.append(
        actor=actor, action="servicedesk.rate", subject=("ticket", ticket.number),
        data={"score": score, "of": scale.of, "by": rated_by, "clause": scale.clause}, now=now,
    )  # fmt: skip
    return rating
