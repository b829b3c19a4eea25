"""The word for how an occurrence stands."""

from django import template

from kangwei.contracts.enums import Standing

register = template.Library()


@register.filter
def standing_label(standing: str) -> str:
    """The screen's word for a Standing."""
    return Standing(standing).label
