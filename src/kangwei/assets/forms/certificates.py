"""Renewing many assets at once."""

from django import forms

from kangwei.assets.forms.attributes import TextField


def _date(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"})
    )


class RenewForm(forms.Form):
    """The new date for all of them; who approved is asked for by the kinds that need it."""

    expires_on = _date("新的到期日")
    issued = _date("发放日期", required=False, help_text="证书类写入；留空则不改")
    approved_by = forms.CharField(label="批准人", max_length=60, required=False)
    note = TextField(label="说明", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
