"""Writing an article, and the files that lie with it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings

from kangwei.base.forms import RowField
from kangwei.documents.content import ACCEPTED
from kangwei.knowledge.forms.moments import moment_in
from kangwei.knowledge.models import LABELS, LONGEST, TEXT_FIELDS

MOST_AT_ONCE = 10
LONGEST_NAME = 200
HINTS = {
    "title": "来电人会怎么说，就怎么写：系统、现象",
    "keywords": "别的说法、错误代码，用空格隔开",
    "solution": "一步一行，写到坐席照着念就能解决",
    "source": "工单编号、文件名",
}


class ArticleForm(forms.Form):
    """The text of an article; for whom it is written where that is to be chosen."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, owners: Any = None, categories: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.categories = categories
        if owners is not None and len(owners) > 1:
            self.fields["owner"] = RowField(label="甲方", queryset=owners)
        for name in TEXT_FIELDS:
            self.fields[name] = _field(name)

    @property
    def text(self) -> dict[str, str]:
        """What a valid form says, by field."""
        return {name: self.cleaned_data[name] for name in TEXT_FIELDS}

    def clean_seen(self) -> datetime:
        """When the text was saved that the writer had before him."""
        return moment_in(self.cleaned_data["seen"])


def _field(name: str) -> forms.CharField:
    is_long = LONGEST[name] > 1000
    rows = {"symptoms": 3, "cause": 2, "solution": 8}
    widget = forms.Textarea(attrs={"rows": rows[name]}) if is_long else forms.TextInput(attrs={"autocomplete": "off"})
    if name == "category":
        widget.attrs["list"] = "article-categories"
    return forms.CharField(
        label=LABELS[name], max_length=LONGEST[name], required=name == "title", widget=widget,
        help_text=HINTS.get(name, ""),
    )  # fmt: skip


class SeveralInput(forms.FileInput):
    """A control that takes several files."""

    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Up to MOST_AT_ONCE files, each no larger than settings.UPLOAD_LIMIT; one that is refused refuses all."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The files; at least one."""
        files = data if isinstance(data, list) else [data]
        if len(files) > MOST_AT_ONCE:
            raise forms.ValidationError(f"一次最多 {MOST_AT_ONCE} 个文件，这次选了 {len(files)} 个")
        return [super(SeveralFiles, self).clean(file, initial) for file in files or [None]]

    def to_python(self, data: Any) -> Any:
        """One of the files; a refusal that names it and the limit before anything of it is read."""
        file = super().to_python(data)
        if file and file.size > settings.UPLOAD_LIMIT:
            raise forms.ValidationError(f"文件「{file.name}」超过 {_limit()} 上限")
        return file


class FilesForm(forms.Form):
    """Files for a draft."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"] = SeveralFiles(
            label="文件", max_length=LONGEST_NAME, widget=SeveralInput(attrs={"multiple": True}),
            help_text=f"可一次选多个。{ACCEPTED}，每个不超过 {_limit()}",
        )  # fmt: skip

    @property
    def brought(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of each file of a valid form, read one after another."""
        return ((file.name or "", file.read()) for file in self.cleaned_data["file"])


def _limit() -> str:
    return f"{settings.UPLOAD_LIMIT / 1024 / 1024:g} MB"
