"""What forms of every app share: what the first option of a select says while nothing is chosen."""

from typing import Any

from django import forms

CHOOSE = ("", "请选择")
"""Where something must be chosen."""
UNDECIDED = ("", "未定")
"""Where it may stay open."""


class RowField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """A choice of one row; Django would show a row of dashes where nothing is chosen."""

    def __init__(self, queryset: Any, *, required: bool = True, **told: Any) -> None:
        told.setdefault("empty_label", (CHOOSE if required else UNDECIDED)[1])
        super().__init__(queryset, required=required, **told)
