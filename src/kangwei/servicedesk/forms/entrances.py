"""The form by which entrances are opened."""

from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.accounts.queries import institutions
from kangwei.base.forms import RowField
from kangwei.servicedesk.forms.desk import InstitutionField
from kangwei.servicedesk.queries.entering import regions

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from kangwei.accounts.models import Institution

ALL, REGION, ONE = "all", "region", "one"


class EntrancesForm(forms.Form):
    """For which contract, and which institutions."""

    def __init__(self, *args: Any, contracts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contract"] = RowField(
            label="合同", queryset=contracts, empty_label=None,
            help_text="报修时系统选「不清楚」的，进入这份合同；选了系统的，进入维护该系统的合同",
        )  # fmt: skip
        self.fields["which"] = forms.ChoiceField(
            label="哪些机构", choices=[(ALL, "全部机构"), (REGION, "按区选"), (ONE, "一个机构")], initial=ALL,
            widget=forms.RadioSelect,
        )  # fmt: skip
        self.fields["regions"] = forms.MultipleChoiceField(
            label="区", required=False, widget=forms.CheckboxSelectMultiple,
            choices=[(pk, f"{name}（{count}）") for pk, name, count in regions()],
        )  # fmt: skip
        self.fields["institution"] = InstitutionField()

    def clean(self) -> dict[str, Any]:
        """What the choice of institutions needs must be filled in."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("which") == REGION and not data.get("regions") and "regions" not in self.errors:
            self.add_error("regions", "请至少选一个区")
        if data.get("which") == ONE and not data.get("institution") and "institution" not in self.errors:
            self.add_error("institution", "请填写机构")
        return data

    @property
    def institutions(self) -> "QuerySet[Institution]":
        """The institutions that a valid form chooses."""
        data, found = self.cleaned_data, institutions()
        if data["which"] == REGION:
            return found.filter(region__in=data["regions"])
        return found.filter(pk=data["institution"].pk) if data["which"] == ONE else found
