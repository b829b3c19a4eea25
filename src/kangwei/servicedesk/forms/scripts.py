"""Forms about scripts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.base.forms import RowField
from kangwei.servicedesk.forms.words import SystemField, long_text
from kangwei.servicedesk.models import Script

if TYPE_CHECKING:
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract, Occurrence


class ScriptForm(forms.Form):
    """A question and what to answer. The contract is chosen before: its systems are offered."""

    question = forms.CharField(label="问题", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    answer = long_text("解答", rows=8, help_text="写成可以直接念给来电人的话")

    def __init__(self, *args: Any, systems: "Sequence[Asset]", script: Script | None = None, **kwargs: Any) -> None:
        kept = [script.system] if script and script.system else []
        if script:
            system = script.system.name if script.system else ""
            kwargs["initial"] = {"question": script.question, "answer": script.answer, "system": system}
        super().__init__(*args, **kwargs)
        self.fields = {"system": SystemField([*systems, *kept]), **self.fields}
        self.fields["system"].help_text = "留空为合同内各系统通用"


class ContractChoice(forms.Form):
    """For which contract a script is written."""

    def __init__(self, *args: Any, contracts: Any, contract: "Contract", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contract"] = RowField(
            label="合同", queryset=contracts, to_field_name="code", empty_label=None, initial=contract.code
        )


class FilingForm(forms.Form):
    """For which occurrence the scripts in use are filed; no field where the contract asks for it by no dates."""

    def __init__(self, *args: Any, occurrences: "Sequence[Occurrence]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_key = {str(row.pk): row for row in occurrences}
        if occurrences:
            choices = [(key, f"{row.label}（{row.get_state_display()}）") for key, row in self.by_key.items()]
            self.fields["occurrence"] = forms.ChoiceField(label="期次", choices=choices)

    @property
    def occurrence(self) -> "Occurrence | None":
        """What a valid form chose."""
        return self.by_key.get(self.cleaned_data.get("occurrence", ""))
