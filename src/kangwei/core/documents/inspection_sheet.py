"""巡检记录单: what one inspection run measured on one target, to be signed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kangwei.core.documents import house, tables
from kangwei.core.documents.tables import Cell, Column, Emphasis

# The words are those of kangwei.core.checks; a verdict that is not listed here is printed plainly.
_EMPHASIS = {"严重": Emphasis.STRONG, "警告": Emphasis.MIDDLE, "未测得": Emphasis.LIGHT}

_RESULT_COLUMNS = (
    Column("序号", 11, True),
    Column("检查项", 39),
    Column("实测值", 34),
    Column("阈值", 32),
    Column("判定", 16, True),
    Column("备注", 24),
)
_FINDING_COLUMNS = (
    Column("序号", 11, True),
    Column("级别", 16, True),
    Column("发现", 72),
    Column("处置建议", 57),
)
# A longer value or remark gets a line of its own below: in its narrow column it would run over pages.
_LONGEST_IN_COLUMN = 60


@dataclass(frozen=True)
class ResultRow:
    """One measured point. `value` is text without `unit`; an empty value or threshold prints as a dash."""

    number: str
    title: str
    value: str
    unit: str
    threshold: str
    verdict: str
    remark: str


@dataclass(frozen=True)
class SheetFinding:
    """One thing that is wrong; `advice` may be empty."""

    number: str
    severity: str
    text: str
    advice: str


@dataclass(frozen=True)
class InspectionSheet:
    """Everything that a 巡检记录单 shows. Times are aware and are printed in Asia/Shanghai to the second."""

    number: str
    title: str
    contract_title: str
    buyer: str
    supplier: str
    duty_name: str
    clause_cite: str
    period_label: str
    target_name: str
    target_address: str
    template_title: str
    template_digest: str
    started_at: datetime
    finished_at: datetime
    inspector: str
    trigger: str
    verdict: str
    rows: tuple[ResultRow, ...]
    findings: tuple[SheetFinding, ...]
    practice: bool


def render(sheet: InspectionSheet) -> bytes:
    """The sheet as .docx, created at `finished_at`. Raises ValueError for a time without zone."""
    document = house.new_document(
        title=sheet.title, number=f"编号：{sheet.number}", moment=sheet.finished_at, practice=sheet.practice
    )
    tables.add_fields(document, _head(sheet))
    house.add_heading(document, "一、检查结果")
    results = [line for row in sheet.rows for line in _result(row)]
    tables.add_grid(document, _RESULT_COLUMNS, results, empty="本次没有检查项。")
    house.add_heading(document, "二、发现")
    findings = [_finding(finding) for finding in sheet.findings]
    tables.add_grid(document, _FINDING_COLUMNS, findings, empty="未发现异常。")
    house.add_heading(document, "三、结论")
    # Kept on one page with the signatures: nobody should sign a sheet of paper that says nothing.
    house.add_body(document, _conclusion(sheet), keep_with_next=True)
    house.add_heading(document, "四、签字")
    tables.add_signatures(document, ("巡检人", "复核人", "用户代表"))
    house.add_note(document, "注：时间均为北京时间。")
    return house.to_bytes(document)


def _head(sheet: InspectionSheet) -> list[list[tuple[str, str | Cell]]]:
    return [
        [("记录单编号", sheet.number), ("巡检周期", sheet.period_label)],
        [("合同名称", sheet.contract_title)],
        [("甲方", sheet.buyer), ("乙方", sheet.supplier)],
        [("履约义务", sheet.duty_name), ("依据条款", sheet.clause_cite)],
        [("巡检对象", sheet.target_name), ("对象地址", sheet.target_address)],
        [("巡检模板", sheet.template_title), ("模板摘要", sheet.template_digest)],
        [("开始时间", house.time_text(sheet.started_at)), ("结束时间", house.time_text(sheet.finished_at))],
        [("巡检人", sheet.inspector), ("触发方式", sheet.trigger)],
        [("总体结论", Cell(sheet.verdict, Emphasis.BOLD))],
    ]


def _result(row: ResultRow) -> Iterator[list[Cell]]:
    """The line of a measured point, then one across the table for each text too long for its column."""
    measured = f"{row.value} {row.unit}".rstrip() if row.value else "—"
    texts = {"实测值": measured, "备注": row.remark}
    long = {name: text for name, text in texts.items() if len(text) > _LONGEST_IN_COLUMN}
    short = {name: "见下行" if name in long else text for name, text in texts.items()}
    yield [
        Cell(row.number),
        Cell(row.title),
        Cell(short["实测值"]),
        Cell(row.threshold or "—"),
        _judged(row.verdict),
        Cell(short["备注"]),
    ]
    for name, text in long.items():
        yield [Cell(""), Cell(f"{name}：{text}", span=len(_RESULT_COLUMNS) - 1)]


def _finding(finding: SheetFinding) -> list[Cell]:
    return [Cell(finding.number), _judged(finding.severity), Cell(finding.text), Cell(finding.advice or "—")]


def _judged(label: str) -> Cell:
    return Cell(label, _EMPHASIS.get(label, Emphasis.NONE))


def _conclusion(sheet: InspectionSheet) -> str:
    counts = Counter(row.verdict for row in sheet.rows)
    verdicts = [f"{verdict}{count}项" for verdict, count in counts.items()]
    parts = [f"本次巡检共{len(sheet.rows)}项", *verdicts, f"发现{len(sheet.findings)}条"]
    return f"{'，'.join(parts)}。总体结论：{sheet.verdict}。"
