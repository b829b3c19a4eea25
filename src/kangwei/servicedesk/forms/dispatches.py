"""Forms about dispatch orders: issuing one, and working on it on a phone."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.base.forms import RowField
from kangwei.servicedesk.forms.files import LONGEST_NAME, small
from kangwei.servicedesk.forms.words import MomentField, long_text
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries import Scale
from kangwei.servicedesk.queries.dispatching import Part, Position

if TYPE_CHECKING:
    from kangwei.accounts.models import Person

ROWS = 3
"""Empty rows for parts that are there without script."""
MOST_ROWS = 50
NOT_RATED = "不评价"
MOST_KEYS = 20


class IssueForm(forms.Form):
    """Who goes where to do what."""

    address = forms.CharField(label="地点", max_length=200)
    planned_at = MomentField(label="约定到场", help_text="可留空")
    task = long_text("工作内容")

    def __init__(self, *args: Any, ticket: Ticket, staff: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "engineer": ticket.assignee_id, "address": ticket.institution.name if ticket.institution else "",
            "task": ticket.description or ticket.title,
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        field: Any = RowField(label="工程师", queryset=staff)
        field.label_from_instance = _named
        self.fields = {"engineer": field, **self.fields}


class CheckInForm(forms.Form):
    """An arrival: the position as the phone gave it, a photo, and the time where it is entered afterwards."""

    latitude = forms.DecimalField(required=False, max_digits=9, decimal_places=6, widget=forms.HiddenInput)
    longitude = forms.DecimalField(required=False, max_digits=9, decimal_places=6, widget=forms.HiddenInput)
    accuracy = forms.IntegerField(required=False, widget=forms.HiddenInput)
    photo = forms.FileField(
        label="现场照片（可不拍）", required=False, max_length=LONGEST_NAME,
        # Named one by one, an iPhone sends its own format as JPEG.
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
    )  # fmt: skip
    at = MomentField(label="到场时间", help_text="现在到场不必填；补录时填实际到场的时间，两个时间都会留下")

    def clean_photo(self) -> Any:
        """A photo no larger than what is archived."""
        return small(self.cleaned_data["photo"])

    @property
    def position(self) -> Position | None:
        """Where the phone said it was, None where it did not."""
        latitude, longitude, accuracy = (self.cleaned_data[name] for name in ("latitude", "longitude", "accuracy"))
        if latitude is None or longitude is None or accuracy is None:
            return None
        return Position(Decimal(latitude), Decimal(longitude), int(accuracy))

    @property
    def taken(self) -> tuple[str, bytes] | None:
        """Name and content of the photo."""
        photo = self.cleaned_data["photo"]
        return (photo.name, photo.read()) if photo else None


class FinishForm(forms.Form):
    work_done = long_text("工作情况", rows=4)


class PartForm(forms.Form):
    """One row of parts; an empty row, whatever its number, is none."""

    name = forms.CharField(label="名称", max_length=120, required=False)
    quantity = forms.IntegerField(
        label="数量", min_value=1, max_value=9_999, required=False, initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    unit = forms.CharField(label="单位", max_length=10, required=False)
    serial = forms.CharField(label="序列号", max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        """A part has a name and a number."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("name") and data.get("quantity") is None and "quantity" not in self.errors:
            self.add_error("quantity", "请填写数量")
        if not data.get("name") and (data.get("unit") or data.get("serial")):
            self.add_error("name", "请填写名称")
        return data


PartRows = forms.formset_factory(PartForm, extra=ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS + 1, validate_max=True)


def parts_in(rows: Any) -> list[Part]:
    """The parts of valid rows."""
    return [Part(**row) for row in rows.cleaned_data if row.get("name")]


class SignForm(forms.Form):
    """One signature; whoever reported may give a score with it."""

    name = forms.CharField(label="姓名", max_length=60)
    image = forms.CharField(required=False, max_length=500_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, scale: Scale | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if scale:
            self.fields["score"] = _score_field(scale.of)

    @property
    def given_score(self) -> int | None:
        """The score that was given, if any."""
        text = self.cleaned_data.get("score")
        return int(text) if text not in (None, "") else None


class CancelForm(forms.Form):
    reason = long_text("理由")

    def clean_reason(self) -> str:
        """As long as it is kept."""
        reason = str(self.cleaned_data["reason"])
        if len(reason) > 300:
            raise forms.ValidationError("理由最多 300 字")
        return reason


def _score_field(of: int) -> forms.Field:
    """A key for each score, as far as a thumb finds them; else a number to type."""
    label = f"对这次服务的满意度（满分 {of}）"
    if of > MOST_KEYS:
        return forms.IntegerField(label=label, required=False, min_value=0, max_value=of, help_text="可留空")
    scores = [(str(score), str(score)) for score in range(of, -1, -1)]
    return forms.ChoiceField(
        label=label, required=False, choices=[*scores, ("", NOT_RATED)], widget=forms.RadioSelect, initial=""
    )


def _named(person: "Person") -> str:
    return f"{person.name}　{person.party.name}"
