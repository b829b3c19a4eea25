"""Scripts: what operators of the 12345 line and the desk may answer, and the knowledge base that is filed of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.base.workbook import table_workbook
from kangwei.contracts import actions as contract_actions
from kangwei.contracts.enums import EvidenceKind
from kangwei.contracts.queries import all_contracts, standing_evidence
from kangwei.core.calendars import SHANGHAI
from kangwei.core.documents.names import safe_file_name
from kangwei.documents import actions as documents
from kangwei.documents.enums import Origin
from kangwei.documents.queries import latest
from kangwei.servicedesk.models import Script
from kangwei.servicedesk.queries.scripting import archive_name, wanting_scripts

if TYPE_CHECKING:
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract, Evidence, Occurrence

FILED = ("系统", "问题", "解答", "更新时间", "更新人")


@transaction.atomic
def save_script(
    *, contract: "Contract", question: str, answer: str, actor: Actor, now: datetime, system: "Asset | None" = None,
    script: Script | None = None,
) -> Script:  # fmt: skip
    """Enter a script, or change one; what it said before stays in the audit trail.

    The contract of a script does not change. ActionError where something is missing, for a system of another party,
    and for a question that the contract has a script in use for already.
    """
    question, answer = question.strip(), answer.strip()
    for name, text, label in (("question", question, "问题"), ("answer", answer, "解答")):
        if not text:
            raise ActionError(f"请填写{label}", field=name)
    if system and system.owner_id != contract.buyer_id:
        raise ActionError(f"「{system}」不属于该合同的甲方", field="system")
    _hold(contract)
    stored = Script.objects.get(pk=script.pk) if script else Script(contract=contract)
    if stored.contract_id != contract.pk:
        raise ActionError("话术不能改到别的合同", field="contract")
    before = _said(stored)
    stored.system, stored.question, stored.answer = system, question, answer
    if script and _said(stored) == before:
        return stored
    if stored.active:
        _refuse_twin(stored)
    _save(stored, actor, now)
    audit.append(
        actor=actor, action="servicedesk.save_script", subject=("script", str(stored.pk)),
        data={"question": question, "answer": answer, "system": str(system or ""),
              "before": before if script else {}}, now=now,
    )  # fmt: skip
    return stored


@transaction.atomic
def set_script_active(*, script: Script, active: bool, actor: Actor, now: datetime) -> Script:
    """Retire a script, or take it into use again. ActionError where another of the same question is in use by then."""
    _hold(script.contract)
    stored = Script.objects.get(pk=script.pk)
    if stored.active == active:
        return stored
    stored.active = active
    if active:
        _refuse_twin(stored)
    _save(stored, actor, now)
    audit.append(
        actor=actor, action="servicedesk.set_script_active", subject=("script", str(stored.pk)),
        data={"state": "启用" if active else "停用", "question": stored.question}, now=now,
    )  # fmt: skip
    return stored


@transaction.atomic
def archive_scripts(
    *, contract: "Contract", occurrence: "Occurrence | None", actor: Actor, now: datetime
) -> "Evidence":
    """File the scripts in use as the contract's knowledge base for the 12345 line, as evidence on the occurrence.

    Without an occurrence it stands for the contract as a whole, where no duty asks for it by dates. ActionError where
    the contract asks for no such document, nothing is in use, or nothing changed since it was last filed there.
    """
    name = archive_name(contract)
    if not name:
        raise ActionError("合同没有要求接诉即办知识库，可导出 Excel 自行使用")
    wanting = {row.pk for row in wanting_scripts(contract, now)}
    if (occurrence.pk not in wanting) if occurrence else wanting:
        raise ActionError(f"请选择「{name}」的一个期次", field="occurrence")
    _hold(contract)
    if occurrence:
        contract_actions.lock_occurrence(occurrence.pk)
    rows = Script.objects.filter(contract=contract, active=True).select_related("system").order_by("question", "pk")
    context: dict[str, Any] = {"contract": contract.code, "title": name, "scripts": [_frozen(row) for row in rows]}
    if not context["scripts"]:
        raise ActionError("还没有在用的话术，没有归档")
    _refuse_unchanged(contract, occurrence, context)
    label = occurrence.label if occurrence else f"{now.astimezone(SHANGHAI):%Y-%m-%d}"
    document = documents.archive(
        title=f"{name} {contract.title} {label}", kind="hotline-scripts",
        file_name=safe_file_name(f"{name}-{contract.code}-{label}.xlsx"),
        content=table_workbook({"话术": (FILED, [list(row.values()) for row in context["scripts"]])}),
        origin=Origin.RENDERED, context=context, practice=contract.practice, actor=actor, now=now,
    )  # fmt: skip
    return contract_actions.record_evidence(
        contract=contract, kind=EvidenceKind.DOCUMENT, reference=f"scripts:{document.number}", occurrence=occurrence,
        deliverable=name, document_id=document.pk, note=f"在用话术 {len(context['scripts'])} 条", actor=actor, now=now,
    )  # fmt: skip


def _refuse_unchanged(contract: "Contract", occurrence: "Occurrence | None", context: dict[str, Any]) -> None:
    filed = standing_evidence(contract).filter(occurrence=occurrence, reference__startswith="scripts:")
    last = filed.order_by("-recorded_at", "-pk").first()
    if last and last.document and latest(last.document).context == context:
        raise ActionError(f"自 {last.document.number} 归档以来没有变化，没有重复归档")


def _hold(contract: "Contract") -> None:
    """Let nobody else change the contract's scripts until the transaction ends."""
    all_contracts().select_for_update(of=("self",), no_key=True).get(pk=contract.pk)


def _refuse_twin(script: Script) -> None:
    twins = Script.objects.filter(
        contract=script.contract_id, system=script.system_id, question=script.question, active=True
    )
    if twins.exclude(pk=script.pk).exists():
        raise ActionError("已有一条在用的话术答这个问题", field="question")


def _save(script: Script, actor: Actor, now: datetime) -> None:
    script.updated_at, script.updated_by = now, actor.audit_name
    script.save()


def _said(script: Script) -> dict[str, str]:
    return {"question": script.question, "answer": script.answer, "system": script.system.name if script.system else ""}


def _frozen(script: Script) -> dict[str, str]:
    return {
        "system": script.system.name if script.system else "", "question": script.question, "answer": script.answer,
        "updated_at": f"{script.updated_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", "updated_by": script.updated_by,
    }  # fmt: skip
