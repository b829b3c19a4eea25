"""The form that takes a package to be checked."""

from typing import Any

from django import forms
from django.conf import settings

# A package holds many files of the size that one upload may have.
FILES_IN_LIMIT = 20


def verify_limit() -> int:
    """Bytes of the largest package that the page takes; larger ones are checked by the command line."""
    return int(settings.UPLOAD_LIMIT) * FILES_IN_LIMIT


class VerifyForm(forms.Form):
    file = forms.FileField(label="验收包（ZIP）")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through to Form
        self.fields["file"].help_text = f"最大 {_megabytes()} MB；更大的包请用命令 kangwei verify 核验。文件不会留存。"

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > verify_limit():
            raise forms.ValidationError(f"文件超过 {_megabytes()} MB，请用命令 kangwei verify 核验")
        return upload


def _megabytes() -> int:
    return verify_limit() // 1024 // 1024
