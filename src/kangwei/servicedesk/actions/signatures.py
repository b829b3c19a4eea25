"""Signing a dispatch order on the phone, and the document that comes of it once all three have signed."""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.contracts import actions as contracts
from kangwei.contracts import queries as contract_queries
from kangwei.contracts.enums import EvidenceKind
from kangwei.core.calendars import SHANGHAI, Duration
from kangwei.core.documents import dispatch_order, names
from kangwei.documents import actions as documents
from kangwei.documents import queries as document_queries
from kangwei.documents.enums import Origin
from kangwei.servicedesk.actions.dispatches import held
from kangwei.servicedesk.actions.files import lay
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.actions.ratings import rate
from kangwei.servicedesk.enums import Clock, DispatchState, FileRole, RatedBy, Signer
from kangwei.servicedesk.intake.signing import drawn
from kangwei.servicedesk.models import Dispatch, Rating, Signature, Ticket
from kangwei.servicedesk.queries.dispatching import entered_at, places
from kangwei.servicedesk.queries.measuring import ORIGINS

if TYPE_CHECKING:
    from kangwei.documents.models import Document

TITLE = "现场服务派工单"
DELIVERABLE = "派工单"


@transaction.atomic
def sign_dispatch(
    *, dispatch: Dispatch, signer: Signer, name: str, image: str, actor: Actor, now: datetime, score: int | None = None
) -> Signature:
    """Take down one signature, `image` as the pad sends it; the last of the three archives the order.

    The requester may give a score with it, on the contract's own scale. ActionError for a visit that is not finished,
    a place that is signed, a name or a picture that is missing, and what `rate` refuses.
    """
    picture = drawn(image)
    if not name.strip():
        raise ActionError("请填写姓名", field="name")
    dispatch = held(dispatch, DispatchState.FINISHED)
    signed = set(Signature.objects.filter(dispatch=dispatch).values_list("signer", flat=True))
    if signer in signed:
        raise ActionError(f"{signer.label}已签字")
    # Numbers are taken before anything is written to the audit trail, whose head is a lock too.
    number = documents.next_document_number(now=now) if len(signed) == len(Signer) - 1 else ""
    signature = Signature.objects.create(
        dispatch=dispatch, signer=signer, name=name.strip(), sha256=documents.keep(content=picture), signed_at=now,
        taken_by=actor.audit_name,
    )  # fmt: skip
    if score is not None:
        _rate(dispatch.ticket, signature, score, actor, now)
    if number:
        _complete(dispatch, number, actor, now)
    note(dispatch.ticket, "sign_dispatch", "签字", actor, now, text=f"{dispatch.number} {signer.label} {name.strip()}")
    audit.append(
        actor=actor, action="servicedesk.sign_dispatch", subject=("dispatch", dispatch.number),
        data={"signer": signer, "name": signature.name, "sha256": signature.sha256, "document": number}, now=now,
    )  # fmt: skip
    return signature


def _rate(ticket: Ticket, signature: Signature, score: int, actor: Actor, now: datetime) -> None:
    if signature.signer != Signer.REQUESTER:
        raise ActionError("满意度由报修人评价", field="score")
    rate(
        ticket=ticket, score=score, rated_by=RatedBy.SIGNED, actor=actor, now=now, name=signature.name,
        sha256=signature.sha256, before_solved=True,
    )  # fmt: skip


def _complete(dispatch: Dispatch, number: str, actor: Actor, now: datetime) -> None:
    """Archive the signed order, lay it with the ticket and record it as evidence on the contract.

    Evidence bears the contract's own name for a dispatch order. Where the contract asks for none it bears the usual
    one: it then counts for nothing at the acceptance, but stands in the register of documents and in the ledger.
    """
    ticket = dispatch.ticket
    document = _archive(dispatch, number, actor, now)
    dispatch.state, dispatch.signed_at, dispatch.document = DispatchState.SIGNED, now, document
    dispatch.save()
    lay(ticket, document, FileRole.SHEET, actor, now, public=True)
    contracts.record_evidence(
        contract=ticket.contract, kind=EvidenceKind.DOCUMENT, reference=f"dispatch:{dispatch.number}",
        deliverable=contract_queries.own_name_of(ticket.contract, DELIVERABLE) or DELIVERABLE,
        document_id=document.pk, note=f"{ticket.number} {ticket.title}", actor=actor, now=now,
    )  # fmt: skip


