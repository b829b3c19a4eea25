"""Small forms about a ticket that is being worked on."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.base.forms import UNDECIDED, RowField
from kangwei.contracts.levels import condition_words
from kangwei.servicedesk.actions.asking import file_field
from kangwei.servicedesk.enums import FileRole, Method, PauseReason, Tier
from kangwei.servicedesk.forms.files import OneFile, named
from kangwei.servicedesk.forms.solving import solving_fields, solving_said
from kangwei.servicedesk.forms.words import MomentField, SystemField, grades, long_text, word_field
from kangwei.servicedesk.lifecycles import ASKED, Step
from kangwei.servicedesk.models import Ticket

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.assets.models import Asset
    from kangwei.servicedesk.models import Shift

LONG = frozenset(
    {"reason", "solution", "reply", "assessment", "result", "checklist", "rollback", "outside", "scope", "backup",
     "script", "check", "disposal", "feedback"}
)  # fmt: skip
LONGEST = {"script": 10_000}
FIRST = (
    "approved_by", "approval", file_field(FileRole.APPROVAL), "backed_up_at", "backup", file_field(FileRole.BACKUP),
)  # fmt: skip
"""What belongs together though it is of different kinds."""


class StepForm(forms.Form):
    """What a step asks for and takes beside that, and when it was done."""

    def __init__(self, *args: Any, step: Step, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (*step.asks, *step.may_say):
            self.fields[name] = _asked(name, required=name in step.asks)
        for name in step.moments:
            self.fields[name] = MomentField(label=ASKED[name], required=True)
        for role in (*step.files, *step.may_bring):
            self.fields[file_field(role)] = OneFile(label=role.label, required=role in step.files)
        if step.asks_how:
            self.fields |= solving_fields()
        self.fields["at"] = MomentField(label="完成时间", help_text="留空为现在")
        self.order_fields(FIRST)
        self.step = step

    @property
    def said(self) -> dict[str, str]:
        """The texts of a valid form."""
        return {name: self.cleaned_data[name] for name in (*self.step.asks, *self.step.may_say)}

    @property
    def moments(self) -> dict[str, datetime]:
        """The moments of a valid form."""
        return {name: self.cleaned_data[name] for name in self.step.moments}

    @property
    def brought(self) -> dict[FileRole, tuple[str, bytes]]:
        """The files of a valid form, by what they are."""
        roles = (*self.step.files, *self.step.may_bring)
        return {role: named(file) for role in roles if (file := self.cleaned_data[file_field(role)])}

    @property
    def details(self) -> dict[str, Any]:
        """What a valid form says beside its texts."""
        return {}

    @property
    def how(self) -> dict[str, Any]:
        """How a valid form says that it was solved, where the step asks for that."""
        return solving_said(self.cleaned_data)

    @property
    def at(self) -> datetime | None:
        """When it was done, where that was entered."""
        at: datetime | None = self.cleaned_data["at"]
        return at


class PauseForm(forms.Form):
    reason = forms.ChoiceField(label="等待", choices=PauseReason.choices)
    text = forms.CharField(
        label="说明", required=False, max_length=300, help_text="等待用户时，报告人会看到这里写的，并在链接里答复"
    )


class NoteForm(forms.Form):
    text = long_text("内容")
    public = forms.BooleanField(label="报告人可见", required=False)


class AssignForm(forms.Form):
    """Who is to deal with the ticket: a team, somebody of both parties, or both; who is on duty comes first."""

    text = forms.CharField(label="交代", required=False, max_length=300)

    def __init__(self, *args: Any, staff: Any, teams: Any, on_duty: "Sequence[Shift]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = RowField(
            label="班组", queryset=teams, required=False,
            help_text="只选班组时，由组员接手；只选处理人时，若是原班组的组员，仍归原班组",
        )  # fmt: skip
        person = RowField(label="处理人", queryset=staff, required=False)
        person.choices = _by_duty(staff, on_duty)
        own = {"team": team} if teams else {}
        self.fields = {**own, "assignee": person, **self.fields}

    @property
    def values(self) -> dict[str, Any]:
        """What a valid form says, as the action takes it."""
        return {"team": None} | self.cleaned_data


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


def _by_duty(staff: "Iterable[Person]", on_duty: "Sequence[Shift]") -> list[tuple[str, Any]]:
    """The people as choices, those on duty in a group before the others, with their teams and numbers."""
    teams: dict[int, list[str]] = {}
    for shift in on_duty:
        teams.setdefault(shift.person_id, []).append(shift.team.name)
    people = list(staff)
    first = [
        (person.pk, f"{_named(person)}　值班中（{'、'.join(teams[person.pk])}）　{person.phone}".strip())
        for person in people
        if person.pk in teams
    ]
    others = [(person.pk, _named(person)) for person in people if person.pk not in teams]
    found: list[tuple[str, Any]] = [("值班中", first), ("其他人员", others)]
    return [UNDECIDED, *(found if first else others)]


def _named(person: "Person") -> str:
    return f"{person.name}　{person.party.name}"


def _asked(name: str, *, required: bool) -> forms.CharField:
    if name in LONG:
        return long_text(ASKED[name], required=required, most=LONGEST.get(name, 2000))
    return forms.CharField(label=ASKED[name], max_length=200, required=required)
