"""Tickets with their clocks, and what lies with them: files, visits, ratings, rosters, doors they came by, mails."""

from kangwei.servicedesk.models.alerts import Alert
from kangwei.servicedesk.models.dispatches import Dispatch, DispatchPart, Signature
from kangwei.servicedesk.models.entrances import ApiCall, Entrance, Report
from kangwei.servicedesk.models.files import Attachment
from kangwei.servicedesk.models.hotline import HotlineOrder, HotlineWeights, Script
from kangwei.servicedesk.models.mailboxes import Mailbox, ReceivedMail
from kangwei.servicedesk.models.ratings import CallBack, Rating
from kangwei.servicedesk.models.teams import Shift, Team
from kangwei.servicedesk.models.tickets import OPEN, ClockEvent, Pause, Ticket, TicketAsset, TicketClock, TicketEvent

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
    "Mailbox",
    "Pause",
    "Rating",
    "ReceivedMail",
    "Report",
    "Script",
    "Shift",
    "Signature",
    "Team",
    "Ticket",
    "TicketAsset",
    "TicketClock",
    "TicketEvent",
]
