"""Operations by which other systems open tickets, read them and work on them."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Body, File, Header, Query, Router, Status, UploadedFile

from kangwei.accounts.api import KeyRequest, requires_key
from kangwei.accounts.queries import institutions
from kangwei.base.errors import ActionError
from kangwei.contracts import queries as contracts
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.actions.asking import NamedFile
from kangwei.servicedesk.enums import Channel, FileRole, TicketKind
from kangwei.servicedesk.forms.files import OneFile, named
from kangwei.servicedesk.forms.words import grades
from kangwei.servicedesk.lifecycles import Step, permission_of, step_of
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries.entering import place_of
from kangwei.servicedesk.queries.measuring import Shown, clocks_of
from kangwei.servicedesk.schemas import (
    AlertState,
    AlertTaken,
    ClockState,
    Filters,
    Happened,
    Key,
    NewAlert,
    NewNote,
    NewTicket,
    Refusal,
    Sent,
    TakenStep,
    TicketDetail,
    TicketPage,
    TicketRow,
)

if TYPE_CHECKING:
    from kangwei.accounts.models import Institution, Person
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract

router = Router(tags=["工单"])
REPLAY = "Idempotent-Replay"
FILE = "file_"
"""Before the role of a file in the fields of forms; the API names the file by its role."""
IdempotencyKey = Annotated[Key, Header(alias="Idempotency-Key", description="每次办理一个，重发时不变")]
REFUSED: dict[int, Any] = {401: Refusal, 403: Refusal, 413: Refusal, 422: Refusal}


@router.post(
    "/tickets", auth=requires_key("tickets.write"), summary="受理工单",
    response={201: TicketRow, 200: TicketRow, 409: Refusal} | REFUSED,
)  # fmt: skip
def open_ticket(
    request: KeyRequest, response: HttpResponse, payload: NewTicket, idempotency_key: IdempotencyKey
) -> Status[TicketRow | Refusal]:
    """Open a ticket: 201; the same call again answers 200 with the ticket that it opened."""
    person, now = request.auth, timezone.now()
    # Looked up before the transaction: it holds the numbers of tickets, for which others wait.
    contract = _contract(person, payload.contract)
    institution = _institution(payload.institution)
    facts: dict[str, Any] = {
        "contract": contract, "kind": TicketKind(payload.kind), "title": payload.title, "channel": Channel.API,
        "description": payload.description, "system": _system(person, contract, payload.system),
        "institution": institution, "caller": payload.caller,
        "phone": queries.phone_in(payload.phone) or payload.phone,
        "place": place_of(contract, institution) if institution else "",
        "severity": _severity(contract, payload.severity), "occurred_at": payload.occurred_at,
        "external": payload.external, "actor": person, "now": now,
    }  # fmt: skip
    call = Call(response, idempotency_key, _body("open", payload), person, now)
    return _once(call, lambda: actions.open_ticket(**facts), first=201, shown=_row)


@router.get("/tickets", auth=requires_key("tickets.read"), summary="查询工单", response={200: TicketPage} | REFUSED)
def list_tickets(request: KeyRequest, filters: Query[Filters]) -> TicketPage:
    """Tickets, the latest first, page by page: pass `next` on as `cursor` until it is empty."""
    person = request.auth
    rows = queries.in_group(queries.tickets(person), filters.group, person)
    exact = {
        "contract__code": filters.contract, "kind": filters.kind, "severity": filters.severity,
        "system__name": filters.system, "external": filters.external,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    rows = queries.opened_between(rows, filters.first, filters.last)
    if filters.q.strip():
        rows = queries.search(rows, filters.q)
    if filters.cursor:
        rows = rows.filter(pk__lt=filters.cursor)
    found = list(rows.order_by("-pk")[: filters.limit + 1])
    page = found[: filters.limit]
    return TicketPage(tickets=[_row(ticket) for ticket in page], next=page[-1].pk if len(found) > len(page) else None)


@router.get(
    "/tickets/{number}", auth=requires_key("tickets.read"), summary="查看工单",
    response={200: TicketDetail, 404: Refusal} | REFUSED,
)  # fmt: skip
def read_ticket(request: KeyRequest, number: str) -> TicketDetail:
    """A ticket with its clocks as they stand, each with its clause, and what the caller may read of its course."""
    return _detail(_ticket(request.auth, number))


@router.post(
    "/tickets/{number}/notes", auth=requires_key("tickets.write"), summary="写备注",
    response={201: TicketDetail, 200: TicketDetail, 404: Refusal, 409: Refusal} | REFUSED,
)  # fmt: skip
def add_note(
    request: KeyRequest, response: HttpResponse, number: str, payload: NewNote, idempotency_key: IdempotencyKey
) -> Status[TicketDetail | Refusal]:
    """Write on a ticket, for the desk alone or for the caller to read: 201; the same call again answers 200."""
    person, now, ticket = request.auth, timezone.now(), _ticket(request.auth, number)

    def act() -> Ticket:
        actions.add_note(ticket=ticket, text=payload.text, public=payload.public, actor=person, now=now)
        return ticket

    call = Call(response, idempotency_key, _body(f"note {ticket.number}", payload), person, now)
    return _once(call, act, first=201, shown=_detail)


@router.post(
    "/tickets/{number}/steps/{step}", auth=requires_key("tickets.write"), summary="办理步骤",
    response={200: TicketDetail, 404: Refusal, 409: Refusal} | REFUSED,
)  # fmt: skip
def take_step(
    request: KeyRequest, response: HttpResponse, number: str, step: str, payload: TakenStep,
    idempotency_key: IdempotencyKey,
) -> Status[TicketDetail | Refusal]:  # fmt: skip
    """Take a step of the ticket's life, such as `respond` or `solve`, once. With files it has an address of its own."""
    return _take_step(request, response, number, step, payload, idempotency_key, {})


