"""Forms that take what was sent by mail or chat."""

from typing import Any

from django import forms

from kangwei.core.intake import MAIL_LIMIT
from kangwei.servicedesk.forms.words import TextField

LONGEST_RECORD = 100_000


class ChatForm(forms.Form):
    text = TextField(
        label="聊天记录", max_length=LONGEST_RECORD, strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "placeholder": "张三 2026/11/20 9:05:12\n门诊系统打不开了"}),
        help_text="在微信或 QQ 中多选消息、复制，粘贴到这里",
    )  # fmt: skip


class MailForm(forms.Form):
    file = forms.FileField(
        label="邮件文件", help_text=f"在邮箱中把邮件另存或下载为 .eml，最大 {MAIL_LIMIT // 1024 // 1024} MB",
        widget=forms.FileInput(attrs={"accept": ".eml,message/rfc822"}),
    )  # fmt: skip

    def clean_file(self) -> Any:
        """The mail; one that is too large is refused before anything of it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAIL_LIMIT:
            raise forms.ValidationError(f"邮件超过 {MAIL_LIMIT // 1024 // 1024} MB")
        return file
