"""News that goes up from the service desk."""

from django.dispatch import Signal

# Sent after commit with clock_id, share (50, 75 or 100), due_at, upgraded_to (the severity that the passing of the
# limit brought, "" for none): a running clock reached that share of its limit.
clock_reached = Signal()
# Sent after commit with ticket_id: whoever reported the ticket wrote, confirmed, reopened, rated or complained.
caller_acted = Signal()
# Sent after commit with ticket_id, event_id, by (the key of the person who did it, None for the system): a ticket was
# given to somebody or to a team.
ticket_assigned = Signal()
# Sent after commit with ticket_id, by: a ticket came over from another contract.
ticket_handed_over = Signal()
# Sent after commit with dispatch_id, by: an engineer was sent out.
dispatch_issued = Signal()
