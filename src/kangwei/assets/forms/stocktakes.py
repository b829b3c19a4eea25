"""Opening a stock-take, and what is entered while counting."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.assets import queries
from kangwei.assets.enums import SYSTEM
from kangwei.base.forms import CHOOSE
from kangwei.core.ledgers import GROUPS

if TYPE_CHECKING:
    from kangwei.accounts.models import Party


class OpenForm(forms.Form):
    """A new stock-take; of which party only where there is a choice."""

    name = forms.CharField(label="名称", max_length=120)
    owner = forms.ChoiceField(label="单位")
    kind = forms.ChoiceField(label="类别")
    place = forms.CharField(
        label="存放地点", max_length=200, required=False, help_text="只盘存放地点含有这些字的资产；留空为全部地点。"
    )

    def __init__(self, *args: Any, owners: "Sequence[Party]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners = {str(party.pk): party for party in owners}
        self.fields["kind"].choices = _kinds()  # type: ignore[attr-defined]
        if len(owners) > 1:
            choices = [CHOOSE, *((pk, party.name) for pk, party in self.owners.items())]
            self.fields["owner"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["owner"]

    @property
    def owner_party(self) -> "Party":
        """The party that a valid form names; the only one where there is no choice."""
        return self.owners[self.cleaned_data["owner"]] if "owner" in self.fields else next(iter(self.owners.values()))


def _kinds() -> list[tuple[str, Any]]:
    """The kinds by group, without systems, which nobody finds on a shelf."""
    choices: list[tuple[str, Any]] = [CHOOSE]
    for group in GROUPS:
        kinds = [(kind.id, kind.name) for kind in queries.kinds().values() if kind.group == group and kind.id != SYSTEM]
        if kinds:
            choices.append((group, kinds))
    return choices


class CodeForm(forms.Form):
    """What a person types or a scanner enters, and where the person stands."""

    code = forms.CharField(
        label="编号、序列号或标签", max_length=300, error_messages={"required": "请扫码或输入资产编号、序列号"}
    )
    place = forms.CharField(label="我现在所在的地点", max_length=200, required=False)


class CountForm(forms.Form):
    """The result for one asset: a place where it stands elsewhere, a remark."""

    place = forms.CharField(label="实际地点", max_length=200, required=False)
    note = forms.CharField(label="备注", max_length=300, required=False)


class CloseForm(forms.Form):
    apply_places = forms.BooleanField(label="把资产的存放地点改为盘到的实际地点", required=False, initial=True)
