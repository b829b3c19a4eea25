"""Orders of the 12345 line: entering them, what the line's own call-back says, how much each rate counts."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.contracts.queries import all_contracts
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.actions.tickets import locked, open_ticket
from kangwei.servicedesk.enums import Channel, Demand, TicketKind
from kangwei.servicedesk.intake.order_text import plain_number
from kangwei.servicedesk.models import HotlineOrder, HotlineWeights, Ticket
from kangwei.servicedesk.queries import speaks_for_owner

if TYPE_CHECKING:
    from kangwei.accounts.models import Institution
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract

VERDICTS = {"responded": "已响应", "solved": "已解决", "satisfied": "满意"}
ANSWERS = {True: "是", False: "否", None: "未考评或不计入"}
WEIGHED = 100


@transaction.atomic
def open_order(
    *, order_number: str, demand: Demand, contract: "Contract", title: str, actor: Actor, now: datetime,
    received_at: datetime | None = None, caller: str = "", phone: str = "", address: str = "", text: str = "",
    system: "Asset | None" = None, institution: "Institution | None" = None, severity: str = "", place: str = "",
    caller_kind: str = "",
) -> Ticket:  # fmt: skip
    """Enter an order of the line as a complaint; `received_at` is when the line sent it, and when the ticket occurred.

    ActionError for a number that is entered already, and as `open_ticket` has them.
    """
    number = plain_number(order_number)
    if not number:
        raise ActionError("请填写 12345 单号", field="order_number")
    if received_at and received_at > now:
        raise ActionError("派单时间晚于现在", field="received_at")
    _refuse_known(number, contract)
    said = [text.strip(), f"地址：{address.strip()}" if address.strip() else "", f"12345 单号：{number}"]
    ticket = open_ticket(
        contract=contract, kind=TicketKind.COMPLAINT, title=title, channel=Channel.HOTLINE, actor=actor, now=now,
        description="\n".join(line for line in said if line), system=system, institution=institution, caller=caller,
        phone=phone, caller_kind=caller_kind, place=place, severity=severity, occurred_at=received_at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            HotlineOrder.objects.create(ticket=ticket, order_number=number, demand=demand)
    except IntegrityError:
        # Somebody entered it between the question above and now.
        _refuse_known(number, contract)
        raise
    audit.append(
        actor=actor, action="servicedesk.open_order", subject=("ticket", ticket.number),
        data={"order_number": number, "demand": demand, "received_at": ticket.occurred_at}, now=now,
    )  # fmt: skip
    return ticket


def _refuse_known(number: str, contract: "Contract") -> None:
    """Name the ticket that has the number, unless it is another supplier's business."""
    known = HotlineOrder.objects.select_related("ticket__contract").filter(order_number=number).first()
    if known is None:
        return
    ours = known.ticket.contract_id == contract.pk or (
        contract.supplier_id is not None and known.ticket.contract.supplier_id == contract.supplier_id
    )
    where = f"工单 {known.ticket.number}" if ours else "别的合同"
    raise ActionError(f"单号 {number} 已登记在{where}，没有重复登记", field="order_number")


@transaction.atomic
def set_verdict(
    *, order: HotlineOrder, responded: bool | None, solved: bool | None, satisfied: bool | None, actor: Actor,
    now: datetime, reason: str = "",
) -> HotlineOrder:  # fmt: skip
    """Take down what the line's own call-back found; None is what it did not ask or does not count.

    Only who manages tickets for the buyer or the platform may do it: the verdict is the city's on the supplier's work,
    and the supplier is paid by it. The same again changes nothing. ActionError for anybody else, and where an answer
    that stands is changed without a reason.
    """
    ticket = locked(order.ticket)
    if not speaks_for_owner(actor, ticket.contract):
        raise ActionError("12345 考评由甲方或平台的负责人登记")
    order = HotlineOrder.objects.select_for_update().get(pk=order.pk)
    before = {name: getattr(order, name) for name in VERDICTS}
    after = {"responded": responded, "solved": solved, "satisfied": satisfied}
    if before == after:
        return order
    if not reason.strip() and any(before[name] not in (None, after[name]) for name in VERDICTS):
        raise ActionError("改动已登记的考评，请写明理由", field="reason")
    order.responded, order.solved, order.satisfied, order.assessed_at = responded, solved, satisfied, now
    order.save()
    changes = [
        f"{label}：{ANSWERS[before[name]]} → {ANSWERS[after[name]]}"
        for name, label in VERDICTS.items() if before[name] != after[name]
    ]  # fmt: skip
    note(ticket, "verdict", "12345 考评", actor, now, text="\n".join([*changes, reason.strip()]).strip())
    audit.append(
        actor=actor, action="servicedesk.set_verdict", subject=("ticket", ticket.number),
        data={"before": before, "after": after, "reason": reason.strip()}, now=now,
    )  # fmt: skip
    return order


@transaction.atomic
def set_weights(
    *, contract: "Contract", responded: int, solved: int, satisfied: int, basis: str, actor: Actor, now: datetime
) -> HotlineWeights:
    """Say how much each rate counts in the contract's composite score, and by what agreement.

    ActionError for weights that are not 100 per cent together, or without a basis.
    """
    weights = {"responded": responded, "solved": solved, "satisfied": satisfied}
    for name, weight in weights.items():
        if not 0 <= weight <= WEIGHED:
            raise ActionError("权重应在 0 到 100 之间", field=name)
    if sum(weights.values()) != WEIGHED:
        raise ActionError(f"三项权重合计应为 100，现为 {sum(weights.values())}", field="satisfied")
    if not basis.strip():
        raise ActionError("请写明权重的依据，如合同条款或考评办法", field="basis")
    all_contracts().select_for_update(of=("self",), no_key=True).get(pk=contract.pk)
    standing = HotlineWeights.objects.filter(contract=contract).first()
    before = {name: getattr(standing, name) for name in (*weights, "basis")} if standing else {}
    if before == weights | {"basis": basis.strip()} and standing:
        return standing
    saved, _ = HotlineWeights.objects.update_or_create(contract=contract, defaults=weights | {"basis": basis.strip()})
    audit.append(
        actor=actor, action="servicedesk.set_weights", subject=("contract", contract.code),
        data={"before": before, "after": weights | {"basis": basis.strip()}}, now=now,
    )  # fmt: skip
    return saved
