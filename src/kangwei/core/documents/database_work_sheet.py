"""数据库工作确认单: what was corrected in a database, on whose approval, behind which backup, with which result."""

from dataclasses import dataclass
from datetime import datetime

from kangwei.core.documents import house, tables
from kangwei.core.documents.tables import Cell, Column, Emphasis
from kangwei.core.documents.ticket_head import TicketHead, head_rows

_FILE_COLUMNS = (Column("用途", 26, True), Column("文件名", 62), Column("SHA-256", 68))
_SCRIPT_COLUMNS = (Column("SQL 或脚本", 156),)


@dataclass(frozen=True)
class ProofFile:
    """A file that proves an approval or a backup, as it lies in the archive."""

    use: str
    name: str
    sha256: str


@dataclass(frozen=True)
class DatabaseWorkSheet:
    """Everything that a 数据库工作确认单 shows. Times are aware."""

    head: TicketHead
    title: str
    scope: str
    submitted_by: str
    submitted_at: datetime
    approved_by: str
    approval: str
    approved_at: datetime
    backup: str
    backed_up_at: datetime
    proofs: tuple[ProofFile, ...]
    operator: str
    carried_out_at: datetime
    script: str
    rows: str
    result: str
    check: str
    checked_by: str
    checked_at: datetime
    made_at: datetime
    practice: bool


def render(sheet: DatabaseWorkSheet) -> bytes:
    """The sheet as .docx, created at `made_at`. Raises ValueError for a time without zone."""
    document = house.new_document(
        title=sheet.title, number=f"编号：{sheet.head.number}", moment=sheet.made_at, practice=sheet.practice
    )
    tables.add_fields(document, head_rows(sheet.head))
    house.add_heading(document, "一、申请与批准")
    tables.add_fields(document, _approval(sheet))
    house.add_heading(document, "二、备份")
    tables.add_fields(document, [[("备份时间", house.time_text(sheet.backed_up_at))], [("位置与大小", sheet.backup)]])
    house.add_heading(document, "三、执行与核对")
    tables.add_fields(document, _work(sheet))
    house.add_heading(document, "四、脚本")
    tables.add_grid(document, _SCRIPT_COLUMNS, [[Cell(sheet.script)]], empty="")
    house.add_heading(document, "五、存档文件")
    tables.add_grid(document, _FILE_COLUMNS, [_proof(proof) for proof in sheet.proofs], empty="没有存档文件。")
    house.add_heading(document, "六、签字")
    tables.add_signatures(document, ("申请人", "甲方批准人", "执行人", "核对人"))
    house.add_note(document, "注：时间均为北京时间。文件按 SHA-256 存档，可据此核对。")
    return house.to_bytes(document)


def _approval(sheet: DatabaseWorkSheet) -> list[list[tuple[str, str | Cell]]]:
    return [
        [("修正范围", sheet.scope)],
        [("申请人", sheet.submitted_by), ("申请时间", house.time_text(sheet.submitted_at))],
        [("批准人", sheet.approved_by), ("批准时间", house.time_text(sheet.approved_at))],
        [("批准文号", Cell(sheet.approval, Emphasis.BOLD))],
    ]


def _work(sheet: DatabaseWorkSheet) -> list[list[tuple[str, str | Cell]]]:
    return [
        [("执行人", sheet.operator), ("执行时间", house.time_text(sheet.carried_out_at))],
        [("影响行数", Cell(sheet.rows, Emphasis.BOLD))],
        [("实施结果", sheet.result)],
        [("核对人", sheet.checked_by), ("核对时间", house.time_text(sheet.checked_at))],
        [("核对结果", sheet.check)],
    ]


def _proof(proof: ProofFile) -> list[Cell]:
    return [Cell(proof.use), Cell(proof.name), Cell(proof.sha256)]
