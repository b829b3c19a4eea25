"""News that goes up from the service desk."""

from datetime import datetime
from typing import NamedTuple

from django.dispatch import Signal


class ReachedShare(NamedTuple):
    """A running clock reached this share (50, 75 or 100) of its limit, which ends at `due_at`; `upgraded_to` is the
    severity that the passing of the limit brought, "" for none.
    """

    clock_id: int
    share: int
    due_at: datetime | None
    upgraded_to: str


# Sent after commit with reached (a list of ReachedShare): running clocks reached shares of their limits.
clocks_reached = Signal()
# Sent after commit with ticket_id: whoever reported the ticket wrote, confirmed, reopened, rated or complained.
caller_acted = Signal()
# Sent after commit with ticket_id, event_id, by (the key of the person who did it, None for the system): a ticket was
# given to somebody or to a team.
ticket_assigned = Signal()
# Sent after commit with ticket_id, by: a ticket came over from another contract.
ticket_handed_over = Signal()
# Sent after commit with dispatch_id, by: an engineer was sent out.
dispatch_issued = Signal()
