"""Registering and editing one asset, and naming who maintains it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.accounts.enums import PartyKind
from kangwei.accounts.queries import party_named
from kangwei.assets import queries
from kangwei.assets.enums import AssetState
from kangwei.assets.forms.attributes import AttributeForm
from kangwei.assets.models import Asset
from kangwei.base.forms import CHOOSE
from kangwei.core.ledgers import Kind

if TYPE_CHECKING:
    from kangwei.accounts.models import Party

# No attribute has a hyphen in its id.
OWNER, MAINTAINER = "owner-party", "maintainer-party"
MAINTAINERS = "maintainers"
"""The id of the datalist with the suppliers that a form offers."""
BY_HAND = (AssetState.IN_USE, AssetState.SPARE)
"""The states that a person may simply enter; the others come with a record of repair, lending or scrapping."""


class SupplierField(forms.CharField):
    """A supplier by name: typed, because who else there is on the platform is not everybody's business."""

    def __init__(self) -> None:
        widget = forms.TextInput(attrs={"list": MAINTAINERS, "autocomplete": "off"})
        super().__init__(label="运维单位", required=False, max_length=200, widget=widget)

    def clean(self, value: Any) -> "Party | None":
        """The party of that name, None for none."""
        name = super().clean(value)
        found = party_named(name) if name else None
        if name and (found is None or found.kind != PartyKind.SUPPLIER):
            raise forms.ValidationError(f"没有名为「{name}」的乙方单位")
        return found


class AssetForm(AttributeForm):
    """Every field of a kind. `systems` are the names that 所属系统 may take, `state` the state there now."""

    def __init__(self, *args: Any, kind: Kind, systems: Sequence[str], state: str = "", **kwargs: Any) -> None:
        super().__init__(*args, attributes=kind.fields, **kwargs)
        self.systems = systems
        kept = [AssetState(state)] if state and state not in BY_HAND else []
        choices = [(one.value, one.label) for one in (*kept, *BY_HAND)]
        label = kind.field("state").label
        self.take("state", forms.ChoiceField(label=label, choices=choices, initial=BY_HAND[0].value))

    def clean(self) -> dict[str, Any]:
        """A system must be one of those that the person sees; one that is not touched stays."""
        data = super().clean()
        system = data.get("system")
        if system and "system" in self.touched and system not in self.systems:
            self.add_error("system", f"没有名为「{system}」的系统，请先登记")
        return data


class RegisterForm(AssetForm):
    """A new asset: its owner where there is a choice, who maintains it where `names_maintainer`."""

    def __init__(self, *args: Any, owners: "Sequence[Party]", names_maintainer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners = {str(party.pk): party for party in owners}
        self.fields["number"].help_text = "留空则自动编号"
        if len(owners) > 1:
            choices = [CHOOSE, *((pk, party.name) for pk, party in self.owners.items())]
            self.fields[OWNER] = forms.ChoiceField(label="单位", choices=choices)
        if names_maintainer:
            self.fields[MAINTAINER] = SupplierField()

    @property
    def touched(self) -> list[str]:
        """Every field that is filled in, by a person or by the address that led to the form."""
        return [name for name in self.attributes if self.cleaned_data.get(name) not in (None, "")]

    def owner_field(self) -> forms.BoundField | None:
        """The choice of an owner, where there is one."""
        return self[OWNER] if OWNER in self.fields else None

    def maintainer_field(self) -> forms.BoundField | None:
        """The field of the maintainer, where the person may name one."""
        return self[MAINTAINER] if MAINTAINER in self.fields else None

    @property
    def owner(self) -> "Party":
        """The owner that a valid form names; the only one where there is no choice."""
        return self.owners[self.cleaned_data[OWNER]] if OWNER in self.fields else next(iter(self.owners.values()))

    @property
    def maintainer(self) -> "Party | None":
        """The maintainer that a valid form names."""
        return self.cleaned_data.get(MAINTAINER)


class EditForm(AssetForm):
    """The fields of an asset. Its number cannot be left out, nor its state changed during a repair or once scrapped."""

    def __init__(self, *args: Any, asset: Asset, in_repair: bool, **kwargs: Any) -> None:
        super().__init__(*args, state=asset.state, known=queries.values_of(asset), **kwargs)
        self.fields["number"].required = True
        if in_repair:
            self.fields["state"].disabled = True
            self.fields["state"].help_text = "送修中，办理修复返回后才能改变"
        elif asset.state == AssetState.SCRAPPED:
            self.fields["state"].disabled = True
            self.fields["state"].help_text = "已报废，不能再改为其他状态"


class MaintainerForm(forms.Form):
    """Who maintains one asset."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["maintainer"] = SupplierField()
