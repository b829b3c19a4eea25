"""Asking callers after their ticket is closed: drawing whom to ask, and taking down what they said."""

from datetime import date, datetime
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.contracts.queries import all_contracts
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.actions.ratings import rate
from kangwei.servicedesk.actions.tickets import locked
from kangwei.servicedesk.enums import CallOutcome, RatedBy
from kangwei.servicedesk.models import CallBack
from kangwei.servicedesk.queries.calling import FINAL, callable_tickets, drawn_from

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract


@transaction.atomic
def draw_sample(
    *, contract: "Contract", first: date, last: date, seed: int, actor: Actor, now: datetime,
    count: int | None = None, share: int | None = None,
) -> list[CallBack]:  # fmt: skip
    """Draw tickets closed on the days first to last to be called back: so many, or so many per cent, rounded up.

    Only tickets with a number to call that were not drawn before; all of them where there are not more. The seed, how
    many there were and which were drawn stand in the audit trail: `calling.drawn_from` draws the same again.
    ActionError where nothing can be drawn, or not exactly one of count and share is given.
    """
    if (count is None) == (share is None):
        raise ActionError("请填写张数或比例中的一项", field="count")
    if count is not None and count < 1:
        raise ActionError("张数至少为 1", field="count")
    if share is not None and not 1 <= share <= 100:
        raise ActionError("比例应在 1 到 100 之间", field="share")
    if last < first:
        raise ActionError("截止日早于起始日", field="last")
    # Of two who draw at once the second finds what the first has left.
    all_contracts().select_for_update(of=("self",), no_key=True).get(pk=contract.pk)
    closed = callable_tickets(contract, first, last)
    found = dict(closed.exclude(phone="").values_list("number", "pk"))
    silent = closed.filter(phone="").count()
    if not found:
        more = f"；另有 {silent} 张没有电话" if silent else ""
        raise ActionError(f"这些天没有可回访的已办结工单{more}")
    wanted = count if count is not None else ceil(Fraction(len(found) * (share or 0), 100))
    drawn = drawn_from(found, wanted, seed)
    rows = CallBack.objects.bulk_create(
        CallBack(ticket_id=found[number], drawn_at=now, drawn_by=actor.audit_name) for number in drawn
    )
    audit.append(
        actor=actor, action="servicedesk.draw_sample", subject=("contract", contract.code),
        data={"seed": seed, "first": first, "last": last, "count": count, "share": share, "tickets": len(found),
              "without_phone": silent, "drawn": drawn}, now=now,
    )  # fmt: skip
    return rows


@transaction.atomic
def record_call(
    *, call_back: CallBack, outcome: CallOutcome, actor: Actor, now: datetime, solved: bool | None = None,
    score: int | None = None, text: str = "",
) -> CallBack:  # fmt: skip
    """Take down a call; who was not reached is called again. A score is the ticket's rating.

    ActionError where the calls are over, for answers of somebody who gave none, for a call without the answer whether
    the trouble is gone, and as `rate` has them: nothing of the call is kept then.
    """
    ticket = locked(call_back.ticket)
    row = CallBack.objects.select_for_update().get(pk=call_back.pk)
    if row.outcome in FINAL:
        raise ActionError(f"{row.get_outcome_display()}（{row.called_by}），不能再登记")
    if outcome == CallOutcome.REACHED:
        if solved is None:
            raise ActionError("请登记问题是否已解决", field="solved")
    elif solved is not None or score is not None:
        raise ActionError(f"{outcome.label}时没有回答可登记", field="outcome")
    row.outcome, row.solved, row.note = outcome, solved, text.strip()
    row.called_at, row.called_by = now, actor.audit_name
    row.save()
    answer = "" if solved is None else ("问题已解决" if solved else "问题未解决")
    said = "，".join(part for part in (outcome.label, answer, text.strip()) if part)
    note(ticket, "call_back", "回访", actor, now, text=said)
    audit.append(
        actor=actor, action="servicedesk.record_call", subject=("ticket", ticket.number),
        data={"outcome": outcome, "solved": solved, "score": score, "text": text.strip()}, now=now,
    )  # fmt: skip
    if score is not None:
        rate(
            ticket=ticket, score=score, rated_by=RatedBy.CALL_BACK, actor=actor, now=now, name=ticket.caller,
            comment=text.strip(),
        )  # fmt: skip
    return row
