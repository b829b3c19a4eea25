"""Naming a thing that a ticket is about."""

from typing import Any

from django import forms

OPTIONS = "asset-options"
"""The id of the datalist with the things that fit what is typed."""


class AssetForm(forms.Form):
    asset = forms.CharField(
        label="资产", max_length=200,
        help_text="输入编号、名称或序列号的一部分后从列表中选；也可用扫码枪扫资产标签上的编号",
    )  # fmt: skip

    def __init__(self, *args: Any, options: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asset"].widget.attrs |= {
            "list": OPTIONS, "autocomplete": "off", "hx-get": options, "hx-target": f"#{OPTIONS}",
            "hx-trigger": "input changed delay:250ms",
        }  # fmt: skip
