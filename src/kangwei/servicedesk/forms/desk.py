"""The form by which the desk takes a call."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.accounts.queries import institutions
from kangwei.base.forms import RowField
from kangwei.contracts.levels import condition_words
from kangwei.servicedesk.enums import Channel, Method, SolvedHow, TicketKind
from kangwei.servicedesk.forms.files import SeveralFiles, named
from kangwei.servicedesk.forms.solving import solving_fields, solving_said
from kangwei.servicedesk.forms.words import MomentField, SystemField, grades, long_text, word_field
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries import phone_in

if TYPE_CHECKING:
    from kangwei.accounts.models import Institution
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract

APART = ("who", "solution", "solved_how", "cause", "article", "file")
"""What the form asks beside the facts of the ticket."""
WORDS = ("severity", "place", "caller_kind")
"""The fields in the words of the contract."""
INSTITUTIONS = "desk-institutions"
"""The id of the datalist with the institutions that fit what is typed."""


class InstitutionField(forms.CharField):
    """An institution by its name; the value is the institution."""

    def __init__(self) -> None:
        widget = forms.TextInput(attrs={"list": INSTITUTIONS, "autocomplete": "off"})
        super().__init__(label="机构", required=False, max_length=200, widget=widget)

    def clean(self, value: Any) -> "Institution | None":
        """The institution of that name, None for none."""
        name = super().clean(value).strip()
        found = institutions().filter(name=name).first() if name else None
        if name and found is None:
            raise forms.ValidationError(f"没有名为「{name}」的机构，可先留空并在描述中写明")
        return found


class CallForm(forms.Form):
    """What is taken in for a contract, with its systems and in its words for severity, place and caller."""

    def __init__(
        self, *args: Any, contract: "Contract", contracts: Any, systems: "Sequence[Asset]", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contract"] = RowField(label="合同", queryset=contracts, empty_label=None, initial=contract.pk)
        self.fields["system"] = SystemField(systems)
        self.fields["severity"] = word_field("级别", grades(contract))
        self.fields["place"] = word_field("地域", condition_words(contract, "place"))
        self.fields["caller_kind"] = word_field("来电方", condition_words(contract, "caller"))

    def words(self) -> list[forms.BoundField]:
        """The fields in the words of the contract, as far as it has any."""
        found = [self[name] for name in WORDS]
        return [field for field in found if len(field.field.choices) > 1]  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        """A number without blanks, so that the next call from it is found."""
        text = str(self.cleaned_data["phone"]).strip()
        return phone_in(text) or text


class DeskForm(CallForm):
    """A call as it comes in."""

    who = forms.CharField(
        label="来电号码或姓名", required=False, max_length=60,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )  # fmt: skip
    caller = forms.CharField(label="报告人", required=False, max_length=60)
    phone = forms.CharField(
        label="电话", required=False, max_length=40, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    institution = InstitutionField()
    kind = forms.ChoiceField(label="类别", choices=TicketKind.choices, initial=TicketKind.INCIDENT)
    title = forms.CharField(label="标题", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    description = long_text("描述", required=False)
    method = forms.ChoiceField(label="方式", choices=Method.choices, initial=Method.REMOTE)
    channel = forms.ChoiceField(label="来源", choices=Channel.choices, initial=Channel.PHONE)
    occurred_at = MomentField(label="发生时间")
    solution = long_text("解决办法", rows=2, required=False)
    article = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= solving_fields(required=False, initial=SolvedHow.PHONE)
        self.fields["file"] = SeveralFiles(label="附件", required=False)

    @property
    def values(self) -> dict[str, Any]:
        """What a valid form says of the ticket, as open_ticket takes it."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in APART}
        words = (("kind", TicketKind), ("method", Method), ("channel", Channel))
        return values | {name: kind(values[name]) for name, kind in words}

    @property
    def solved(self) -> dict[str, Any]:
        """How a valid form says that it was solved while the call lasted, as open_and_solve takes it; else nothing."""
        solution = self.cleaned_data["solution"].strip()
        return {"solution": solution} | solving_said(self.cleaned_data) if solution else {}

    @property
    def brought(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of each file of a valid form, read one after another: together they may be large."""
        return (named(file) for file in self.cleaned_data["file"])

    @property
    def to_choose_again(self) -> list[str]:
        """The files that were sent with a form that is shown again: a browser does not keep them."""
        return [file.name or "" for file in self.files.getlist("file")] if self.is_bound else []

    def clean(self) -> dict[str, Any]:
        """What was solved was solved in some way, and only what was solved has a cause."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("solution", "").strip() and data.get("solved_how") == "":
            self.add_error("solved_how", "请选择解决方式")
        if data.get("cause") and not data.get("solution", "").strip():
            self.add_error("solution", "填了原因，请写明解决办法；没有解决的，请清空原因")
        return data

    def sketch(self, contract: "Contract", now: datetime) -> Ticket:
        """The ticket that would be opened by what is filled in and right so far; not stored."""
        self.is_valid()
        known = {name: value for name, value in self.cleaned_data.items() if name not in (*APART, "contract")}
        known["occurred_at"] = min(known.get("occurred_at") or now, now)
        return Ticket(**known, contract=contract, opened_at=now)
