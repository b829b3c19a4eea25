"""Forms about parties, people and roles."""

from typing import Any

from django import forms

from kangwei.accounts.enums import MailNotices, PartyKind, Place, Role
from kangwei.accounts.queries import may_hold_keys, parties
from kangwei.base.forms import UNDECIDED, RowField


class PartyForm(forms.Form):
    name = forms.CharField(label="名称", max_length=200)
    kind = forms.ChoiceField(label="类别", choices=PartyKind.choices)


class InstitutionForm(forms.Form):
    name = forms.CharField(label="名称", max_length=200)
    region = forms.CharField(label="区", max_length=60, required=False)
    place = forms.ChoiceField(label="地域类别", choices=[UNDECIDED, *Place.choices], required=False)


class PersonForm(forms.Form):
    username = forms.RegexField(
        r"^[a-z0-9][a-z0-9._-]*$", label="登录名", max_length=50,
        error_messages={"invalid": "登录名只能用小写字母、数字和 . _ -"},
    )  # fmt: skip
    name = forms.CharField(label="姓名", max_length=60)
    party = RowField(label="单位", queryset=parties())
    phone = forms.CharField(label="电话", max_length=40, required=False)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="角色", choices=Role.choices)


class ApiKeyForm(forms.Form):
    """For whom a key speaks; `person` preselects somebody."""

    name = forms.CharField(label="用途", max_length=100, help_text="哪个系统用它调用，如「监控平台」")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = RowField(label="以谁的名义", queryset=may_hold_keys())
        field.label_from_instance = lambda person: f"{person.name}（{person.username}）　{person.party.name}"
        self.fields = {"person": field, **self.fields}


class AddressForm(forms.Form):
    mail = forms.CharField(
        label="邮箱", max_length=254, required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class OwnMailForm(AddressForm):
    """Where notices go by mail, and which."""

    wanted = forms.ChoiceField(
        label="哪些通知寄到邮箱", choices=MailNotices.choices, required=False, widget=forms.RadioSelect
    )


class PasswordForm(forms.Form):
    current = forms.CharField(label="现口令", widget=forms.PasswordInput, strip=False)
    password = forms.CharField(label="新口令", widget=forms.PasswordInput, strip=False)
    again = forms.CharField(label="再输一次", widget=forms.PasswordInput, strip=False)

    def clean(self) -> None:
        data = super().clean() or self.cleaned_data
        if data.get("password") != data.get("again"):
            self.add_error("again", "两次输入的新口令不一致")
