"""News that goes up from contracts."""

from django.dispatch import Signal

# Sent after commit with occurrence_id: its evidence is complete.
occurrence_done = Signal()
