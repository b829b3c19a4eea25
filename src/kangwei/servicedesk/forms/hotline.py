"""Forms for orders of the 12345 line: taking one in, the line's verdicts, the weights of the rates."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms

from kangwei.core.calendars import SHANGHAI
from kangwei.servicedesk.actions.hotline import VERDICTS
from kangwei.servicedesk.enums import Channel, Demand, TicketKind
from kangwei.servicedesk.forms.desk import CallForm, InstitutionField
from kangwei.servicedesk.forms.words import MOMENT, MomentField, TextField, long_text
from kangwei.servicedesk.intake.order_text import OrderText
from kangwei.servicedesk.models import HotlineOrder, HotlineWeights, Ticket
from kangwei.servicedesk.queries import institutions_named

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

LONGEST_ORDER = 20_000
YES, NO, NONE = "yes", "no", ""
VERDICT_CHOICES = [(YES, "是"), (NO, "否"), (NONE, "未考评或不计入")]


class HotlineForm(CallForm):
    """An order of the line. `paste` is its text as it came; it fills the other fields and is not stored itself."""

    paste = TextField(
        label="派单原文", required=False, max_length=LONGEST_ORDER,
        widget=forms.Textarea(
            attrs={"rows": 4, "autofocus": True, "placeholder": "粘贴 12345 派来的工单文字，自动填入下面各项"}
        ),
    )  # fmt: skip
    order_number = forms.CharField(
        label="12345 单号", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    demand = forms.ChoiceField(label="诉求类别", choices=Demand.choices, initial=Demand.HELP)
    received_at = MomentField(label="派单时间")
    caller = forms.CharField(label="诉求人", required=False, max_length=60)
    phone = forms.CharField(
        label="电话", required=False, max_length=40, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    address = forms.CharField(label="地址", required=False, max_length=200)
    institution = InstitutionField()
    title = forms.CharField(label="标题", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    text = long_text("诉求内容", rows=5, required=False)

    @property
    def values(self) -> dict[str, Any]:
        """What a valid form says of the order, as open_order takes it."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "paste"}
        return values | {"demand": Demand(values["demand"])}

    def sketch(self, contract: "Contract", now: datetime) -> Ticket:
        """The ticket that would be opened by what is filled in and right so far; not stored."""
        self.is_valid()
        of_ticket = ("title", "caller", "phone", "institution", "system", "severity", "place", "caller_kind")
        known = {name: value for name, value in self.cleaned_data.items() if name in of_ticket}
        occurred_at = min(self.cleaned_data.get("received_at") or now, now)
        return Ticket(
            **known, contract=contract, kind=TicketKind.COMPLAINT, channel=Channel.HOTLINE, opened_at=now,
            occurred_at=occurred_at,
        )  # fmt: skip


def filled_from(order: OrderText) -> dict[str, str]:
    """The fields of the form that an order fills. What was not recognised goes behind its text: nothing is lost."""
    filled = {name: getattr(order, name) for name in ("order_number", "caller", "phone", "address", "title")}
    rest = [order.rest]
    if order.institution:
        known = [found.name for found in institutions_named(order.institution)]
        if order.institution in known or len(known) == 1:
            filled["institution"] = order.institution if order.institution in known else known[0]
        else:
            rest.append(f"涉及单位：{order.institution}")
    if order.received_at:
        filled["received_at"] = order.received_at.astimezone(SHANGHAI).strftime(MOMENT)
    if order.demand:
        filled["demand"] = order.demand.value
    filled["text"] = "\n".join(part for part in (order.text, *rest) if part)
    return {name: text for name, text in filled.items() if text}


def _said(text: str) -> bool | None:
    return {YES: True, NO: False}.get(text)


class VerdictForm(forms.Form):
    """What the line's own call-back found, as it stands."""

    def __init__(self, *args: Any, order: HotlineOrder, **kwargs: Any) -> None:
        now = {name: getattr(order, name) for name in VERDICTS}
        kwargs["initial"] = {name: NONE if value is None else YES if value else NO for name, value in now.items()}
        super().__init__(*args, **kwargs)
        for name, label in VERDICTS.items():
            self.fields[name] = forms.TypedChoiceField(
                label=label, choices=VERDICT_CHOICES, coerce=_said, empty_value=None, required=False,
                widget=forms.RadioSelect,
            )  # fmt: skip
        self.fields["reason"] = forms.CharField(
            label="理由", required=False, max_length=300, help_text="改动已登记的考评时须填写"
        )


class WeightsForm(forms.Form):
    """How much each rate counts, as it stands."""

    responded = forms.IntegerField(label="响应率（%）", min_value=0, max_value=100)
    solved = forms.IntegerField(label="解决率（%）", min_value=0, max_value=100)
    satisfied = forms.IntegerField(label="满意率（%）", min_value=0, max_value=100)
    basis = forms.CharField(label="依据", max_length=200, help_text="写明出自哪份合同条款或考评办法")

    def __init__(self, *args: Any, weights: HotlineWeights | None, **kwargs: Any) -> None:
        names = (*VERDICTS, "basis")
        kwargs["initial"] = {name: getattr(weights, name) for name in names} if weights else {}
        super().__init__(*args, **kwargs)
