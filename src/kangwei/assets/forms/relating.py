"""Relations between assets, and interfaces of a system."""

from typing import Any

from django import forms

from kangwei.assets.enums import RelationKind
from kangwei.assets.models import Interface
from kangwei.base.forms import UNDECIDED

FORWARD, BACKWARD = "to", "from"
OTHERS = "others"
"""The id of the datalist with the assets that fit what is typed."""


class RelationForm(forms.Form):
    """How the asset at hand hangs together with another one, in either direction."""

    relation = forms.ChoiceField(
        label="关系",
        choices=[
            ("本项在前", [(f"{FORWARD}:{kind.value}", f"本项 {kind.label} …") for kind in RelationKind]),
            ("本项在后", [(f"{BACKWARD}:{kind.value}", f"… {kind.label} 本项") for kind in RelationKind]),
        ],
    )
    other = forms.CharField(label="资产编号或名称", max_length=200)

    def __init__(self, *args: Any, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].widget.attrs |= {
            "list": OTHERS, "autocomplete": "off", "hx-get": suggest, "hx-target": f"#{OTHERS}",
            "hx-trigger": "input changed delay:250ms",
        }  # fmt: skip

    @property
    def kind(self) -> RelationKind:
        """The relation that a valid form names."""
        return RelationKind(self.cleaned_data["relation"].partition(":")[2])

    @property
    def backward(self) -> bool:
        """Whether the other asset stands first."""
        return bool(self.cleaned_data["relation"].startswith(BACKWARD))


class InterfaceForm(forms.Form):
    party = forms.CharField(label="对方", max_length=200)
    content = forms.CharField(label="内容", max_length=300, required=False)
    direction = forms.ChoiceField(label="方向", required=False)
    protocol = forms.CharField(label="方式", max_length=60, required=False)
    schedule = forms.CharField(label="频次", max_length=100, required=False)

    def __init__(self, *args: Any, interface: Interface | None = None, **kwargs: Any) -> None:
        if interface:
            kwargs["initial"] = {name: getattr(interface, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        directions = Interface._meta.get_field("direction").choices or ()
        self.fields["direction"].choices = [UNDECIDED, *directions]  # type: ignore[attr-defined]
