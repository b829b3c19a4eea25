"""How something was solved, and why it came: fields that stand wherever a ticket is solved."""

from collections.abc import Mapping
from typing import Any

from django import forms

from kangwei.base.forms import CHOOSE
from kangwei.servicedesk.enums import SolvedHow


def solving_fields(*, required: bool = True, initial: str = "") -> dict[str, forms.Field]:
    """The fields, by the names that take_step knows."""
    return {
        "solved_how": forms.ChoiceField(
            label="解决方式", required=required, initial=initial, choices=[CHOOSE, *SolvedHow.choices]
        ),
        "cause": forms.CharField(
            label="原因", required=False, max_length=300, help_text="供统计与复盘，报告人看不到",
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        ),
    }  # fmt: skip


def solving_said(data: Mapping[str, Any]) -> dict[str, Any]:
    """What valid fields say, as take_step takes it; nothing where they did not stand on the form."""
    if "solved_how" not in data:
        return {}
    return {"solved_how": SolvedHow(data["solved_how"]) if data["solved_how"] else None, "cause": data["cause"]}
