"""Fields whose choices are the words of one contract."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.contracts.levels import condition_words, severities

if TYPE_CHECKING:
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract

SYSTEMS = "desk-systems"
"""The id of the datalist with the systems of the contract."""
UNKNOWN = "未定"
MOMENT = "%Y-%m-%dT%H:%M"
YEARS = (2000, 2099)


class TextField(forms.CharField):
    """Text whose lines end in the same way whatever the browser sends."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class MomentField(forms.DateTimeField):
    """A moment of this century, entered in Asia/Shanghai."""

    def __init__(self, *, label: str, help_text: str = "", required: bool = False) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
        super().__init__(label=label, required=required, help_text=help_text, widget=widget)

    def to_python(self, value: Any) -> datetime | None:
        try:
            found = super().to_python(value)
        except OverflowError:
            found = datetime.min  # noqa: DTZ901 (only its year is looked at)
        if found and not YEARS[0] <= found.year <= YEARS[1]:
            raise forms.ValidationError("请填写本世纪的时间")
        return found


class DayField(forms.DateField):
    """A day of this century."""

    def __init__(self, *, label: str) -> None:
        super().__init__(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day and not YEARS[0] <= day.year <= YEARS[1]:
            raise forms.ValidationError("请填写本世纪的日期")
        return day


def long_text(label: str, *, rows: int = 3, required: bool = True, most: int = 2000, **more: Any) -> TextField:
    """A field of several lines."""
    return TextField(
        label=label, required=required, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **more
    )


def word_field(label: str, words: Iterable[str], kept: str = "") -> forms.ChoiceField:
    """One of the contract's words, or none; `kept` stays possible though the contract has it no more."""
    found = dict.fromkeys([*words, *([kept] if kept else [])])
    return forms.ChoiceField(label=label, required=False, choices=[("", UNKNOWN), *((word, word) for word in found)])


class SystemField(forms.CharField):
    """A system by its name, typed or taken from the list; the value is the asset."""

    def __init__(self, systems: "Sequence[Asset]") -> None:
        self.systems = {system.name: system for system in systems}
        widget = forms.TextInput(attrs={"list": SYSTEMS, "autocomplete": "off"})
        super().__init__(label="系统", required=False, max_length=200, widget=widget)

    def clean(self, value: Any) -> "Asset | None":
        """The system of that name, None for none."""
        name = super().clean(value).strip()
        if name and name not in self.systems:
            raise forms.ValidationError(f"该合同不维护名为「{name}」的系统，请从列表中选")
        return self.systems.get(name)


def grades(contract: "Contract") -> list[str]:
    """The words for how grave a ticket is: those of the contract's grades, and any that only a limit uses."""
    return [*severities(contract), *condition_words(contract, "severity")]
