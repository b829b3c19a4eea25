"""Forms about call-backs."""

from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.base.forms import RowField
from kangwei.servicedesk.enums import CallOutcome
from kangwei.servicedesk.forms.words import DayField, TextField

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

MOST_SEEDS = 2**31 - 1


class DrawForm(forms.Form):
    """Which tickets are drawn from, and how many of them."""

    first = DayField(label="办结自")
    last = DayField(label="至")
    count = forms.IntegerField(label="张数", required=False, min_value=1, max_value=10_000)
    share = forms.IntegerField(label="或比例（%）", required=False, min_value=1, max_value=100)
    seed = forms.IntegerField(
        label="随机种子", required=False, min_value=0, max_value=MOST_SEEDS,
        help_text="留空自动取一个；按同一种子可重新抽出同样的工单，记入审计",
    )  # fmt: skip

    def __init__(self, *args: Any, contracts: Any, contract: "Contract | None", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = RowField(label="合同", queryset=contracts, empty_label=None, initial=contract.pk if contract else None)
        self.fields = {"contract": chosen, **self.fields}


def _yes_or_no(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


class CallForm(forms.Form):
    """What came of a call. The score is on the scale of the contract; there is none where the ticket has a rating."""

    outcome = forms.TypedChoiceField(
        label="结果", choices=CallOutcome.choices, coerce=CallOutcome, widget=forms.RadioSelect
    )
    solved = forms.TypedChoiceField(
        label="问题已解决", choices=[("yes", "是"), ("no", "否")], coerce=_yes_or_no, empty_value=None, required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    text = TextField(label="说明", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, of: int, rated: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not rated:
            score = forms.IntegerField(
                label=f"满意度（0 到 {of} 分）", required=False, min_value=0, max_value=of,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip
            self.fields = {name: self.fields[name] for name in ("outcome", "solved")} | {
                "score": score, "text": self.fields["text"],
            }  # fmt: skip
