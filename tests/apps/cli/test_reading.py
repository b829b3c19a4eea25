"""`kangwei occurrences`, `package`, `verify` and `audit verify`."""

import json

import pytest
import time_machine

from kangwei.base.audit import System
from kangwei.base.models import AuditEntry
from kangwei.contracts.actions import upload_evidence
from kangwei.contracts.enums import Standing
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract(now):
    """The small contract with one report handed in late, as it stands on 20 November 2026."""
    contract = load_small(now)
    report = contract.occurrences.get(key="service-report|2026-Q1")
    upload_evidence(
        contract=contract, occurrence=report, deliverable="季度运维服务报告", file_name="报告.txt",
        content="写明的数字".encode(), note="", actor=System("测试"), now=now,
    )  # fmt: skip
    with time_machine.travel(now, tick=False):
        yield contract


def test_occurrences_show_duty_target_period_due_and_standing(kangwei, contract):
    outcome = kangwei("occurrences", "small-2026", "--month", "2026-03")

    assert outcome.status == 0
    assert [line.split() for line in outcome.out[:2]] == [
        ["义务", "对象", "期次", "截止", "状态"],
        ["数据库月度巡检", "业务库甲", "2026年3月", "2026-03-31", "23:59", "逾期"],
    ]
    assert outcome.last == "「small-2026」2026-03 应履行项共 4 个：逾期 3、逾期完成 1。"


def test_occurrences_as_json_leave_stdout_to_the_json(kangwei, contract):
    outcome = kangwei("occurrences", "small-2026", "--json")

    rows = json.loads("\n".join(outcome.out))
    assert len(rows) == 40
    late = next(row for row in rows if row["key"] == "service-report|2026-Q1")
    assert late["standing"] == Standing.LATE
    assert late["due_at"] == "2026-03-31T23:59:59+08:00"
    assert late["done_at"] == "2026-11-20T10:00:00+08:00"
    assert outcome.err == ["「small-2026」应履行项共 40 个：未开始 3、进行中 4、逾期 32、逾期完成 1。"]


def test_a_month_without_occurrences_is_empty_and_no_error(kangwei, contract):
    outcome = kangwei("occurrences", "small-2026", "--month", "2027-01")

    assert (outcome.status, outcome.last) == (0, "「small-2026」2027-01 应履行项共 0 个。")


@pytest.mark.parametrize("command", [["occurrences", "hdc-9"], ["package", "hdc-9", "--out", "x.zip"]])
def test_an_unknown_contract_is_answered_with_those_there_are(kangwei, contract, command):
    outcome = kangwei(*command)

    assert outcome.status == 1
    assert outcome.err == ["没有合同「hdc-9」，已载入的有 small-2026"]


def test_a_package_is_written_and_verified(kangwei, contract, tmp_path):
    built = kangwei("package", "small-2026", "--out", tmp_path / "验收包.zip")

    assert built.status == 0, built.err
    assert built.last.startswith(f"验收包已写到 {tmp_path}/验收包.zip：文件 ")
    assert [path.name for path in tmp_path.glob("*.zip")] == ["验收包.zip"]
    verified = kangwei("verify", tmp_path / "验收包.zip")
    assert verified.status == 0
    assert verified.out[0] == built.out[-2]
    assert "逐字节相符" in verified.last


def test_an_existing_file_is_never_replaced_by_a_package(kangwei, contract, tmp_path):
    (tmp_path / "a.zip").write_text("an older package")

    outcome = kangwei("package", "small-2026", "--out", tmp_path / "a.zip")

    assert outcome.status == 1
    assert outcome.err == [f"{tmp_path}/a.zip：已有同名文件或目录，不会覆盖，请换一个名字"]
    assert (tmp_path / "a.zip").read_text() == "an older package"


def test_a_package_for_a_folder_that_is_not_there_is_refused(kangwei, contract, tmp_path):
    outcome = kangwei("package", "small-2026", "--out", tmp_path / "absent" / "a.zip")

    assert outcome.status == 1
    assert outcome.err == [f"{tmp_path}/absent：没有这个文件夹"]


def test_verify_names_what_was_changed_in_a_package(kangwei, contract, tmp_path):
    path = tmp_path / "a.zip"
    kangwei("package", "small-2026", "--out", path)
    content = path.read_bytes()
    path.write_bytes(content.replace("写明的数字".encode(), "改过的数字".encode()))

    outcome = kangwei("verify", path)

    assert outcome.status == 1
    assert outcome.out[0].startswith(("已改动 ", "无法读出 "))
    assert "季度运维服务报告" in outcome.out[0]
    assert outcome.last == "a.zip 不完整：有 1 处问题。"


@pytest.mark.parametrize(("name", "reason"), [("absent.zip", "文件或目录不存在"), (".", "是目录，不是文件")])
def test_verify_refuses_what_it_cannot_read(kangwei, tmp_path, name, reason):
    outcome = kangwei("verify", tmp_path / name)

    assert outcome.status == 1
    assert outcome.err == [f"{tmp_path / name}：{reason}"]


def test_the_audit_trail_holds_until_somebody_changes_it(kangwei, contract):
    entries = AuditEntry.objects.count()
    whole = kangwei("audit", "verify")
    assert (whole.status, whole.out) == (0, [f"审计链完整：共 {entries} 条记录，逐条相符。"])

    AuditEntry.objects.filter(pk=3).update(actor="别人")
    broken = kangwei("audit", "verify")
    assert broken.status == 1
    assert broken.out == [
        "第 3 条：内容与摘要不符，已被改动",
        "审计链不完整：前 2 条记录相符，从第 3 条起不可信。",
    ]
