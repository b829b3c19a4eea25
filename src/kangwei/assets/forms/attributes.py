"""A form field for each attribute of a kind, and what was entered in them as the values that actions take."""

from collections.abc import Iterable
from typing import Any

from django import forms

from kangwei.base.forms import CHOOSE, UNDECIDED
from kangwei.core.ledgers import COMMON, Attribute, CellError, as_json, read_cell

COMMON_IDS = frozenset(attribute.id for attribute in COMMON)
FLAGS = [("是", "是"), ("否", "否")]
SYSTEMS = "systems"
"""The id of the datalist with the systems that a form offers."""


class TextField(forms.CharField):
    """Text whose lines end in the same way whatever the browser sends, so that an untouched text is no change."""

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text


class AttributeForm(forms.Form):
    """A form over attributes of a kind. `known` are the values there now, as JSON data by field id.

    With them it carries what it showed and is sent back with it: so what somebody changed in the form is told from
    what others changed before it came back.
    """

    def __init__(
        self, *args: Any, attributes: Iterable[Attribute], known: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.attributes = {attribute.id: attribute for attribute in attributes}
        self._of_something = known is not None
        shown = {name: _shown(value) for name, value in (known or {}).items() if name in self.attributes}
        kwargs["initial"] = shown | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        for name, attribute in self.attributes.items():
            self.take(name, _field(attribute))

    def take(self, name: str, field: forms.Field) -> None:
        """Put in the field of an attribute, in the place of another one where it is there already."""
        # What is sent without what was shown is compared with what is known now.
        sent = self.is_bound and self.add_initial_prefix(name) not in self.data
        field.show_hidden_initial = self._of_something and not sent
        self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        """Every value as it is stored, or the reason at its field why it cannot be."""
        for name, attribute in self.attributes.items():
            text = self.cleaned_data.get(name)
            if text is None:
                continue
            try:
                value = as_json(read_cell(text, attribute))
            except CellError as error:
                self.add_error(name, str(error))
                continue
            self.cleaned_data[name] = value
            if value is None and attribute.required:
                self.add_error(name, f"请填写{attribute.label}")
        return self.cleaned_data

    @property
    def touched(self) -> list[str]:
        """The fields that somebody changed, so that what others changed meanwhile stays."""
        return [name for name in self.changed_data if name in self.attributes]

    @property
    def values(self) -> dict[str, Any]:
        """What a valid form says of the fields that are `touched`."""
        return {name: self.cleaned_data[name] for name in self.touched}

    def common_fields(self) -> list[forms.BoundField]:
        """The bound fields that every kind has."""
        return [self[name] for name in self.attributes if name in COMMON_IDS]

    def own_fields(self) -> list[forms.BoundField]:
        """The bound fields of the kind's own attributes."""
        return [self[name] for name in self.attributes if name not in COMMON_IDS]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def _field(attribute: Attribute) -> forms.Field:
    label = f"{attribute.label}（{attribute.unit}）" if attribute.unit else attribute.label
    told = {"label": label, "required": attribute.required, "help_text": attribute.pattern_hint}
    if attribute.type in ("choice", "flag"):
        choices = FLAGS if attribute.type == "flag" else attribute.choices.items()
        nothing = CHOOSE if attribute.required else UNDECIDED
        return forms.ChoiceField(choices=[nothing, *choices], **told)  # type: ignore[arg-type]
    return TextField(widget=_widget(attribute), **told)  # type: ignore[arg-type]


def _widget(attribute: Attribute) -> forms.Widget:
    if attribute.type == "long":
        return forms.Textarea(attrs={"rows": 3, "maxlength": attribute.limit})
    if attribute.type == "date":
        return forms.DateInput(attrs={"type": "date"})
    hints: dict[str, Any] = {"autocomplete": "off"}
    if attribute.type in ("integer", "decimal"):
        hints["inputmode"] = "numeric" if attribute.type == "integer" else "decimal"
    if attribute.type in ("text", "domain"):
        hints["maxlength"] = attribute.limit
    if attribute.id == "system":
        hints["list"] = SYSTEMS
    return forms.TextInput(attrs=hints)