@router.post(
    "/tickets/{number}/steps/{step}/with-files", auth=requires_key("tickets.write", files=2),
    summary="办理步骤并附文件",
    response={200: TicketDetail, 404: Refusal, 409: Refusal} | REFUSED,
)  # fmt: skip
def take_step_with_files(
    request: KeyRequest, response: HttpResponse, number: str, step: str,
    payload: Annotated[TakenStep, Body(description="与不带文件时相同的 JSON")], idempotency_key: IdempotencyKey,
    file: Annotated[UploadedFile | None, File(description="附件")] = None,
    backup: Annotated[UploadedFile | None, File(description="备份证明")] = None,
) -> Status[TicketDetail | Refusal]:  # fmt: skip
    """Take a step together with the files that it asks for or takes, checked as on the page: all of it or nothing."""
    sent = {FileRole.FILE: file, FileRole.BACKUP: backup}
    files = {role: _checked(role, one) for role, one in sent.items() if one is not None}
    return _take_step(request, response, number, step, payload, idempotency_key, files)


def _take_step(
    request: KeyRequest, response: HttpResponse, number: str, step: str, payload: TakenStep, key: str,
    files: dict[FileRole, NamedFile],
) -> Status[TicketDetail | Refusal]:  # fmt: skip
    person, now, ticket = request.auth, timezone.now(), _ticket(request.auth, number)
    found = step_of(TicketKind(ticket.kind), step)
    if found is None:
        raise Http404
    if step == "approve":
        # What a key may do whoever made it could do: the owner's consent is given by a person who signed in.
        return Status(403, Refusal(field="", reason="批准须由本人登录后办理，不能用密钥"))
    if not person.has_perm(permission_of(step)):
        return Status(403, Refusal(field="", reason="密钥所属人员没有此项权限"))
    _refuse_unknown(found, "texts", payload.texts, (*found.asks, *found.may_say))
    _refuse_unknown(found, "moments", payload.moments, found.moments)

    def act() -> Ticket:
        try:
            return actions.take_step(
                ticket=ticket, step=step, texts=payload.texts, moments=payload.moments, files=files, at=payload.at,
                actor=person, now=now,
            )  # fmt: skip
        except ActionError as error:
            raise ActionError(str(error), field=error.field.removeprefix(FILE)) from None

    body = _body(f"step {ticket.number} {step}", payload)
    body += "".join(f"\n{role} {name} {sha256(content).hexdigest()}" for role, (name, content) in files.items())
    return _once(Call(response, key, body, person, now), act, first=200, shown=_detail)


def _refuse_unknown(step: Step, kind: str, given: Iterable[str], known: Iterable[str]) -> None:
    unknown = next((name for name in given if name not in known), None)
    if unknown is not None:
        raise ActionError(f"{step.label}没有这一项内容", field=f"{kind}.{unknown}")


def _checked(role: FileRole, file: UploadedFile) -> NamedFile:
    """Name and content of a file that the page would take."""
    try:
        return named(OneFile(label=role.label).clean(file))
    except ValidationError as error:
        raise ActionError("".join(error.messages), field=role) from None


