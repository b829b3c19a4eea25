"""The admission form, and the review of accounts."""

from django import forms

from kangwei.assets.actions import Application
from kangwei.assets.forms.attributes import TextField


class ApplicationForm(forms.Form):
    """Who applies for the admission of terminals, and why."""

    applicant = forms.CharField(label="申请人", max_length=60)
    department = forms.CharField(label="申请部门", max_length=200, required=False)
    phone = forms.CharField(label="联系电话", max_length=40, required=False)
    valid_until = forms.DateField(
        label="有效期至", required=False, help_text="留空为长期", widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = TextField(label="准入事由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    @property
    def application(self) -> Application:
        """What a valid form says."""
        return Application(**self.cleaned_data)


class ReviewForm(forms.Form):
    """Accounts that were looked at and stay."""

    approved_by = forms.CharField(label="复核人", max_length=60, help_text="记入每个账号的经过")
    note = TextField(label="说明", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
