"""Forms about teams, their rosters, and handing a ticket over."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.base.forms import CHOOSE, RowField
from kangwei.servicedesk.enums import DutyDays
from kangwei.servicedesk.forms.files import OneFile
from kangwei.servicedesk.forms.words import DayField, long_text
from kangwei.servicedesk.intake.roster_file import MOST_BYTES

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

WEEKDAYS = [(n, f"周{name}") for n, name in enumerate("一二三四五六日", 1)]


class TeamForm(forms.Form):
    """A team: people of both parties of the contract."""

    name = forms.CharField(label="名称", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members: Any = forms.ModelMultipleChoiceField(
            label="成员", queryset=staff, widget=forms.CheckboxSelectMultiple,
            help_text="合同双方的在用人员。移出的人，以后的班次一并取消",
        )  # fmt: skip
        members.label_from_instance = lambda person: f"{person.name}　{person.party.name}"
        self.fields["members"] = members


class ShiftForm(forms.Form):
    """Who is on duty when, on chosen weekdays of a time."""

    first = DayField(label="自")
    last = DayField(label="至")
    from_time = forms.TimeField(label="起", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    to_time = forms.TimeField(
        label="止", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), help_text="不晚于起时即到次日"
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="星期", choices=WEEKDAYS, coerce=int, initial=[n for n, _ in WEEKDAYS],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    days = forms.ChoiceField(label="节假日", choices=DutyDays.choices)

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = RowField(label="值班人", queryset=members)
        person.label_from_instance = lambda one: f"{one.name}　{one.phone}".strip()
        self.fields = {"person": person, **self.fields}

    @property
    def values(self) -> dict[str, Any]:
        """What a valid form says, as the action takes it."""
        return self.cleaned_data | {"days": DutyDays(self.cleaned_data["days"])}


class RosterFileForm(forms.Form):
    """A roster in a file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"] = OneFile(label="文件")
        self.fields["file"].help_text = f"Excel 或 CSV，不超过 {MOST_BYTES // 1_000_000} MB"


class HandOverForm(forms.Form):
    """To which contract a ticket goes, and why."""

    reason = long_text("理由", rows=2, most=300)

    def __init__(self, *args: Any, contracts: Any, maintaining: "Iterable[str]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = set(maintaining)
        field: Any = RowField(label="移交给合同", queryset=contracts)
        named = [(contract.pk, _named(contract)) for contract in contracts if contract.code in codes]
        others = [(contract.pk, _named(contract)) for contract in contracts if contract.code not in codes]
        grouped = [("维护该系统的合同", named), ("其他合同", others)]
        field.choices = [CHOOSE, *([(label, rows) for label, rows in grouped if rows] if named else others)]
        self.fields = {"contract": field, **self.fields}


def _named(contract: "Contract") -> str:
    return f"{contract.title}　{contract.supplier or '未定乙方'}"
