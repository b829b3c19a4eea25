"""Tickets with their clocks, and what lies with them: files, visits, ratings, rosters, by which door they came."""

from kangwei.servicedesk.models.alerts import Alert
from kangwei.servicedesk.models.dispatches import Dispatch, DispatchPart, Signature
from kangwei.servicedesk.models.entrances import ApiCall, Entrance, Report
from kangwei.servicedesk.models.files import Attachment
from kangwei.servicedesk.models.hotline import HotlineOrder, HotlineWeights, Script
from kangwei.servicedesk.models.ratings import CallBack, Rating
from kangwei.servicedesk.models.teams import Shift, Team
from kangwei.servicedesk.models.tickets import OPEN, ClockEvent, Pause, Ticket, TicketClock, TicketEvent

__all__ = [
    "OPEN",
    "Alert",
    "ApiCall",
    "Attachment",
    "CallBack",
    "ClockEvent",
    "Dispatch",
    "DispatchPart",
    "Entrance",
    "HotlineOrder",
    "HotlineWeights",
    "Pause",
    "Rating",
    "Report",
    "Script",
    "Shift",
    "Signature",
    "Team",
    "Ticket",
    "TicketClock",
    "TicketEvent",
]
