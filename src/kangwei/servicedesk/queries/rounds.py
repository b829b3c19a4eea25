"""Reads of what was said at the steps of a ticket, since it was last sent back to its beginning."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kangwei.core.calendars import SHANGHAI
from kangwei.servicedesk.enums import TicketKind
from kangwei.servicedesk.lifecycles import APART, ASKED, LIFECYCLES
from kangwei.servicedesk.models import Ticket, TicketEvent

BEGINS_ANEW = ("roll_back", "reopen")
SHOWN_KINDS = (TicketKind.CHANGE, TicketKind.RELEASE, TicketKind.DATA_FIX, TicketKind.SECURITY_ORDER)
"""Kinds whose steps say so much that the page sums it up."""
POINTED = ("assessment", "checklist")
"""Texts that may be gone through point by point; the points are then shown by themselves."""
LONG = 40


def steps_taken(events: Iterable[TicketEvent]) -> dict[str, TicketEvent]:
    """Step → what was last said at it, since the ticket was last rolled back or reopened."""
    taken: dict[str, TicketEvent] = {}
    for event in sorted(events, key=lambda event: event.pk):
        if event.action in BEGINS_ANEW:
            taken = {}
        else:
            taken[event.action] = event
    return taken


def approval_of(ticket: Ticket) -> datetime | None:
    """When the work of the present round was approved; None before, and for kinds that ask for no approval."""
    approve = steps_taken(ticket.events.filter(action__in=("approve", *BEGINS_ANEW))).get("approve")
    return approve.at if approve else None


@dataclass(frozen=True)
class Release:
    """What is agreed of a release: in which window it may be done, and until when it is watched afterwards."""

    window_from: datetime | None
    window_to: datetime | None
    watch_until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies in the window."""
        return bool(self.window_from and self.window_to and self.window_from <= at <= self.window_to)

    @property
    def window(self) -> str:
        """The window in words, in Asia/Shanghai."""
        ends = (self.window_from, self.window_to)
        return " 至 ".join(f"{end.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for end in ends if end)


def release_of(ticket: Ticket) -> Release:
    """What is agreed of a release in its present round, in one query; None for what is not agreed yet."""
    taken = steps_taken(ticket.events.filter(action__in=("approve", "carry_out", *BEGINS_ANEW)))
    return Release(
        _moment(taken, "approve", "window_from"),
        _moment(taken, "approve", "window_to"),
        _moment(taken, "carry_out", "watch_until"),
    )


def _moment(taken: dict[str, TicketEvent], step: str, name: str) -> datetime | None:
    text = taken[step].data.get(name) if step in taken else None
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Said:
    """One thing that was said at a step: a text, or a moment."""

    name: str
    text: str
    moment: datetime | None = None

    @property
    def label(self) -> str:
        """What it is called."""
        return ASKED[self.name]

    @property
    def is_code(self) -> bool:
        """Whether it is shown as it was typed, letter by letter."""
        return self.name in APART

    @property
    def is_long(self) -> bool:
        """Whether it takes a line by itself."""
        return self.is_code or len(self.text) > LONG


def said_at(ticket: Ticket, taken: dict[str, TicketEvent]) -> list[Said]:
    """Everything that was asked for at the steps of the present round, in the order of the life."""
    if ticket.kind not in SHOWN_KINDS:
        return []
    found = []
    for step in LIFECYCLES[TicketKind(ticket.kind)]:
        data = taken[step.id].data if step.id in taken else {}
        found += [Said(name, "", _moment(taken, step.id, name)) for name in step.moments if name in data]
        texts = [name for name in (*step.asks, *step.may_say) if data.get(name)]
        found += [Said(name, data[name]) for name in texts if not ("points" in data and name in POINTED)]
    return found