def _archive(dispatch: Dispatch, number: str, actor: Actor, now: datetime) -> "Document":
    order = order_of(dispatch)
    pictures = {signature.sha256: document_queries.kept(signature.sha256) for signature in order.signatures}
    return documents.archive(
        title=f"{TITLE} {dispatch.number} {dispatch.ticket.title}",
        kind="dispatch-order",
        file_name=names.safe_file_name(f"{TITLE}-{dispatch.number}.pdf"),
        content=dispatch_order.render(order, pictures),
        origin=Origin.RENDERED,
        context=json.loads(dispatch_order.to_json(order)),
        practice=dispatch.ticket.practice,
        number=number,
        actor=actor,
        now=now,
    )


def order_of(dispatch: Dispatch) -> dispatch_order.DispatchOrder:
    """Everything that the sheet prints; ValueError for a visit that is not over."""
    ticket, contract = dispatch.ticket, dispatch.ticket.contract
    if dispatch.arrived_at is None or dispatch.finished_at is None:
        raise ValueError(f"{dispatch.number} is not over")
    return dispatch_order.DispatchOrder(
        number=dispatch.number,
        title=TITLE,
        ticket_number=ticket.number,
        ticket_title=ticket.title,
        ticket_kind=ticket.get_kind_display(),
        severity=ticket.severity,
        contract_title=contract.title,
        buyer=contract.buyer.name,
        supplier=contract.supplier.name if contract.supplier else "",
        institution=ticket.institution.name if ticket.institution else "",
        caller=ticket.caller,
        phone=ticket.phone,
        system=ticket.system.name if ticket.system else "",
        address=dispatch.address,
        task=dispatch.task,
        issued_at=dispatch.issued_at,
        issued_by=dispatch.issued_by,
        engineer=dispatch.engineer.name,
        planned_at=dispatch.planned_at,
        accepted_at=dispatch.accepted_at,
        departed_at=dispatch.departed_at,
        arrived_at=dispatch.arrived_at,
        entered_at=entered_at(dispatch),
        position=position_text(dispatch),
        arrival_limit=_arrival_limit(dispatch),
        work_done=dispatch.work_done,
        finished_at=dispatch.finished_at,
        parts=tuple(
            dispatch_order.PartLine(part.name, part.quantity, part.unit, part.serial) for part in dispatch.parts.all()
        ),
        satisfaction=_satisfaction(dispatch),
        signatures=tuple(_signed(place.signature) for place in places(dispatch) if place.signature),
        practice=ticket.practice,
    )


def position_text(dispatch: Dispatch) -> str:
    """Where the phone said it was at the arrival; "" where it did not."""
    if dispatch.latitude is None or dispatch.longitude is None:
        return ""
    return f"{dispatch.latitude:.6f}, {dispatch.longitude:.6f}（精度 {dispatch.accuracy} 米）"


def _signed(signature: Signature) -> dispatch_order.SignatureBlock:
    return dispatch_order.SignatureBlock(
        signature.get_signer_display(), signature.name, signature.signed_at, signature.sha256
    )


def _arrival_limit(dispatch: Dispatch) -> str:
    """The contract's limit on the arrival and what came of it, or that an earlier visit had met it."""
    clock = dispatch.ticket.clocks.filter(clock=Clock.ARRIVAL).first()
    stop = clock.events.filter(kind="stop").last() if clock else None
    if clock is None or stop is None:
        return ""
    if stop.at != dispatch.arrived_at:
        return f"此前已到场（{stop.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}）"
    limit = f"自{ORIGINS[clock.counts_from]}起{Duration.parse(clock.limit).label}"
    return f"{limit}，{'按时' if clock.met else '超时'}到场"


def _satisfaction(dispatch: Dispatch) -> str:
    """The score that the requester gave with the signature."""
    signed = dispatch.signatures.filter(signer=Signer.REQUESTER).values("sha256")
    rating = Rating.objects.filter(ticket=dispatch.ticket, rated_by=RatedBy.SIGNED, sha256__in=signed).first()
    return f"{rating.score} 分（满分 {rating.of}）" if rating else ""
