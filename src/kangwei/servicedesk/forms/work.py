"""Small forms about a ticket that is being worked on."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.contracts.levels import condition_words
from kangwei.servicedesk.enums import Method, PauseReason, Tier
from kangwei.servicedesk.forms.desk import MOMENT
from kangwei.servicedesk.forms.words import SystemField, grades, long_text, word_field
from kangwei.servicedesk.lifecycles import ASKED, Step
from kangwei.servicedesk.models import Ticket

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.assets.models import Asset

LONG = ("reason", "solution", "reply", "assessment", "result", "checklist", "rollback", "scope", "backup")


class StepForm(forms.Form):
    """What a step asks for, and when it was done."""

    def __init__(self, *args: Any, step: Step, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in step.asks:
            label = ASKED[name]
            self.fields[name] = long_text(label) if name in LONG else forms.CharField(label=label, max_length=200)
        self.fields["at"] = forms.DateTimeField(
            label="完成时间", required=False, help_text="留空为现在",
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        )  # fmt: skip
        self.texts = step.asks

    @property
    def said(self) -> dict[str, str]:
        """The texts of a valid form."""
        return {name: self.cleaned_data[name] for name in self.texts}

    @property
    def at(self) -> datetime | None:
        """When it was done, where that was entered."""
        at: datetime | None = self.cleaned_data["at"]
        return at


class PauseForm(forms.Form):
    reason = forms.ChoiceField(label="等待", choices=PauseReason.choices)
    text = forms.CharField(label="说明", required=False, max_length=300)


class NoteForm(forms.Form):
    text = long_text("内容")
    public = forms.BooleanField(label="报告人可见", required=False)


class AssignForm(forms.Form):
    """Who is to deal with the ticket: people of both parties of the contract."""

    text = forms.CharField(label="交代", required=False, max_length=300)

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = forms.ModelChoiceField(label="处理人", queryset=staff)
        field.label_from_instance = _named
        self.fields = {"assignee": field, **self.fields}


class FactsForm(forms.Form):
    """What decides the limits, as the ticket has it now, and why it is corrected."""

    def __init__(self, *args: Any, ticket: Ticket, systems: "Sequence[Asset]", **kwargs: Any) -> None:
        kwargs["initial"] = {
            "system": ticket.system.name if ticket.system else "", "severity": ticket.severity, "place": ticket.place,
            "caller_kind": ticket.caller_kind, "method": ticket.method, "tier": ticket.tier,
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        contract, kept = ticket.contract, [ticket.system] if ticket.system else []
        self.fields["system"] = SystemField([*systems, *kept])
        self.fields["severity"] = word_field("级别", grades(contract), ticket.severity)
        self.fields["place"] = word_field("地域", condition_words(contract, "place"), ticket.place)
        self.fields["caller_kind"] = word_field("来电方", condition_words(contract, "caller"), ticket.caller_kind)
        self.fields["method"] = forms.ChoiceField(label="方式", choices=Method.choices)
        self.fields["tier"] = forms.ChoiceField(label="支持层级", choices=Tier.choices)
        self.fields["reason"] = forms.CharField(label="理由", required=False, max_length=300)

    @property
    def values(self) -> dict[str, Any]:
        """The facts that are filled in and right."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


def _named(person: "Person") -> str:
    return f"{person.name}　{person.party.name}"
