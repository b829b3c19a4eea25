"""Sheets that record the work of a ticket. Part of the actions that call it, never called by itself."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kangwei.base.audit import Actor
from kangwei.contracts import actions as contracts
from kangwei.contracts.enums import EvidenceKind
from kangwei.contracts.queries import own_name_of
from kangwei.core.documents import names, render_docx, to_json
from kangwei.core.documents.database_work_sheet import DatabaseWorkSheet, ProofFile
from kangwei.core.documents.requirement_sheet import AssessedPoint, RequirementSheet
from kangwei.core.documents.ticket_head import TicketHead
from kangwei.documents import actions as documents
from kangwei.documents.enums import Origin
from kangwei.documents.queries import latest
from kangwei.servicedesk.actions.files import lay
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.enums import FileRole, TicketKind
from kangwei.servicedesk.models import Attachment, Ticket, TicketEvent
from kangwei.servicedesk.queries.assessing import EFFECTS
from kangwei.servicedesk.queries.rounds import steps_taken

Taken = dict[str, TicketEvent]


@dataclass(frozen=True)
class Sheet:
    """A kind of sheet: after which step it is made, and whether only for contracts that ask for it by its name."""

    kind: str
    name: str
    step: str
    only_asked: bool
    context: Callable[[Ticket, Taken, TicketHead, datetime], Any]


def make_after(ticket: Ticket, step: str, actor: Actor, now: datetime) -> Attachment | None:
    """The sheet that this step ends: archived, laid with the ticket, recorded as evidence; None where it ends none.

    Made once for each time that the step was taken. A contract that does not ask for it still has it in its register,
    under its usual name, unless the sheet is one for contracts that ask.
    """
    sheet = _SHEETS.get(TicketKind(ticket.kind))
    if sheet is None or sheet.step != step:
        return None
    own_name = own_name_of(ticket.contract, sheet.name)
    if sheet.only_asked and not own_name:
        return None
    made = ticket.attachments.filter(role=FileRole.SHEET, document__kind=sheet.kind).order_by("pk")
    if made and len(made) >= ticket.events.filter(action=step).count():
        return made.last()
    return _laid(ticket, sheet, own_name or sheet.name, actor, now)


def _laid(ticket: Ticket, sheet: Sheet, name: str, actor: Actor, now: datetime) -> Attachment:
    number = documents.next_document_number(now=now)
    taken = steps_taken(ticket.events.all())
    context = replace(sheet.context(ticket, taken, _head(ticket, number), now), title=name)
    document = documents.archive(
        title=f"{name} {ticket.number}", kind=sheet.kind, number=number, content=render_docx(context),
        file_name=names.safe_file_name(f"{name}-{ticket.number}-{number}.docx"), origin=Origin.RENDERED,
        context=json.loads(to_json(context)), practice=ticket.practice, actor=actor, now=now,
    )  # fmt: skip
    attachment = lay(ticket, document, FileRole.SHEET, actor, now)
    note(ticket, "sheet", name, actor, now, text=number)
    contracts.record_evidence(
        contract=ticket.contract, kind=EvidenceKind.DOCUMENT, reference=f"document:{number}", deliverable=name,
        document_id=document.pk, note=f"工单 {ticket.number}", actor=actor, now=now,
    )  # fmt: skip
    return attachment


def _head(ticket: Ticket, number: str) -> TicketHead:
    contract = ticket.contract
    return TicketHead(
        number=number,
        ticket=ticket.number,
        contract=contract.title,
        buyer=contract.buyer.name,
        supplier=contract.supplier.name if contract.supplier else "",
        system=ticket.system.name if ticket.system else "",
        institution=ticket.institution.name if ticket.institution else "",
        caller=ticket.caller,
        phone=ticket.phone,
        opened_at=ticket.opened_at,
        subject=ticket.title,
        description=ticket.description,
    )


def _database_work(ticket: Ticket, taken: Taken, head: TicketHead, now: datetime) -> DatabaseWorkSheet:
    submitted, approved, done, checked = (taken[step] for step in ("submit", "approve", "carry_out", "solve"))
    return DatabaseWorkSheet(
        head=head,
        title="",
        scope=submitted.data["scope"],
        submitted_by=submitted.by,
        submitted_at=submitted.at,
        approved_by=approved.data["approved_by"],
        approval=approved.data["approval"],
        approved_at=approved.at,
        backup=done.data["backup"],
        backed_up_at=datetime.fromisoformat(done.data["backed_up_at"]),
        proofs=tuple(_proof(ticket, role) for role in (FileRole.APPROVAL, FileRole.BACKUP)),
        operator=done.by,
        carried_out_at=done.at,
        script=done.data["script"],
        rows=done.data["rows"],
        result=done.data["result"],
        check=checked.data["check"],
        checked_by=checked.by,
        checked_at=checked.at,
        made_at=now,
        practice=ticket.practice,
    )


def _proof(ticket: Ticket, role: FileRole) -> ProofFile:
    row = ticket.attachments.filter(role=role).select_related("document").latest("pk")
    version = latest(row.document)
    return ProofFile(role.label, version.file_name, version.sha256)


def _requirement(ticket: Ticket, taken: Taken, head: TicketHead, now: datetime) -> RequirementSheet:
    assessed, approved = taken["submit"], taken["approve"]
    points = assessed.data.get("points", [])
    return RequirementSheet(
        head=head,
        title="",
        points=tuple(AssessedPoint(row["point"], EFFECTS[row["effect"]], row["remark"]) for row in points),
        conclusion=assessed.data.get("conclusion", "") if points else assessed.data["assessment"],
        assessed_by=assessed.by,
        assessed_at=assessed.at,
        approved_by=approved.data["approved_by"],
        approval=approved.data.get("approval", ""),
        approved_at=approved.at,
        made_at=now,
        practice=ticket.practice,
    )


_SHEETS = {
    TicketKind.DATA_FIX: Sheet("database-work-sheet", "数据库工作确认单", "close", False, _database_work),
    TicketKind.CHANGE: Sheet("requirement-sheet", "需求确认单", "approve", True, _requirement),
}
