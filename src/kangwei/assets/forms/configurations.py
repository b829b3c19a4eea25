"""Saving a configuration, and what is said of a change."""

from typing import Any

from django import forms

from kangwei.assets.actions import ChangeFacts
from kangwei.assets.forms.attributes import TextField
from kangwei.assets.texts import MAX_BYTES, TextError, decoded, plain


class ConfigurationForm(forms.Form):
    """A configuration as a file in whatever encoding, or pasted; `text` of a valid form is what it holds."""

    file = forms.FileField(
        label="配置文件", required=False,
        help_text=f"文本文件，UTF-8、GB18030 或 UTF-16，不超过 {MAX_BYTES // 1024 // 1024} MB",
    )  # fmt: skip
    pasted = forms.CharField(
        label="或粘贴配置", required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "kw-code-field"}),
    )  # fmt: skip
    change = forms.CharField(label="变更单号", max_length=60, required=False, help_text="因变更而保存时填写")
    note = forms.CharField(label="说明", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """The text of the file, or what was pasted; one of them, not both."""
        data = self.cleaned_data
        file, pasted = data.get("file"), data.get("pasted") or ""
        if bool(file) == bool(pasted.strip()):
            self.add_error("file", "请上传文件或粘贴配置，二者取一")
            return data
        try:
            data["text"] = decoded(_content(file)) if file else plain(pasted)
        except TextError as error:
            self.add_error("file" if file else "pasted", str(error))
        return data


def _content(file: Any) -> bytes:
    """The content as far as it is needed to see that it is too long."""
    content: bytes = file.read(MAX_BYTES + 1)
    return content


class ChangeSheetForm(forms.Form):
    """What a 配置变更单 says beside the versions themselves."""

    change = forms.CharField(label="变更单号", max_length=60, required=False)
    applicant = forms.CharField(label="申请人", max_length=60)
    approver = forms.CharField(label="批准人", max_length=60)
    operator = forms.CharField(label="实施人", max_length=60)
    reason = TextField(label="变更原因", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    effect = TextField(label="影响范围", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    fallback = TextField(label="回退办法", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    @property
    def facts(self) -> ChangeFacts:
        """What a valid form says."""
        return ChangeFacts(**self.cleaned_data)
