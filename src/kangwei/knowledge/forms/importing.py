"""Articles from a file."""

from typing import Any

from django import forms

from kangwei.base.forms import RowField


class ImportForm(forms.Form):
    """The file, whose knowledge it is where that is to be chosen, and what becomes of its lines."""

    file = forms.FileField(label="文件", max_length=200, help_text="Excel 或 CSV，不超过 10 MB、5,000 行")
    submit = forms.BooleanField(
        label="导入后直接提交审核", required=False, help_text="不勾选则都是草稿；无论哪样，审核通过前都不会发布"
    )

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(owners) > 1:
            self.fields = {"owner": RowField(label="甲方", queryset=owners), **self.fields}
