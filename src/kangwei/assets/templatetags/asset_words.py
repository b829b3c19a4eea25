"""How assets read on screen."""

from datetime import date

from django import template

from kangwei.assets import queries
from kangwei.assets.showing import expiry_text, expiry_tone
from kangwei.core.calendars import Duration

register = template.Library()


@register.filter
def kind_name(kind: str) -> str:
    """The name of a kind; its id where the library has it no longer."""
    known = queries.kinds().get(kind)
    return known.name if known else kind


@register.filter
def limit_label(limit: str) -> str:
    """The limit of a repair in words; "" for none."""
    return Duration.parse(limit).label if limit else ""


@register.inclusion_tag("components/state_badge.html")
def expiry_badge(kind: str, expires_on: date, today: date) -> dict[str, str]:
    """How long until an asset of a kind expires, or since."""
    known = queries.kinds().get(kind)
    return {
        "tone": expiry_tone(expires_on, today, known.remind_days if known else 30),
        "label": expiry_text(expires_on, today),
    }
