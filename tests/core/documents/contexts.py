"""Frozen contexts for the tests."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kangwei.core.documents import (
    AcceptanceIndex,
    IndexFile,
    IndexGroup,
    IndexLine,
    InspectionSheet,
    ResultRow,
    SheetFinding,
    StockTakeLine,
    StockTakeSheet,
)


def result_row(number: int = 1, **changes: str) -> ResultRow:
    value = f"{40 + number / 10:.1f}"
    row = ResultRow(str(number), f"表空间使用率 TS{number:03d}", value, "%", "警告 > 80 %", "正常", "")
    return replace(row, **changes)


def inspection_sheet(**changes: Any) -> InspectionSheet:
    return replace(_SHEET, **changes)


def stock_take_line(number: int = 1, **changes: Any) -> StockTakeLine:
    line = StockTakeLine(
        f"PDA-{number:06d}", "采血登记PDA", f"SN{number:08d}", "王芳", "二层库房", "在位", "", "", "张三", _COUNTED_AT
    )
    return replace(line, **changes)


def stock_take_sheet(**changes: Any) -> StockTakeSheet:
    return replace(_STOCK_TAKE, **changes)


def acceptance_index(**changes: Any) -> AcceptanceIndex:
    return replace(_INDEX, **changes)


_SHEET = InspectionSheet(
    number="XJ-2026-0412",
    title="数据库巡检记录单",
    contract_title="信息系统运行维护服务（第 3 包）",
    buyer="某市数据中心",
    supplier="某信息技术公司",
    duty_name="Oracle 数据库日常巡检",
    clause_cite="采购需求.txt:2266-2268",
    period_label="2026 年第 47 周",
    target_name="应急统计系统主库",
    target_address="10.10.20.31:1521/orcl",
    template_title="Oracle 数据库巡检模板",
    template_digest="9f2c6c1e5b7a4d30",
    started_at=datetime(2026, 11, 18, 17, 30, 5, tzinfo=UTC),  # the next day in Shanghai
    finished_at=datetime(2026, 11, 18, 17, 42, 51, tzinfo=UTC),
    inspector="张三",
    trigger="计划",
    verdict="警告",
    rows=(
        result_row(1),
        result_row(2, value="83.2", verdict="警告", remark="上周 81.0 %"),
        result_row(3, value="", verdict="未测得", remark="连接超时"),
    ),
    findings=(SheetFinding("1", "警告", "TS002 约 40 天后用尽。", "扩充数据文件 20 GB。"),),
    practice=False,
)

_COUNTED_AT = datetime(2026, 11, 19, 3, 20, tzinfo=UTC)
_STOCK_TAKE = StockTakeSheet(
    number="WD-202611-0007",
    title="资产盘点表",
    name="2026 年度 PDA 盘点",
    owner="某市血液中心",
    kind="PDA手持终端",
    place="",
    started_at=datetime(2026, 11, 18, 1, 0, tzinfo=UTC),
    started_by="李四（lisi）",
    closed_at=datetime(2026, 11, 19, 9, 30, tzinfo=UTC),
    closed_by="李四（lisi）",
    counters=("张三", "王五"),
    expected=3,
    totals=(("在位", 1), ("位置不符", 1), ("盘亏", 1), ("盘盈", 1)),
    differences=("盘亏", "盘盈", "位置不符"),
    lines=(
        stock_take_line(1),
        stock_take_line(2, result="位置不符", found_place="三层护士站", note="借用未归还"),
        stock_take_line(3, result="盘亏", counted_by="", counted_at=None),
        stock_take_line(4, result="盘盈", place="", serial_number=""),
    ),
    practice=False,
)

_WEEKLY = tuple(IndexFile(f"第 {week:02d} 周.docx", 1 + week % 2, f"{week:x}" * 64) for week in (1, 2, 4))
_INDEX = AcceptanceIndex(
    number="YS-2026-003",
    title="验收资料目录",
    contract_number="HT-2026-03",
    contract_title="信息系统运行维护服务（第 3 包）",
    buyer="某市数据中心",
    supplier="某信息技术公司",
    term_label="2026-01-01 至 2026-12-31",
    produced_at=datetime(2026, 12, 31, 3, 0, tzinfo=UTC),
    produced_by="李四",
    groups=(
        IndexGroup(
            "1",
            "运维过程文档",
            (
                IndexLine("1.1", "数据库巡检记录单", 4, 3, 2, ("第 03 周（主库）",), _WEEKLY),
                IndexLine("1.2", "故障处理记录", None, 0, 0, (), ()),
            ),
        ),
        IndexGroup("2", "总结", (IndexLine("2.1", "运维总结报告", 1, 0, 0, ("年度运维总结报告",), ()),)),
    ),
    practice=False,
)
