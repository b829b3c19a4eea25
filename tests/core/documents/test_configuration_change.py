from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kangwei.core.documents.configuration_change import (
    ChangedLine,
    ConfigurationChange,
    ConfigurationVersion,
    render,
)
from kangwei.core.documents.kinds import render_docx
from tests.core.documents.reading import all_text, lines, read

_SAVED = datetime(2026, 11, 18, 17, 30, 5, tzinfo=UTC)  # the next day in Shanghai
_SHEET = ConfigurationChange(
    number="WD-202611-0042",
    title="配置变更单",
    owner="某市数据中心",
    device="C1机房核心交换机",
    device_number="NET-000001",
    device_kind="网络设备",
    serial_number="2102351TLP",
    address="10.1.0.1",
    place="C1机房 A03 机柜",
    change="BG-2026-018",
    reason="新增业务网段",
    effect="接入层 20 台终端",
    fallback="恢复第 3 版配置",
    applicant="张三",
    approver="李主任",
    operator="王五",
    carried_out_at=_SAVED,
    before=ConfigurationVersion(3, datetime(2026, 10, 1, 2, 0, tzinfo=UTC), "王五", "a" * 64, 120),
    after=ConfigurationVersion(4, _SAVED, "王五", "b" * 64, 121),
    added=2,
    removed=1,
    changes=(
        ChangedLine("-", 12, " vlan batch 10 20"),
        ChangedLine("+", 12, " vlan batch 10 20 30"),
        ChangedLine("+", 13, " <script>&"),
    ),
    more=0,
    made_at=datetime(2026, 11, 19, 1, 0, tzinfo=UTC),
    practice=False,
)


def sheet(**changes: Any) -> ConfigurationChange:
    return replace(_SHEET, **changes)


def test_the_head_names_device_reason_and_people() -> None:
    assert lines(read(render(sheet())).tables[0]) == [
        ["单据编号", "WD-202611-0042", "变更单号", "BG-2026-018"],
        ["单位", "某市数据中心"],
        ["设备名称", "C1机房核心交换机", "资产编号", "NET-000001"],
        ["设备类别", "网络设备", "序列号", "2102351TLP"],
        ["管理地址", "10.1.0.1", "存放地点", "C1机房 A03 机柜"],
        ["变更原因", "新增业务网段"],
        ["影响范围", "接入层 20 台终端"],
        ["回退办法", "恢复第 3 版配置"],
        ["申请人", "张三", "批准人", "李主任"],
        ["实施人", "王五", "实施时间", "2026-11-19 01:30:05"],
    ]


def test_both_versions_stand_with_their_digest() -> None:
    table = lines(read(render(sheet())).tables[1])
    assert table[1] == ["变更前", "第3版\n120 行", "2026-10-01 10:00:00", "王五", "a" * 64]
    assert table[2] == ["变更后", "第4版\n121 行", "2026-11-19 01:30:05", "王五", "b" * 64]


def test_every_changed_line_is_listed_as_the_device_wrote_it() -> None:
    document = read(render(sheet()))
    assert lines(document.tables[2])[1:] == [
        ["删除", "12", " vlan batch 10 20"],
        ["新增", "12", " vlan batch 10 20 30"],
        ["新增", "13", " <script>&"],
    ]
    assert "新增2行，删除1行。" in all_text(document)
    assert "未列出" not in all_text(document)


def test_what_is_left_out_is_said() -> None:
    assert "另有 340 行变化未列出" in all_text(read(render(sheet(more=340))))


def test_those_who_stand_for_it_sign() -> None:
    assert lines(read(render(sheet())).tables[-1])[0] == ["申请人", "批准人", "实施人", "复核人"]


def test_practice_is_marked_and_equal_sheets_give_equal_bytes() -> None:
    assert read(render(sheet(practice=True))).paragraphs[0].text == "练习数据，不作为佐证"
    assert render(sheet()) == render_docx(sheet())
