"""The assessment that a contract asks for before a change: its points, and until when it is owed."""

from dataclasses import dataclass
from datetime import datetime

from kangwei.contracts.levels import change_assessments
from kangwei.core.calendars import Duration, bundled_calendar, due
from kangwei.core.contracts.wording import conditions
from kangwei.servicedesk.enums import TicketKind
from kangwei.servicedesk.measuring import facts
from kangwei.servicedesk.models import Ticket


@dataclass(frozen=True)
class AssessmentLimit:
    """Until when the assessment is owed under conditions; `holds` where the ticket's facts meet them."""

    conditions: str
    limit: str
    due_at: datetime | None
    cite: str
    holds: bool


@dataclass(frozen=True)
class Assessment:
    """The points to go through, and the limits by how grave the change is."""

    points: tuple[str, ...]
    limits: tuple[AssessmentLimit, ...]


def assessment_of(ticket: Ticket) -> Assessment | None:
    """What the contract asks of this change; None for other tickets, and where the contract asks for nothing.

    The points are those of the duty whose conditions the ticket meets, else of the first.
    """
    clauses = change_assessments(ticket.contract) if ticket.kind == TicketKind.CHANGE else []
    if not clauses:
        return None
    calendar = bundled_calendar()
    known = facts(ticket, calendar)
    limits, chosen = [], None
    for clause in clauses:
        when = clause.data.get("when", {})
        holds = all(word in known.get(name, ()) for name, word in when.items())
        chosen = chosen or (clause if holds else None)
        within = clause.data["cadence"].get("within")
        limit = Duration.parse(within) if within else None
        limits.append(
            AssessmentLimit(
                conditions(when),
                limit.label if limit else "",
                due(ticket.opened_at, limit, calendar) if limit else None,
                clause.cite,
                holds,
            )
        )
    return Assessment(tuple((chosen or clauses[0]).data["checklist"]), tuple(limits))
