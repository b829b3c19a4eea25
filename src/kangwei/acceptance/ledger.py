"""The ledger (台账): what the contract asked for, what was done and what shows it, as one JSON text.

With it a package can be checked years later without this system: every clause with its citation, every occurrence
with its state and evidence, every document with the SHA-256 of each version.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kangwei.core.documents.canonical import canonical_json

if TYPE_CHECKING:
    from kangwei.contracts.models import Clause, Contract, ContractFile, Evidence, Occurrence
    from kangwei.contracts.queries import Record
    from kangwei.documents.models import Document

FORMAT = "kangwei-ledger/1"


def ledger_json(
    contract: "Contract",
    record: "Record",
    evidence: "Sequence[Evidence]",
    documents: "Iterable[Document]",
    *,
    number: str,
    now: datetime,
) -> str:
    """The contract's record at `now` as canonical JSON (sorted keys, times in Asia/Shanghai).

    `evidence` is the record's, read already; `documents` are those that it names, all their versions are listed.
    """
    by_occurrence: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for row in evidence:
        by_occurrence[row.occurrence_id].append(_evidence(row))
    return canonical_json(
        {
            "format": FORMAT,
            "number": number,
            "produced_at": now,
            "contract": _contract(contract, record.file),
            "clauses": [_clause(row) for row in record.clauses],
            "occurrences": [_occurrence(row, by_occurrence[row.pk]) for row in record.occurrences.iterator(2000)],
            "evidence": by_occurrence[None],
            "documents": [_document(document) for document in documents],
        }
    )


def _contract(contract: "Contract", file: "ContractFile") -> dict[str, Any]:
    return {
        "code": contract.code,
        "title": contract.title,
        "package": contract.package,
        "buyer": contract.buyer.name,
        "supplier": contract.supplier.name if contract.supplier else None,
        "first_day": contract.first_day,
        "last_day": contract.last_day,
        "term_assumed": contract.term_assumed,
        "practice": contract.practice,
        "calendar_version": contract.calendar_version,
        "file": {"name": file.name, "revision": file.revision, "sha256": file.sha256},
    }


def _clause(row: "Clause") -> dict[str, Any]:
    return {
        "key": row.key, "section": row.section, "title": row.title, "cite": row.cite, "in_force": row.active,
        "data": row.data,
    }  # fmt: skip


def _occurrence(row: "Occurrence", evidence: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "key": row.key, "duty": row.clause.key, "target": row.target, "label": row.label, "starts_at": row.starts_at,
        "due_at": row.due_at, "estimated": row.estimated, "state": row.state, "done_at": row.done_at,
        "waived_reason": row.waived_reason, "evidence": evidence,
    }  # fmt: skip


def _evidence(row: "Evidence") -> dict[str, Any]:
    return {
        "kind": row.kind, "reference": row.reference, "deliverable": row.deliverable,
        "document": row.document.number if row.document else None, "note": row.note, "recorded_at": row.recorded_at,
        "recorded_by": row.recorded_by, "withdrawn_at": row.withdrawn_at, "withdrawn_reason": row.withdrawn_reason,
    }  # fmt: skip


def _document(document: "Document") -> dict[str, Any]:
    versions = [
        {
            "version": row.version, "file_name": row.file_name, "size": row.size, "sha256": row.sha256,
            "origin": row.origin, "note": row.note, "archived_at": row.created_at, "archived_by": row.created_by,
        }
        for row in document.versions.all()
    ]  # fmt: skip
    return {"number": document.number, "title": document.title, "kind": document.kind, "versions": versions}
