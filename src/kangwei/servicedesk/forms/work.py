"""Small forms about a ticket that is being worked on."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.contracts.levels import condition_words
from kangwei.servicedesk.enums import Method, PauseReason, Tier
from kangwei.servicedesk.forms.words import MomentField, SystemField, grades, long_text, word_field
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
        self.fields["at"] = MomentField(label="完成时间", help_text="留空为现在")
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


NO_EFFECT, EFFECT = "none", "some"
EFFECTS = {NO_EFFECT: "无影响", EFFECT: "有影响"}


class AssessmentForm(StepForm):
    """A step that asks for an assessment, gone through point by point as the contract has them."""

    def __init__(self, *args: Any, points: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = tuple(points)
        for number, point in enumerate(self.points, 1):
            self.fields[f"effect-{number}"] = forms.ChoiceField(
                label=point, choices=list(EFFECTS.items()), widget=forms.RadioSelect
            )
            self.fields[f"remark-{number}"] = forms.CharField(label="说明", required=False, max_length=500)
        self.fields["assessment"] = long_text("结论与措施", required=False)

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields of each point: its effect, and what is remarked on it."""
        return [(self[f"effect-{n}"], self[f"remark-{n}"]) for n in range(1, len(self.points) + 1)]

    def clean(self) -> dict[str, Any]:
        """An effect must be described."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for number in range(1, len(self.points) + 1):
            if data.get(f"effect-{number}") == EFFECT and not data.get(f"remark-{number}"):
                self.add_error(f"remark-{number}", "请写明有什么影响")
        return data

    @property
    def answers(self) -> list[dict[str, str]]:
        """The answer to each point of a valid form, as it is kept."""
        data = self.cleaned_data
        return [
            {"point": point, "effect": data[f"effect-{n}"], "remark": data[f"remark-{n}"]}
            for n, point in enumerate(self.points, 1)
        ]

    @property
    def said(self) -> dict[str, str]:
        """The texts of a valid form; the assessment holds every answer in words."""
        lines = [f"{n}. {_answered(answer)}" for n, answer in enumerate(self.answers, 1)]
        conclusion = self.cleaned_data["assessment"]
        return super().said | {"assessment": "\n".join([*lines, *([f"结论：{conclusion}"] if conclusion else [])])}


def _answered(answer: dict[str, str]) -> str:
    remark = f"，{answer['remark']}" if answer["remark"] else ""
    return f"{answer['point']}：{EFFECTS[answer['effect']]}{remark}"


class PauseForm(forms.Form):
    reason = forms.ChoiceField(label="等待", choices=PauseReason.choices)
    text = forms.CharField(label="说明", required=False, max_length=300)


class NoteForm(forms.Form):
    text = long_text("内容")


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
