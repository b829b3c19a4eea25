"""Forms about contracts and evidence."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator


class UploadField(forms.FileField):
    """A file small enough to be read into memory: of `limit` bytes, settings.UPLOAD_LIMIT where none is given."""

    def __init__(self, *args: Any, limit: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limit = limit

    def to_python(self, data: Any) -> Any:
        upload, limit = super().to_python(data), self.limit or settings.UPLOAD_LIMIT
        if upload and upload.size > limit:
            raise forms.ValidationError(f"文件「{upload.name}」超过 {limit / 1024 / 1024:g} MB 上限")
        return upload


class LoadForm(forms.Form):
    file = UploadField(label="合同文件（YAML）", max_length=200, limit=1024 * 1024)


class SupplierForm(forms.Form):
    supplier = forms.CharField(label="乙方", max_length=200)


class StartForm(forms.Form):
    first_day = forms.DateField(
        label="合同起始日", widget=forms.DateInput(attrs={"type": "date"}),
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2099, 12, 31))],
    )  # fmt: skip


class EvidenceForm(forms.Form):
    """A file as evidence; `deliverable` is asked where more than one name is possible."""

    deliverable = forms.ChoiceField(label="对应成果物", required=False)
    file = UploadField(label="文件", help_text="docx、xlsx、pptx、pdf、png、jpg、txt、csv")
    note = forms.CharField(label="说明", max_length=500, required=False)

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deliverable"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        if not names:
            del self.fields["deliverable"]


class VersionForm(forms.Form):
    file = UploadField(label="修改后的文件")
    note = forms.CharField(label="修改说明", max_length=200)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=300)
