"""What a contract has gone through point by point: the assessment of a change, the check list of a release."""

from dataclasses import dataclass
from datetime import datetime

from kangwei.contracts.levels import change_assessments, release_checklists
from kangwei.core.calendars import Duration, bundled_calendar, due
from kangwei.core.contracts.wording import conditions
from kangwei.servicedesk.enums import TicketKind
from kangwei.servicedesk.lifecycles import Step
from kangwei.servicedesk.models import Ticket, TicketEvent
from kangwei.servicedesk.queries.measuring import facts

NO_EFFECT, EFFECT = "none", "some"
EFFECTS = {NO_EFFECT: "无影响", EFFECT: "有影响"}
DONE, LATER, NOT_ASKED = "done", "later", "none"
READINESS = {DONE: "已完成", LATER: "发布时进行", NOT_ASKED: "不涉及"}
ANSWERS = {TicketKind.CHANGE: EFFECTS, TicketKind.RELEASE: READINESS}
TONES = {TicketKind.CHANGE: {NO_EFFECT: "ok", EFFECT: "warn"},
         TicketKind.RELEASE: {DONE: "ok", LATER: "info", NOT_ASKED: "muted"}}  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """Points that stand for a text which a step asks for: how each may be answered, and which answer needs a remark."""

    text: str
    points: tuple[str, ...]
    answers: dict[str, str]
    remarked: str
    demand: str
    closing: str


@dataclass(frozen=True)
class Answered:
    """A point as it was answered; `tone` is how the page colours the answer."""

    point: str
    label: str
    tone: str
    remark: str


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
    known = facts(ticket)
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


def checklist_of(ticket: Ticket) -> tuple[str, ...]:
    """What the contract has gone through before this release; empty where it lists nothing.

    The points of every duty, save those whose conditions contradict what is known of the ticket.
    """
    clauses = release_checklists(ticket.contract)
    known = facts(ticket) if clauses else {}
    fitting = [
        clause
        for clause in clauses
        if all(word in known.get(name, {word}) for name, word in clause.data.get("when", {}).items())
    ]
    return tuple(dict.fromkeys(point for clause in fitting for point in clause.data["checklist"]))


def listed_for(ticket: Ticket, step: Step) -> Listed | None:
    """The points that the contract lists for what this step asks for; None where a plain text is asked."""
    if "assessment" in step.asks and (assessment := assessment_of(ticket)):
        return Listed("assessment", assessment.points, EFFECTS, EFFECT, "请写明有什么影响", "结论与措施")
    if "checklist" in step.asks and (points := checklist_of(ticket)):
        return Listed("checklist", points, READINESS, NOT_ASKED, "请写明为何不涉及", "补充说明")
    return None


def answered(ticket: Ticket, submitted: TicketEvent | None) -> list[Answered]:
    """The points that were gone through when the ticket was submitted, in their order."""
    points = submitted.data.get("points", []) if submitted else []
    kind = TicketKind(ticket.kind)
    return [
        Answered(row["point"], ANSWERS[kind][row["effect"]], TONES[kind][row["effect"]], row["remark"])
        for row in points
    ]  # fmt: skip
