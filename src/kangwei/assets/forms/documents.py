"""The signed or edited file of a document made of the register."""

from django import forms


class SignedVersionForm(forms.Form):
    file = forms.FileField(label="文件", help_text="签字后的扫描件，或改过的 Word 文件；以前的版本仍在")
    note = forms.CharField(label="说明", max_length=200, required=False)
