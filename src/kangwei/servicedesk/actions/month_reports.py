"""The month's report of a contract's tickets, archived as evidence."""

import json
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.contracts import actions as contract_actions
from kangwei.contracts import queries as contracts
from kangwei.contracts.enums import EvidenceKind
from kangwei.core.calendars import local_day
from kangwei.core.documents import kinds, names
from kangwei.documents import actions as documents
from kangwei.documents.enums import Origin
from kangwei.servicedesk.numbers.month_reports import TITLE, deliverables_of, month_of, occurrence_for, report_of

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract, Evidence


@transaction.atomic
def archive_month_report(
    *, contract: "Contract", month: date, deliverable: str, actor: Actor, now: datetime
) -> "Evidence":
    """Archive the 工单月度分析报告 of the month in which `month` lies, and record it as evidence, once.

    It counts for the occurrence of that month of the duty that produces `deliverable`; where the contract has no such
    duty, for the contract. It may be made from the last day of the month on, for then it is owed; made on that day it
    says until when its numbers reach.

    ActionError for an earlier day, a month outside of the contract, a name that the contract does not know, and a
    report that stands already.
    """
    chosen = month_of(month)
    if local_day(now) < chosen.last:
        raise ActionError(f"{chosen.label}尚未结束，{chosen.last} 起才能归档")
    if contract.last_day < chosen.first or contract.first_day > chosen.last:
        raise ActionError(f"{chosen.label}不在合同期内")
    own, others = deliverables_of(contract)
    name = deliverable or own
    if name not in others:
        raise ActionError("请选择这份报告对应的成果物", field="deliverable")
    contract = contracts.all_contracts().select_for_update(of=("self",), no_key=True).get(pk=contract.pk)
    reference = f"ticket-report:{chosen.key}:"
    standing = contracts.standing_evidence(contract).filter(reference__startswith=reference).first()
    if standing and standing.document:
        raise ActionError(f"{chosen.label}的报告已归档为 {standing.document.number}；要重做，请先撤回该佐证")
    occurrence = occurrence_for(contract, name, chosen)
    if occurrence:
        occurrence = contract_actions.lock_occurrence(occurrence.pk)
    number = documents.next_document_number(now=now)
    report = report_of(contract, chosen, number=number, made_by=actor.audit_name, now=now)
    document = documents.archive(
        title=f"{TITLE} {contract.title} {chosen.label}", kind="ticket-report",
        file_name=names.safe_file_name(f"{TITLE}-{contract.title}-{chosen.label}.docx"),
        content=kinds.render_docx(report), origin=Origin.RENDERED, context=json.loads(kinds.to_json(report)),
        practice=report.practice, number=number, actor=actor, now=now,
    )  # fmt: skip
    return contract_actions.record_evidence(
        contract=contract, occurrence=occurrence, kind=EvidenceKind.DOCUMENT, reference=f"{reference}{number}",
        deliverable=name, document_id=document.pk, actor=actor, now=now,
    )  # fmt: skip
