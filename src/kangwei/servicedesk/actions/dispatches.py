"""A visit to a place for a ticket: the order, and what the engineer does with it in the field."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.accounts.queries import person_behind
from kangwei.base import audit, numbers
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import SHANGHAI
from kangwei.documents import queries as documents
from kangwei.servicedesk.actions.files import attach
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.actions.tickets import assign, change_facts, locked, take_step
from kangwei.servicedesk.enums import DispatchState, FileRole, Method, TicketKind, TicketState
from kangwei.servicedesk.lifecycles import step_of, steps_from
from kangwei.servicedesk.models import Attachment, Dispatch, DispatchPart, Signature, Ticket
from kangwei.servicedesk.queries import staff_of
from kangwei.servicedesk.queries.dispatching import UNDER_WAY, Part, Position, dispatchable
from kangwei.servicedesk.signals import dispatch_issued

if TYPE_CHECKING:
    from kangwei.accounts.models import Person

S = DispatchState
MOST_PARTS = 50
MOST_OF_A_PART = 9_999


@transaction.atomic
def issue_dispatch(
    *, ticket: Ticket, engineer: "Person", task: str, address: str, actor: Actor, now: datetime,
    planned_at: datetime | None = None,
) -> Dispatch:  # fmt: skip
    """Send somebody to a place: the ticket is dealt with on site from now on, so that its arrival clock runs.

    The ticket becomes the engineer's where nobody has it. Sent by the supplier, whoever waits is told who comes: where
    nobody had responded, that is the response. ActionError for a ticket that is solved or closed, an
    engineer of no party of the contract or with an order for this ticket under way, a visit planned for the past.
    """
    ticket = locked(ticket)
    _check_order(ticket, engineer, task, address, planned_at, now)
    month = f"{now.astimezone(SHANGHAI):%Y%m}"
    dispatch = Dispatch.objects.create(
        number=f"PG-{month}-{numbers.next_number(f'dispatch:{month}'):06d}", ticket=ticket, engineer=engineer,
        task=task.strip(), address=address.strip(), planned_at=planned_at, issued_at=now, issued_by=actor.audit_name,
    )  # fmt: skip
    reason = f"派工 {dispatch.number}"
    if _responds(ticket, actor):
        take_step(ticket=ticket, step="respond", texts={}, actor=actor, now=now)
    change_facts(ticket=ticket, values={"method": Method.ONSITE}, reason=reason, actor=actor, now=now)
    if ticket.assignee_id is None:
        assign(ticket=ticket, assignee=engineer, text=reason, actor=actor, now=now)
    planned = f"，约定 {planned_at.astimezone(SHANGHAI):%m-%d %H:%M} 到场" if planned_at else ""
    note(ticket, "issue_dispatch", "派工", actor, now, text=f"{engineer.name} 上门{planned}", public=True)
    audit.append(
        actor=actor, action="servicedesk.issue_dispatch", subject=("dispatch", dispatch.number),
        data={"ticket": ticket.number, "engineer": engineer.username, "address": dispatch.address,
              "planned_at": planned_at}, now=now,
    )  # fmt: skip
    person = person_behind(actor)
    sent = {"dispatch_id": dispatch.pk, "by": person.pk if person else None}
    transaction.on_commit(lambda: dispatch_issued.send(sender=Dispatch, **sent), robust=True)
    return dispatch


def _responds(ticket: Ticket, actor: Actor) -> bool:
    """Whether the order is the supplier's first answer: the clock measures the supplier, so the buyer's is none."""
    person = person_behind(actor)
    if person is None or person.party_id != ticket.contract.supplier_id:
        return False
    return "respond" in {step.id for step in steps_from(TicketKind(ticket.kind), TicketState(ticket.state))}


@transaction.atomic
def accept_dispatch(*, dispatch: Dispatch, actor: Actor, now: datetime) -> Dispatch:
    """Take note of the order. ActionError where that was done."""
    dispatch = held(dispatch, S.ISSUED)
    dispatch.state, dispatch.accepted_at = S.ACCEPTED, now
    dispatch.save()
    note(dispatch.ticket, "accept_dispatch", "接单", actor, now, text=dispatch.number)
    audit.append(
        actor=actor, action="servicedesk.accept_dispatch", subject=("dispatch", dispatch.number), data={}, now=now
    )
    return dispatch


@transaction.atomic
def depart(*, dispatch: Dispatch, actor: Actor, now: datetime) -> Dispatch:
    """Set out; who sets out has accepted. ActionError where the engineer is on the way already, or further."""
    dispatch = held(dispatch, S.ISSUED, S.ACCEPTED)
    dispatch.accepted_at = dispatch.accepted_at or now
    dispatch.state, dispatch.departed_at = S.TRAVELLING, now
    dispatch.save()
    note(dispatch.ticket, "depart", "出发", actor, now, text=f"{dispatch.engineer.name} 已出发", public=True)
    audit.append(actor=actor, action="servicedesk.depart", subject=("dispatch", dispatch.number), data={}, now=now)
    return dispatch


@transaction.atomic
def check_in(
    *, dispatch: Dispatch, actor: Actor, now: datetime, at: datetime | None = None, position: Position | None = None,
    photo: tuple[str, bytes] | None = None,
) -> Dispatch:  # fmt: skip
    """Arrive, `at` where that was before `now`: the ticket takes its own step, and its arrival clock stops then.

    A ticket whose kind knows no arrival, or that is past it, keeps only the note. What was not pressed on the way stays
    empty. ActionError for an arrival in the future or before the order, a place that does not exist, a photo that is
    none.
    """
    dispatch = held(dispatch, S.ISSUED, S.ACCEPTED, S.TRAVELLING)
    ticket, arrived_at = dispatch.ticket, _arrival(dispatch, at, now)
    if position and not position.holds:
        raise ActionError("定位数据不合理，请重新签到", field="latitude")
    if photo:
        # Its number is taken before anything is written to the audit trail, whose head is a lock too.
        dispatch.photo = _photo(ticket, photo, actor, now)
    if position:
        dispatch.latitude, dispatch.longitude = position.latitude, position.longitude
        dispatch.accuracy = position.accuracy
    dispatch.state, dispatch.arrived_at = S.ARRIVED, arrived_at
    dispatch.save()
    stepped = _ticket_reached(ticket, arrived_at, actor, now)
    entered_at = now if arrived_at < now.replace(second=0, microsecond=0) else None
    late = f"（{now.astimezone(SHANGHAI):%m-%d %H:%M} 补录）" if entered_at else ""
    note(
        ticket, "check_in", "到场签到", actor, arrived_at, text=f"{dispatch.engineer.name} 到场{late}",
        data={"dispatch": dispatch.number} | ({"entered_at": entered_at.isoformat()} if entered_at else {}),
        public=not stepped,
    )  # fmt: skip
    audit.append(
        actor=actor, action="servicedesk.check_in", subject=("dispatch", dispatch.number),
        data={"at": arrived_at, "position": [position.latitude, position.longitude, position.accuracy]
              if position else None, "photo": bool(photo)}, now=now,
    )  # fmt: skip
    return dispatch


@transaction.atomic
def finish_visit(*, dispatch: Dispatch, work_done: str, parts: Sequence[Part], actor: Actor, now: datetime) -> Dispatch:
    """Say what was done and what was used up; until the first one signs it may be said anew.

    ActionError before the arrival, once somebody has signed, without words, and for a part without name or number.
    """
    dispatch = held(dispatch, S.ARRIVED, S.FINISHED)
    if Signature.objects.filter(dispatch=dispatch).exists():
        raise ActionError("已有人签字，内容不能再改")
    if not work_done.strip():
        raise ActionError("请填写工作情况", field="work_done")
    if len(parts) > MOST_PARTS:
        raise ActionError(f"备件最多 {MOST_PARTS} 行")
    for number, part in enumerate(parts, 1):
        if not part.name.strip() or not 1 <= part.quantity <= MOST_OF_A_PART:
            raise ActionError(f"备件第 {number} 行：请填写名称，数量为 1 到 {MOST_OF_A_PART}")
    again = dispatch.state == S.FINISHED
    dispatch.state, dispatch.work_done = S.FINISHED, work_done.strip()
    dispatch.finished_at = dispatch.finished_at or now
    dispatch.save()
    dispatch.parts.all().delete()
    DispatchPart.objects.bulk_create(DispatchPart(dispatch=dispatch, **vars(part)) for part in parts)
    label = "修改完工内容" if again else "完工"
    note(dispatch.ticket, "finish_visit", label, actor, now, text=dispatch.work_done, public=True)
    audit.append(
        actor=actor, action="servicedesk.finish_visit", subject=("dispatch", dispatch.number),
        data={"work_done": dispatch.work_done, "parts": [list(vars(part).values()) for part in parts]}, now=now,
    )  # fmt: skip
    return dispatch


@transaction.atomic
def cancel_dispatch(*, dispatch: Dispatch, reason: str, actor: Actor, now: datetime) -> Dispatch:
    """Make the order void; what was done on it stays. ActionError without a reason, or once all three have signed."""
    if not reason.strip():
        raise ActionError("请填写作废理由", field="reason")
    dispatch = held(dispatch, *UNDER_WAY)
    dispatch.state, dispatch.cancelled_for = S.CANCELLED, reason.strip()
    dispatch.save()
    note(dispatch.ticket, "cancel_dispatch", "派工单作废", actor, now, text=f"{dispatch.number} {reason.strip()}")
    audit.append(
        actor=actor, action="servicedesk.cancel_dispatch", subject=("dispatch", dispatch.number),
        data={"reason": reason.strip()}, now=now,
    )  # fmt: skip
    return dispatch


def held(dispatch: Dispatch, *states: DispatchState) -> Dispatch:
    """The order as it is stored now, held with its ticket until the transaction ends; ActionError in another state.

    The ticket first, as everything does it that changes one: the other way round two would wait for each other.
    """
    ticket = locked(dispatch.ticket)
    found = Dispatch.objects.select_for_update(of=("self",), no_key=True).select_related("engineer").get(pk=dispatch.pk)
    found.ticket = ticket
    if found.state not in states:
        raise ActionError(f"派工单{found.get_state_display()}，请刷新后再看")
    return found


def _check_order(
    ticket: Ticket, engineer: "Person", task: str, address: str, planned_at: datetime | None, now: datetime
) -> None:
    if not dispatchable(ticket):
        raise ActionError(f"工单{ticket.get_state_display()}，不能再派工")
    if not task.strip():
        raise ActionError("请填写工作内容", field="task")
    if not address.strip():
        raise ActionError("请填写地点", field="address")
    if not staff_of(ticket.contract).filter(pk=engineer.pk).exists():
        raise ActionError(f"「{engineer.name}」不是该合同双方的人员", field="engineer")
    # Times come by the minute: the present one is no past.
    if planned_at and planned_at < now.replace(second=0, microsecond=0):
        raise ActionError("约定到场早于现在", field="planned_at")
    twin = Dispatch.objects.filter(ticket=ticket, engineer=engineer, state__in=UNDER_WAY).first()
    if twin:
        raise ActionError(f"「{engineer.name}」已有未完成的派工单 {twin.number}", field="engineer")


def _arrival(dispatch: Dispatch, at: datetime | None, now: datetime) -> datetime:
    """When the engineer arrived. A time comes by the minute, and the order may be of that very minute."""
    if at is None:
        return now
    if at > now:
        raise ActionError("到场时间晚于现在", field="at")
    if at < dispatch.issued_at.replace(second=0, microsecond=0):
        raise ActionError(f"到场时间早于派工时间 {dispatch.issued_at.astimezone(SHANGHAI):%m-%d %H:%M}", field="at")
    return max(at, dispatch.issued_at)


def _ticket_reached(ticket: Ticket, at: datetime, actor: Actor, now: datetime) -> bool:
    """Take the ticket's own step, which stops its clock; False where it has none, or is past it."""
    step = step_of(TicketKind(ticket.kind), "arrive")
    if step is None or ticket.state not in step.sources:
        return False
    take_step(ticket=ticket, step=step.id, texts={}, at=at, actor=actor, now=now)
    return True


def _photo(ticket: Ticket, photo: tuple[str, bytes], actor: Actor, now: datetime) -> Attachment:
    name, content = photo
    try:
        found = attach(ticket=ticket, file_name=name, content=content, role=FileRole.PHOTO, actor=actor, now=now)
    except ActionError as error:
        raise ActionError(str(error), field="photo") from None
    if not documents.latest(found.document).content_type.startswith("image/"):
        raise ActionError("照片只收 jpg、png", field="photo")
    return found
