from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kangwei.core.documents.configuration_report import BackedUp, ConfigurationReport, NotBackedUp, render
from kangwei.core.documents.kinds import render_docx
from tests.core.documents.reading import all_text, fills, lines, read

_AT = datetime(2026, 11, 18, 17, 30, 5, tzinfo=UTC)  # the next day in Shanghai
_REPORT = ConfigurationReport(
    number="WD-202611-0043",
    title="配置报告",
    owner="某市数据中心",
    month="2026年11月",
    made_by="王五",
    made_at=datetime(2026, 11, 30, 9, 0, tzinfo=UTC),
    backed_up=(
        BackedUp("核心交换机", "NET-000001", "网络设备", _AT, 4, "1 次，新增 2 行，删除 1 行"),
        BackedUp("出口防火墙", "NET-000002", "网络设备", _AT, 1, ""),
    ),
    missing=(
        NotBackedUp("磁盘阵列", "STO-000001", "存储设备", "C1机房", "2026-10-08"),
        NotBackedUp("业务库", "DB-000001", "数据库实例", "", ""),
    ),
    practice=False,
)


def report(**changes: Any) -> ConfigurationReport:
    return replace(_REPORT, **changes)


def test_the_summary_counts() -> None:
    expected = "2026年11月，某市数据中心应备份配置的设备与系统共4项，已备份2项，其中有变化或首次保存的1项；未备份2项。"
    assert expected in all_text(read(render(report())))


def test_what_was_backed_up_and_what_was_not() -> None:
    document = read(render(report()))
    assert lines(document.tables[0])[1:] == [
        ["1", "核心交换机\nNET-000001", "网络设备", "2026-11-19 01:30:05", "第4版", "1 次，新增 2 行，删除 1 行"],
        ["2", "出口防火墙\nNET-000002", "网络设备", "2026-11-19 01:30:05", "第1版", "无变化"],
    ]
    assert lines(document.tables[1])[1:] == [
        ["1", "磁盘阵列\nSTO-000001", "存储设备", "C1机房", "2026-10-08"],
        ["2", "业务库\nDB-000001", "数据库实例", "—", "从未备份"],
    ]
    assert fills(document.tables[1], "从未备份") != fills(document.tables[1], "2026-10-08")


def test_a_month_without_gaps_or_without_backups_says_so() -> None:
    assert "应备份的设备均已备份。" in all_text(read(render(report(missing=()))))
    assert "本月没有备份。" in all_text(read(render(report(backed_up=()))))


def test_practice_is_marked_and_equal_reports_give_equal_bytes() -> None:
    assert read(render(report(practice=True))).paragraphs[0].text == "练习数据，不作为佐证"
    assert render(report()) == render_docx(report())
