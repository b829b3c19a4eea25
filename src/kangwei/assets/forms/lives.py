"""Small forms about an asset's life."""

from typing import Any

from django import forms

from kangwei.assets.enums import AssetState
from kangwei.assets.forms.attributes import AttributeForm, TextField
from kangwei.core.calendars import Duration
from kangwei.core.ledgers import Kind, Operation

UNITS = [("wd", "个工作日"), ("d", "天"), ("h", "小时")]


def _long(label: str, *, required: bool = True) -> TextField:
    return TextField(label=label, required=required, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class RepairForm(forms.Form):
    """Sending to repair; the limit is that of the kind unless another is entered."""

    fault = _long("故障")
    vendor = forms.CharField(label="维修单位", max_length=200, required=False)
    limit_amount = forms.IntegerField(
        label="时限", min_value=1, max_value=999, required=False, help_text="留空则不计时限"
    )
    limit_unit = forms.ChoiceField(label="计时单位", choices=UNITS)

    def __init__(self, *args: Any, limit: Duration | None, **kwargs: Any) -> None:
        if limit and limit.unit in dict(UNITS):
            kwargs["initial"] = {"limit_amount": limit.amount, "limit_unit": limit.unit}
        super().__init__(*args, **kwargs)

    @property
    def limit(self) -> Duration | None:
        """The limit of a valid form; None for none."""
        amount = self.cleaned_data["limit_amount"]
        return Duration(amount, self.cleaned_data["limit_unit"]) if amount else None


class ReturnForm(forms.Form):
    result = _long("修复结果")
    state = forms.ChoiceField(
        label="返回后", widget=forms.RadioSelect, initial=AssetState.IN_USE,
        choices=[(one.value, one.label) for one in (AssetState.IN_USE, AssetState.SPARE)],
    )  # fmt: skip


class MoveForm(forms.Form):
    place = forms.CharField(label="存放地点", max_length=200, required=False)
    custodian = forms.CharField(label="保管人", max_length=60, required=False)
    note = _long("说明", required=False)


class LendForm(forms.Form):
    borrower = forms.CharField(label="借用人", max_length=60, help_text="借出期间为保管人")
    note = _long("用途与归还约定", required=False)


class TakeBackForm(forms.Form):
    custodian = forms.CharField(label="归还后的保管人", max_length=60)
    note = _long("说明", required=False)


class ScrapForm(forms.Form):
    reason = _long("报废原因")
    approved_by = forms.CharField(label="批准人", max_length=60)


class OperationForm(AttributeForm):
    """An operation of a kind: the fields that it sets, who approved it, a note."""

    def __init__(self, *args: Any, kind: Kind, operation: Operation, **kwargs: Any) -> None:
        super().__init__(*args, attributes=[kind.field(name) for name in operation.sets], **kwargs)
        # The hyphen keeps them apart from attributes.
        self.fields["approved-by"] = forms.CharField(label="批准人", max_length=60, required=operation.approval)
        self.fields["operation-note"] = _long("说明", required=False)
