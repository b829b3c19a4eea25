"""What an audited action is called on screen."""

from django import template

from kangwei.base.audit import LABELS

register = template.Library()


@register.filter
def action_label(action: str) -> str:
    """The Chinese word for an action; the action's own name where it has none."""
    return LABELS.get(action, action)
