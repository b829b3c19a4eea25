"""Forms about contracts and evidence."""

from typing import Any

from django import forms


class LoadForm(forms.Form):
    file = forms.FileField(label="合同文件（YAML）")


class SupplierForm(forms.Form):
    supplier = forms.CharField(label="乙方", max_length=200)


class StartForm(forms.Form):
    first_day = forms.DateField(label="合同起始日", widget=forms.DateInput(attrs={"type": "date"}))


class EvidenceForm(forms.Form):
    """A file as evidence; `deliverable` is asked where more than one name is possible."""

    deliverable = forms.ChoiceField(label="对应成果物", required=False)
    file = forms.FileField(label="文件", help_text="docx、xlsx、pptx、pdf、png、jpg、txt、csv")
    note = forms.CharField(label="说明", max_length=500, required=False)

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deliverable"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        if not names:
            del self.fields["deliverable"]


class VersionForm(forms.Form):
    file = forms.FileField(label="修改后的文件")
    note = forms.CharField(label="修改说明", max_length=200)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=300)
