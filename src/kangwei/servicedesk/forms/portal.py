"""What people without a sign-in fill in on a phone: a report, and what they do with it later."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from kangwei.servicedesk.actions.reporting import MOST_PHOTOS, PHOTO_LIMIT
from kangwei.servicedesk.enums import Trouble
from kangwei.servicedesk.forms.words import long_text
from kangwei.servicedesk.queries import phone_in

if TYPE_CHECKING:
    from kangwei.assets.models import Asset

UNKNOWN = "unknown"
MOST_BUTTONS = 20
"""A scale of more marks than this is typed, not tapped."""


class PhotosInput(forms.FileInput):
    """Several photos from the camera or the album."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        # Told jpg and png only, an iPhone turns its own format into one of them.
        super().__init__(attrs={"multiple": True, "accept": "image/jpeg,image/png"})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        del data
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class PhotosField(forms.FileField):
    """A few photos; the value is the content of each."""

    def __init__(self) -> None:
        said = f"最多 {MOST_PHOTOS} 张，每张不超过 {PHOTO_LIMIT // 1024 // 1024} MB"
        super().__init__(label="照片", required=False, widget=PhotosInput(), help_text=said)

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        del initial
        found: list[UploadedFile[bytes]] = [file for file in data or [] if file]
        if len(found) > MOST_PHOTOS:
            raise forms.ValidationError(f"一次最多 {MOST_PHOTOS} 张照片")
        if any((file.size or 0) > PHOTO_LIMIT for file in found):
            raise forms.ValidationError(f"每张照片不超过 {PHOTO_LIMIT // 1024 // 1024} MB")
        return [file.read() for file in found]


class ReportForm(forms.Form):
    """What is reported at an entrance."""

    token = forms.SlugField(max_length=64, widget=forms.HiddenInput)
    text = long_text("发生了什么", rows=4, error_messages={"required": "请写一句发生了什么"})
    trouble = forms.ChoiceField(
        label="有多严重", choices=Trouble.choices, widget=forms.RadioSelect,
        error_messages={"required": "请选择有多严重"},
    )  # fmt: skip
    name = forms.CharField(
        label="您的姓名", max_length=60, error_messages={"required": "请填写姓名，方便工程师找到您"},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    phone = forms.CharField(
        label="电话或分机", max_length=40, error_messages={"required": "请填写电话，工程师会打给您"},
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    photos = PhotosField()

    def __init__(self, *args: Any, systems: "Sequence[Asset]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.systems = {str(system.pk): system for system in systems}
        named = [(pk, system.name) for pk, system in self.systems.items()]
        self.fields["system"] = forms.ChoiceField(
            label="哪个系统", choices=[*named, (UNKNOWN, "不清楚")], widget=forms.RadioSelect,
            error_messages={"required": "请选择系统，或选「不清楚」"},
        )  # fmt: skip

    def clean_system(self) -> "Asset | None":
        """The system, None for one that is not known."""
        return self.systems.get(self.cleaned_data["system"])

    def clean_trouble(self) -> Trouble:
        return Trouble(self.cleaned_data["trouble"])

    def clean_phone(self) -> str:
        """A number without blanks, so that the next call from it is found."""
        text = str(self.cleaned_data["phone"]).strip()
        return phone_in(text) or text


class AnswerForm(forms.Form):
    text = long_text("补充说明", required=False)
    photos = PhotosField()


class ConfirmForm(forms.Form):
    """Nothing to fill in."""


class ReopenForm(forms.Form):
    reason = long_text("哪里还没解决", error_messages={"required": "请写明哪里还没解决"})


class ComplaintForm(forms.Form):
    text = long_text("投诉什么", error_messages={"required": "请写明要投诉什么"})


class RateForm(forms.Form):
    """A score on a scale from 0 to `of`."""

    comment = forms.CharField(label="意见（可不填）", required=False, max_length=500)

    def __init__(self, *args: Any, of: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tapped = of <= MOST_BUTTONS
        self.fields["score"] = forms.TypedChoiceField(
            label="满意度", choices=[(n, str(n)) for n in range(of + 1)], coerce=int,
            widget=forms.RadioSelect if tapped else forms.NumberInput(attrs={"min": 0, "max": of}),
            error_messages={"required": "请选择分数", "invalid_choice": f"请选择 0 到 {of} 之间的分数"},
        )  # fmt: skip
        self.of, self.tapped = of, tapped