@router.post(
    "/alerts", auth=requires_key("tickets.write"), summary="上报告警",
    response={201: AlertTaken, 200: AlertTaken} | REFUSED,
)  # fmt: skip
def take_alert(request: KeyRequest, payload: NewAlert) -> Status[AlertTaken]:
    """Say that something is wrong, or over again: 201 where that opens a ticket, 200 where it is noted on the open one.

    The alert's own key tells what belongs together. Of what is over without an open ticket nothing is kept.
    """
    person = request.auth
    contract = _contract(person, payload.contract)
    taken = actions.take_alert(
        contract=contract, source=payload.source, key=payload.key, firing=payload.state == AlertState.FIRING,
        title=payload.title, text=payload.text, system=_system(person, contract, payload.system),
        severity=_severity(contract, payload.severity), occurred_at=payload.occurred_at, actor=person,
        now=timezone.now(),
    )  # fmt: skip
    row = _row(taken.ticket) if taken.ticket else None
    return Status(201 if taken.opened else 200, AlertTaken(opened=taken.opened, ticket=row))


def _body(operation: str, payload: Sent) -> str:
    """What a call says, the same however its JSON was written."""
    return f"{operation}\n{json.dumps(payload.model_dump(mode='json'), sort_keys=True)}"


@dataclass(frozen=True)
class Call:
    """A call that is done once a key, however often it is sent; `body` is what it says."""

    response: HttpResponse
    key: str
    body: str
    person: "Person"
    now: datetime


def _once(call: Call, act: Callable[[], Ticket], *, first: int, shown: Callable[[Ticket], Any]) -> Status[Any]:
    """What the call did: status `first`, or 200 with a header that says that it was done before; 409 for other content
    under the same key.
    """
    try:
        done = actions.once(key=call.key, body=call.body, act=act, actor=call.person, now=call.now)
    except actions.OtherBodyError as error:
        return Status(409, Refusal(field=error.field, reason=str(error)))
    if done.replayed:
        call.response[REPLAY] = "true"
    return Status(200 if done.replayed else first, shown(done.ticket))


def _contract(person: "Person", code: str) -> "Contract":
    """The contract; whoever may not see it learns no more than of one that there is not."""
    found = contracts.contracts(person).filter(code=code).first()
    if found is None:
        raise ActionError(f"没有编号为「{code}」的合同，或您无权查看", field="contract")
    return found


def _institution(name: str) -> "Institution | None":
    found = institutions().filter(name=name).first() if name else None
    if name and found is None:
        raise ActionError(f"没有名为「{name}」的机构", field="institution")
    return found


def _system(person: "Person", contract: "Contract", name: str) -> "Asset | None":
    found = queries.systems_of(person, contract).filter(name=name).first() if name else None
    if name and found is None:
        raise ActionError(f"该合同不维护名为「{name}」的系统", field="system")
    return found


def _severity(contract: "Contract", word: str) -> str:
    if word and word not in (known := grades(contract)):
        raise ActionError(f"级别应为 {'、'.join(known) or '空'} 之一", field="severity")
    return word


def _ticket(person: "Person", number: str) -> Ticket:
    found = queries.tickets(person).filter(number=number).first() if "\x00" not in number else None
    if found is None:
        raise Http404
    return found


def _row(ticket: Ticket) -> TicketRow:
    return TicketRow(**_fields(ticket))


def _detail(ticket: Ticket) -> TicketDetail:
    now = timezone.now()
    events = ticket.events.filter(public=True).order_by("at", "pk")
    return TicketDetail(
        **_fields(ticket), description=ticket.description, phone=ticket.phone,
        clocks=[_clock(shown) for shown in clocks_of(ticket, now)],
        events=[Happened(at=event.at, by=event.by, label=event.label, text=event.text) for event in events],
    )  # fmt: skip


def _clock(shown: Shown) -> ClockState:
    return ClockState(
        clock=shown.clock.clock, label=shown.terms.label, limit=shown.terms.limit, phase=shown.clock.phase,
        due=shown.state.due_at, left=int(shown.to_go.total_seconds()) if shown.to_go is not None else None,
        met=shown.clock.met, estimated=shown.clock.estimated, clause=shown.terms.clause, cite=shown.terms.cite,
    )  # fmt: skip


def _fields(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number, "kind": ticket.kind, "title": ticket.title, "state": ticket.state,
        "state_label": ticket.get_state_display(), "waits_for": ticket.paused_for, "severity": ticket.severity,
        "contract": ticket.contract.code, "system": ticket.system.name if ticket.system else "",
        "institution": ticket.institution.name if ticket.institution else "", "caller": ticket.caller,
        "assignee": ticket.assignee.name if ticket.assignee else "", "channel": ticket.channel,
        "external": ticket.external, "occurred_at": ticket.occurred_at, "opened_at": ticket.opened_at,
        "responded_at": ticket.responded_at, "solved_at": ticket.solved_at, "closed_at": ticket.closed_at,
        "next_at": ticket.next_at, "breached": ticket.breached, "page": reverse("tickets:detail", args=[ticket.pk]),
    }  # fmt: skip
