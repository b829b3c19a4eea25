"""派工单 as PDF: what stands on it, and that nothing that somebody wrote is read as markup."""

import json
import re
import struct
import zlib
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kangwei.core.documents import typeset
from kangwei.core.documents.dispatch_order import (
    DispatchOrder,
    PartLine,
    SignatureBlock,
    blocks,
    render,
    to_json,
)
from kangwei.core.documents.typeset import Body, Fields, Grid, Signatures

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HOSTILE = '#panic("x") $x^2$ *b* _i_ @ref <label> `raw` \\ // " \' [ ] { } = - + / ~ & % \U0001f600\x00\r\n\u2028'


def part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture(shade: int) -> bytes:
    head = part(b"IHDR", struct.pack(">IIBBBBB", 60, 20, 8, 6, 0, 0, 0))
    rows = zlib.compress((b"\x00" + bytes([shade, 0, 0, 255]) * 60) * 20)
    return b"\x89PNG\r\n\x1a\n" + head + part(b"IDAT", rows) + part(b"IEND", b"")


PICTURES = {"a" * 64: picture(0), "b" * 64: picture(90), "c" * 64: picture(180)}
ORDER = DispatchOrder(
    number="PG-202611-000001",
    title="现场服务派工单",
    ticket_number="GD-202611-000012",
    ticket_title="门诊系统打不开",
    ticket_kind="事件",
    severity="紧急",
    contract_title="信息系统运行维护服务（第 3 包）",
    buyer="某市数据中心",
    supplier="某信息技术公司",
    institution="延庆区医院",
    caller="李护士",
    phone="010-12345678",
    system="门诊系统",
    address="东街 28 号",
    task="更换交换机",
    issued_at=NOW,
    issued_by="王经理（manager）",
    engineer="张三",
    planned_at=NOW + timedelta(hours=4),
    accepted_at=NOW + timedelta(minutes=5),
    departed_at=NOW + timedelta(minutes=10),
    arrived_at=NOW + timedelta(minutes=70),
    entered_at=None,
    position="40.456700, 115.974500（精度 25 米）",
    arrival_limit="自受理起8小时，按时到场",
    work_done="更换交换机一台，恢复正常。",
    finished_at=NOW + timedelta(hours=2),
    parts=(PartLine("交换机", 1, "台", "SN123456"), PartLine("网线", 4, "", "")),
    satisfaction="9 分（满分 10）",
    signatures=(
        SignatureBlock("报修人", "李护士", NOW + timedelta(hours=2), "a" * 64),
        SignatureBlock("确认人", "赵主任", NOW + timedelta(hours=2), "b" * 64),
        SignatureBlock("处理人", "张三", NOW + timedelta(hours=3), "c" * 64),
    ),
    practice=False,
)


def pages(pdf: bytes) -> int:
    """How many pages the file says it has."""
    return int(re.findall(rb"/Type/Pages/Count (\d+)", pdf)[0])


def shown(**changes: Any) -> str:
    """Every text of the sheet."""
    found = []
    for block in blocks(replace(ORDER, **changes)):
        if isinstance(block, Fields):
            found += [text for row in block.rows for pair in row for text in pair]
        elif isinstance(block, Grid):
            found += [text for row in block.rows for text in row]
        elif isinstance(block, Signatures):
            found += [text for box in block.boxes for text in (box.role, box.name, box.at)]
        else:
            found.append(block.text)
    return "\n".join(found)


def test_everything_that_is_known_stands_on_the_sheet() -> None:
    text = shown()
    for field in fields(ORDER):
        value = getattr(ORDER, field.name)
        if isinstance(value, str) and field.name != "title":
            assert value in text, field.name
    for moment in ("10:00", "14:00", "10:05", "10:10", "11:10", "12:00", "13:00"):
        assert f"2026-11-20 {moment}" in text
    for part_shown in ("交换机", "1 台", "SN123456", "网线", "4", "赵主任", "确认人"):
        assert part_shown in text


def test_what_is_not_known_says_so() -> None:
    text = shown(position="", arrival_limit="", parts=(), planned_at=None)
    assert "未取得" in text and "合同没有适用的时限" in text and "没有使用备件。" in text
    assert Body("没有使用备件。") not in list(blocks(ORDER))


def test_an_arrival_that_was_entered_afterwards_shows_both_times() -> None:
    assert "2026-11-20 11:10（2026-11-20 13:30 补录）" in shown(entered_at=NOW + timedelta(minutes=210))
    assert "补录" not in shown()


def test_the_same_order_gives_the_same_file_and_another_another() -> None:
    first = render(ORDER, PICTURES)
    assert first.startswith(b"%PDF-") and pages(first) == 1
    assert render(ORDER, PICTURES) == first
    assert render(replace(ORDER, work_done="换了别的"), PICTURES) != first
    assert render(ORDER, PICTURES | {"a" * 64: picture(200)}) != first


def test_only_the_bundled_font_is_used() -> None:
    assert typeset.fonts().families() == [typeset.FONT]
    named = set(re.findall(rb"/FontName\s*/([\w+-]+)", render(ORDER, PICTURES)))
    assert named and all(b"NotoSansSC" in name for name in named)


def test_no_text_is_read_as_markup() -> None:
    words = {field.name: HOSTILE for field in fields(ORDER) if isinstance(getattr(ORDER, field.name), str)}
    parts = (PartLine(HOSTILE, 1, HOSTILE, HOSTILE),)
    signed = tuple(replace(one, name=HOSTILE) for one in ORDER.signatures)
    hostile = replace(ORDER, **words, parts=parts, signatures=signed)
    # `#panic`, and a reference to nothing, would end the typesetting.
    assert pages(render(hostile, PICTURES)) >= 1


def test_a_word_without_end_is_broken() -> None:
    assert pages(render(replace(ORDER, work_done="A" * 6000), PICTURES)) == 3


def test_a_long_report_goes_on_over_the_pages() -> None:
    rows = tuple(PartLine(f"备件 {number}", number, "个", "S" * 80) for number in range(1, 51))
    assert pages(render(replace(ORDER, work_done="逐台检查。\n" * 200, parts=rows), PICTURES)) > 4


def test_practice_is_marked() -> None:
    marked = render(replace(ORDER, practice=True), PICTURES)
    assert marked != render(ORDER, PICTURES)


def test_a_missing_picture_is_an_error() -> None:
    with pytest.raises(KeyError):
        render(ORDER, {})


def test_a_time_without_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="时区"):
        render(replace(ORDER, arrived_at=datetime(2026, 11, 20)), PICTURES)  # noqa: DTZ001


def test_the_saved_order_holds_every_field() -> None:
    saved = json.loads(to_json(ORDER))
    assert saved["kind"] == "dispatch-order/1"
    assert set(saved["context"]) == {field.name for field in fields(ORDER)}
    assert saved["context"]["arrived_at"] == "2026-11-20T11:10:00+08:00"
    assert saved["context"]["signatures"][0]["sha256"] == "a" * 64
