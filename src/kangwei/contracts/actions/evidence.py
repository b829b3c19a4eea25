"""Evidence: recorded by the app that did the work, withdrawn with a reason, never lost."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.contracts.enums import EvidenceKind, OccurrenceState
from kangwei.contracts.models import Contract, Evidence, Occurrence
from kangwei.contracts.signals import occurrence_done
from kangwei.documents import actions as documents
from kangwei.documents.enums import Origin


@transaction.atomic
def record_evidence(
    *,
    contract: Contract,
    kind: EvidenceKind,
    reference: str,
    actor: Actor,
    now: datetime,
    occurrence: Occurrence | None = None,
    deliverable: str = "",
    document_id: int | None = None,
    note: str = "",
) -> Evidence:
    """Record that something was done or exists; the occurrence turns done where it asks for no more.

    The same reference for the same occurrence again returns what is there. ActionError where work is recorded before
    the occurrence's window opens, or on one that was waived.
    """
    if occurrence:
        occurrence = lock_occurrence(occurrence.pk)
        _check_recordable(occurrence, now)
    found = Evidence.objects.filter(contract=contract, occurrence=occurrence, reference=reference).first()
    if found:
        return found
    evidence = Evidence.objects.create(
        contract=contract, occurrence=occurrence, kind=kind, reference=reference, document_id=document_id,
        deliverable=deliverable or _only_output(occurrence), note=note, recorded_at=now, recorded_by=actor.audit_name,
    )  # fmt: skip
    audit.append(
        actor=actor, action="contracts.record_evidence", subject=("contract", contract.code),
        data={"occurrence": occurrence.key if occurrence else "", "deliverable": evidence.deliverable, "kind": kind,
              "reference": reference, "document": document_id}, now=now,
    )  # fmt: skip
    if occurrence:
        _settle(occurrence)
    return evidence


@transaction.atomic
def upload_evidence(
    *, contract: Contract, occurrence: Occurrence | None, deliverable: str, file_name: str, content: bytes,
    note: str, actor: Actor, now: datetime,
) -> Evidence:  # fmt: skip
    """Archive an uploaded file and record it as evidence, for an occurrence or for a line of the acceptance list.

    ActionError where the same file stands there already: it was sent twice.
    """
    if occurrence is None and not deliverable:
        raise ActionError("请选择这份文件对应的成果物", field="deliverable")
    Contract.objects.select_for_update(no_key=True).get(pk=contract.pk)
    if occurrence:
        occurrence = lock_occurrence(occurrence.pk)
    _refuse_twin(contract, occurrence, deliverable, file_name, content)
    title = deliverable or _only_output(occurrence) or (occurrence.clause.title if occurrence else "")
    document = documents.archive(
        title=f"{title} {occurrence.label}" if occurrence else title, kind="uploaded", file_name=file_name,
        content=content, origin=Origin.UPLOADED, actor=actor, now=now, practice=contract.practice,
    )  # fmt: skip
    return record_evidence(
        contract=contract, occurrence=occurrence, kind=EvidenceKind.DOCUMENT, reference=f"document:{document.number}",
        deliverable=deliverable, document_id=document.pk, note=note, actor=actor, now=now,
    )  # fmt: skip


@transaction.atomic
def withdraw_evidence(*, evidence: Evidence, reason: str, actor: Actor, now: datetime) -> None:
    """Take evidence back (wrong file, wrong period); its document stays archived, the occurrence is settled again."""
    if not reason.strip():
        raise ActionError("撤回佐证要写明理由", field="reason")
    occurrence = lock_occurrence(evidence.occurrence_id) if evidence.occurrence_id else None
    standing = Evidence.objects.filter(pk=evidence.pk, withdrawn_at=None)
    if not standing.update(withdrawn_at=now, withdrawn_reason=reason.strip()):
        return
    audit.append(
        actor=actor, action="contracts.withdraw_evidence", subject=("contract", evidence.contract.code),
        data={"reference": evidence.reference, "reason": reason}, now=now,
    )  # fmt: skip
    if occurrence:
        _settle(occurrence)


@transaction.atomic
def waive_occurrence(*, occurrence: Occurrence, reason: str, actor: Actor, now: datetime) -> None:
    """The buyer does without this occurrence; it no longer counts as owed."""
    if not reason.strip():
        raise ActionError("免除要写明理由", field="reason")
    changed = Occurrence.objects.filter(pk=occurrence.pk, state=OccurrenceState.OPEN).update(
        state=OccurrenceState.WAIVED, waived_reason=reason.strip()
    )
    if not changed:
        raise ActionError("只有未完成的应履行项可以免除")
    _audit_occurrence("contracts.waive", occurrence, {"reason": reason}, actor, now)


@transaction.atomic
def reopen_occurrence(*, occurrence: Occurrence, actor: Actor, now: datetime) -> None:
    """Undo a waiver."""
    changed = Occurrence.objects.filter(pk=occurrence.pk, state=OccurrenceState.WAIVED).update(
        state=OccurrenceState.OPEN, waived_reason=""
    )
    if not changed:
        raise ActionError("这一项没有被免除")
    _audit_occurrence("contracts.reopen", occurrence, {}, actor, now)


def lock_occurrence(pk: int) -> Occurrence:
    """The occurrence as it stands now, nobody else changing it. Taken before any entry in the audit trail, whose head
    is a lock too: in one order always, or two would wait for each other."""
    row = Occurrence.objects.select_for_update(of=("self",)).select_related("clause").filter(pk=pk).first()
    if row is None:
        raise ActionError("合同文件已修改，这一项不再要求")
    return row


def _refuse_twin(
    contract: Contract, occurrence: Occurrence | None, deliverable: str, file_name: str, content: bytes
) -> None:
    twins = Evidence.objects.filter(contract=contract, occurrence=occurrence, withdrawn_at=None)
    if deliverable:
        twins = twins.filter(deliverable=deliverable)
    if twins.filter(document__versions__sha256=hashlib.sha256(content).hexdigest()).exists():
        raise ActionError(f"「{file_name}」已经登记在这里，没有重复登记", field="file")


def _check_recordable(occurrence: Occurrence, now: datetime) -> None:
    if occurrence.state == OccurrenceState.WAIVED:
        raise ActionError("这一项已被免除，请先撤销免除再登记")
    if now < occurrence.starts_at:
        raise ActionError(f"「{occurrence}」的期间尚未开始，不能提前登记")


def _only_output(occurrence: Occurrence | None) -> str:
    """The deliverable that evidence counts as where nobody said: the first that the duty produces."""
    produces = occurrence.clause.data.get("produces", []) if occurrence else []
    return produces[0] if produces else ""


def _settle(occurrence: Occurrence) -> None:
    """Done from the moment of the first evidence that suffices; open again where none is left; waived stays waived."""
    if occurrence.state == OccurrenceState.WAIVED:
        return
    standing = occurrence.evidence.filter(withdrawn_at=None)
    if occurrence.required_evidence != EvidenceKind.RECORD:
        standing = standing.filter(document__isnull=False)
    first = standing.order_by("recorded_at").first()
    was_done = occurrence.state == OccurrenceState.DONE
    occurrence.state = OccurrenceState.DONE if first else OccurrenceState.OPEN
    occurrence.done_at = first.recorded_at if first else None
    occurrence.save(update_fields=["state", "done_at"])
    if first and not was_done:
        transaction.on_commit(lambda: occurrence_done.send(sender=Occurrence, occurrence_id=occurrence.pk))


def _audit_occurrence(action: str, occurrence: Occurrence, data: dict[str, Any], actor: Actor, now: datetime) -> None:
    subject = ("contract", occurrence.contract.code)
    audit.append(actor=actor, action=action, subject=subject, data={"occurrence": occurrence.key} | data, now=now)
