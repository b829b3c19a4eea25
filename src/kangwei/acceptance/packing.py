"""A contract's documents as one ZIP: facts gathered first, then files streamed from the archive."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kangwei.acceptance import queries
from kangwei.acceptance.index import PRACTICE, TITLE, PackedFile, index_of, missing_text, packed_files
from kangwei.acceptance.ledger import ledger_json
from kangwei.base.errors import ActionError
from kangwei.contracts import queries as contracts
from kangwei.core.documents import PackageEntry, PackageError, render_docx, render_xlsx, write_package
from kangwei.documents import queries as documents

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

STEPS = 100
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class BuiltPackage:
    """What was written: files besides the manifest, missing documents, bytes, SHA-256 of ZIP and manifest."""

    files: int
    missing: int
    size: int
    sha256: str
    manifest_sha256: str


@dataclass(frozen=True)
class _Plan:
    """Everything that goes into a package: small files as bytes, documents by where they belong."""

    own: list[PackageEntry]
    files: list[PackedFile]
    missing: int


def pack(
    contract: "Contract", out_path: Path, *, number: str, produced_by: str, now: datetime, progress: Progress
) -> BuiltPackage:
    """Write the contract's package as it stands at `now`.

    `progress(done, total)` is called with numbers of files, about a hundred times. ActionError where an archived file
    is missing or no longer what was archived (it names the document), and where the file cannot be written. The file
    appears at `out_path` only when it is whole.
    """
    plan = _plan(contract, number, produced_by, now)
    facts = {
        "number": number, "contract": contract.code, "title": contract.title, "buyer": contract.buyer.name,
        "supplier": contract.supplier.name if contract.supplier else None, "practice": contract.practice,
        "term": f"{contract.first_day}/{contract.last_day}", "produced_at": now.isoformat(),
        "produced_by": produced_by, "missing": plan.missing,
    }  # fmt: skip
    try:
        summary = write_package(out_path, _entries(plan, progress), facts)
        with out_path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except PackageError as error:
        raise ActionError(str(error)) from error
    except OSError as error:
        raise ActionError(f"验收包写不进磁盘：{error.strerror or error}") from error
    return BuiltPackage(summary.files, plan.missing, summary.size, sha256, summary.manifest_sha256)


def _plan(contract: "Contract", number: str, produced_by: str, now: datetime) -> _Plan:
    # In this order, so that what is recorded meanwhile can only stand in the ledger and lack nowhere.
    found = queries.completeness(contract, now)
    record = contracts.record(contract)
    evidence = list(record.evidence)
    shown = queries.latest_documents(row.document_id for row in evidence if row.document_id)
    index = index_of(contract, found, shown, number=number, produced_by=produced_by, now=now)
    missing = missing_text(contract, found, number=number, now=now)
    registered = [document for document, _ in shown.values()]
    ledger = ledger_json(contract, record, evidence, registered, number=number, now=now)
    mark = PRACTICE if contract.practice else ""
    own = [
        PackageEntry(f"00-{TITLE}{mark}.docx", render_docx(index)),
        PackageEntry(f"00-{TITLE}{mark}.xlsx", render_xlsx(index)),
        # The byte order mark lets old Windows editors see that it is UTF-8.
        PackageEntry(f"缺失清单{mark}.txt", missing.encode("utf-8-sig")),
        PackageEntry(f"台账{mark}.json", ledger.encode()),
    ]
    files = [file for line in found.lines for file in packed_files(line, shown)]
    return _Plan(own, files, found.totals.missing)


def _entries(plan: _Plan, progress: Progress) -> Iterator[PackageEntry]:
    total = len(plan.own) + len(plan.files)
    step = max(1, total // STEPS)
    for done, entry in enumerate(_contents(plan)):
        if done % step == 0:
            progress(done, total)
        yield entry
    progress(total, total)


def _contents(plan: _Plan) -> Iterator[PackageEntry]:
    yield from plan.own
    for file in plan.files:
        try:
            content = documents.content(file.version)
        except ActionError as error:
            raise ActionError(f"文档 {file.document}，第 {file.version.version} 版：{error}") from error
        yield PackageEntry(file.path, content)
