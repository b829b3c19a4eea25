"""`kangwei contract show`."""

import pytest

from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db


def test_a_contract_reads_section_by_section_with_lines(kangwei, now):
    load_small(now)
    outcome = kangwei("contract", "show", "small-2026")

    assert outcome.status == 0
    assert outcome.out[0].startswith("small-2026 ")
    at = outcome.out.index("义务（2）")
    assert outcome.out[at + 1].strip() == "1. 数据库月度巡检  每月1次  [20-21]"
    assert any(line.strip() == "逐一对象 业务系统数据库" for line in outcome.out[at:])
    assert outcome.last == "small-2026 共列出 10 条。"


def test_one_part_alone(kangwei, now):
    load_small(now)
    outcome = kangwei("contract", "show", "small-2026", "--tab", "duties")

    assert [line for line in outcome.out if line and not line.startswith(" ")] == [
        "义务（2）", "small-2026 共列出 2 条。",
    ]  # fmt: skip


def test_lines_stay_within_the_width_of_the_terminal(kangwei, now, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    load_small(now)
    outcome = kangwei("contract", "show", "small-2026")

    wide = [line for line in outcome.out[4:] if sum(2 if ord(char) > 255 else 1 for char in line) > 50]
    assert wide == []


def test_a_contract_that_is_not_there(kangwei):
    outcome = kangwei("contract", "show", "nobody")

    assert (outcome.status, outcome.last) == (1, "没有合同「nobody」，还没有载入任何合同")
