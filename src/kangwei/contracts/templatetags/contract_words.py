"""How clauses read on screen."""

from django import template

from kangwei.core.contracts import field_label

register = template.Library()
register.filter("field_label", field_label)
