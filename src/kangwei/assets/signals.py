"""News that goes up from assets."""

from django.dispatch import Signal

# Sent after commit with asset_id, expires_on: the asset expires within the days its kind is reminded by. Once a date.
expiry_near = Signal()
# Sent after commit with configuration_id: a version of a configuration was saved.
configuration_saved = Signal()
