"""News that goes up from the service desk."""

from django.dispatch import Signal

# Sent after commit with clock_id, share (50, 75 or 100): a running clock reached that share of its limit.
clock_reached = Signal()
# Sent after commit with ticket_id, step: a ticket took a step of its life.
ticket_stepped = Signal()
