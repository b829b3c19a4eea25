"""What views of every app share."""

from django.forms import Form

from kangwei.base.errors import ActionError


def add_error(form: Form, error: ActionError) -> None:
    """Show an action's refusal at its field, or above the form where it names none."""
    form.add_error(error.field if error.field in form.fields else None, str(error))
