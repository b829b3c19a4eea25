"""Files that come with a form."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

ACCEPTED = "docx、xlsx、pptx、pdf、png、jpg、txt、csv"
MOST_AT_ONCE = 10
"""Of the largest size this is half of what one request may hold."""
LONGEST_NAME = 200


def limit_text() -> str:
    """The largest size of one file, in words."""
    return f"{settings.UPLOAD_LIMIT / 1024 / 1024:g} MB"


class OneFile(forms.FileField):
    """A file no larger than settings.UPLOAD_LIMIT."""

    def __init__(self, *, label: str, required: bool = True) -> None:
        super().__init__(
            label=label, required=required, max_length=LONGEST_NAME, help_text=f"{ACCEPTED}，不超过 {limit_text()}"
        )

    def to_python(self, data: Any) -> Any:
        """The file; a refusal that names it and the limit before anything of it is read."""
        return small(super().to_python(data))


class SeveralFiles(forms.FileField):
    """Up to MOST_AT_ONCE files, each no larger than settings.UPLOAD_LIMIT; one that is refused refuses all."""

    def __init__(self, *, label: str, required: bool = True) -> None:
        widget = _SeveralInput(attrs={"multiple": True})
        super().__init__(
            label=label,
            required=required,
            max_length=LONGEST_NAME,
            widget=widget,
            help_text=f"可一次选多个。{ACCEPTED}，每个不超过 {limit_text()}",
        )

    def clean(self, data: Any, _initial: Any = None) -> Any:
        """The files; at least one where they are required. What an address fills in is no file."""
        files = data if isinstance(data, list) else [data]
        if len(files) > MOST_AT_ONCE:
            raise forms.ValidationError(f"一次最多 {MOST_AT_ONCE} 个文件，这次选了 {len(files)} 个")
        found = [super(SeveralFiles, self).clean(file) for file in files or [None]]
        return [file for file in found if file]

    def to_python(self, data: Any) -> Any:
        """One of the files."""
        return small(super().to_python(data))


class _SeveralInput(forms.FileInput):
    allow_multiple_selected = True


class FilesForm(forms.Form):
    """Files for a ticket, and whether the caller may open them."""

    public = forms.BooleanField(label="报告人可见", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"file": SeveralFiles(label="文件"), **self.fields}

    @property
    def brought(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of each file of a valid form, read one after another: together they may be large."""
        return (named(file) for file in self.cleaned_data["file"])


def named(file: "UploadedFile[Any]") -> tuple[str, bytes]:
    """Name and content of a file."""
    return file.name or "", file.read()


def small(file: Any) -> Any:
    """The file; a refusal that names it and the limit before anything of it is read."""
    if file and file.size > settings.UPLOAD_LIMIT:
        raise forms.ValidationError(f"文件「{file.name}」超过 {limit_text()} 上限")
    return file
