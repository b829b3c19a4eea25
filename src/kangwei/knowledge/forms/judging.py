"""Judging a text: published or sent back; retired, restored, found still right."""

from datetime import date, datetime
from typing import Any

from django import forms

from kangwei.knowledge.actions.stepping import LONGEST_REASON
from kangwei.knowledge.enums import Fault
from kangwei.knowledge.forms.moments import moment_in

CHOSEN = 60
"""Room that the reasons chosen take in the whole reason."""


def _day_field(**told: Any) -> forms.DateField:
    return forms.DateField(
        label="复审日期", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **told
    )


class SeenForm(forms.Form):
    """When the text was submitted that the reviewer had before him."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def clean_seen(self) -> datetime:
        """The moment; the longest past where it is none, so that it fits no text."""
        return moment_in(self.cleaned_data["seen"])


class PublishForm(SeenForm):
    """Until when the text is looked at again."""

    review_by = _day_field(help_text="到这天列入「复审到期」；留空则不提醒")


class SendBackForm(SeenForm):
    """Why a text is sent back: what is wrong with it, and where."""

    faults = forms.MultipleChoiceField(
        label="问题", choices=Fault.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label="请怎样改", required=False, max_length=LONGEST_REASON - CHOSEN, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明在哪一处、改成什么；作者会收到通知",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The whole reason; one word of it is enough."""
        data = super().clean() or {}
        if not data.get("faults") and not (data.get("reason") or "").strip() and not self.errors:
            self.add_error("reason", "请选择问题，或写明理由")
        return data

    @property
    def whole_reason(self) -> str:
        """What a valid form says."""
        chosen = "、".join(Fault(value).label for value in self.cleaned_data["faults"])
        return "：".join(part for part in (chosen, self.cleaned_data["reason"].strip()) if part)


class StepForm(forms.Form):
    """What a step asks for that is taken on the article's page."""

    def __init__(self, *args: Any, asks_reason: bool, asks_day: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asks_reason:
            self.fields["reason"] = forms.CharField(
                label="理由", max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
            )
        if asks_day:
            self.fields["review_by"] = _day_field(help_text="下次复审的日期；留空则不再提醒")

    @property
    def given(self) -> dict[str, Any]:
        """What a valid form says."""
        day: date | None = self.cleaned_data.get("review_by")
        return {"reason": self.cleaned_data.get("reason", ""), "review_by": day}
