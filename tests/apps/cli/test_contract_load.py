"""`kangwei contract load` and `contract diff`."""

import pytest

from kangwei.base.models import AuditEntry
from kangwei.contracts import queries

pytestmark = pytest.mark.django_db


def test_a_file_is_loaded_with_its_supplier(kangwei, small_file):
    outcome = kangwei("contract", "load", small_file(), "--supplier", "试验乙方公司")

    assert outcome.status == 0
    assert outcome.out == [
        "small-2026 小型运维合同（2026-01-01 至 2026-12-31）",
        "  新合同，应履行项 40 个",
        "已载入 1 个合同文件：应履行项新增 40、改期 0、删除 0。",
    ]
    assert queries.all_contracts().get().supplier.name == "试验乙方公司"
    assert AuditEntry.objects.filter(actor__startswith="命令行（").exists()


def test_the_same_file_again_changes_nothing_but_may_name_the_supplier(kangwei, small_file):
    kangwei("contract", "load", small_file())
    before = AuditEntry.objects.count()

    again = kangwei("contract", "load", small_file())
    assert again.out[1:] == ["  没有变化", "已载入 1 个合同文件：应履行项新增 0、改期 0、删除 0。"]
    assert AuditEntry.objects.count() == before

    kangwei("contract", "load", small_file(), "--supplier", "试验乙方公司")
    assert queries.all_contracts().get().supplier.name == "试验乙方公司"


def test_an_edited_file_is_reported_by_clause(kangwei, small_file):
    kangwei("contract", "load", small_file())

    outcome = kangwei("contract", "load", small_file(title="改名的合同", **without_reports()))

    assert outcome.status == 0
    assert "  更改 contract 改名的合同" in outcome.out
    assert "    title：小型运维合同 → 改名的合同" in outcome.out
    assert "  删除 duty:service-report 季度服务报告" in outcome.out
    assert outcome.last == "已载入 1 个合同文件：应履行项新增 0、改期 0、删除 4。"


def test_of_several_files_all_are_loaded_or_none(kangwei, small_file):
    good, bad = small_file(), small_file("bad-2026.yaml", id="bad-2026", titel="x")

    refused = kangwei("contract", "load", good, bad)
    assert refused.status == 1
    assert refused.last == "合同文件有 1 处错误。"
    assert not queries.all_contracts().exists()

    other = small_file("other-2026.yaml", id="other-2026")
    assert kangwei("contract", "load", good, other).status == 0
    assert queries.all_contracts().count() == 2


def test_a_supplier_that_is_known_as_a_buyer_loads_nothing(kangwei, small_file):
    outcome = kangwei("contract", "load", small_file(), "--supplier", "试验甲方中心")

    assert outcome.status == 1
    assert outcome.err == ["「试验甲方中心」登记为甲方，不是乙方"]
    assert not queries.all_contracts().exists()


def test_diff_gives_the_numbers_of_a_load_and_writes_nothing(kangwei, small_file):
    new = kangwei("contract", "diff", small_file())
    assert new.status == 0
    assert new.last == "「small-2026」尚未载入；什么也没有写入。"
    assert not queries.all_contracts().exists()

    kangwei("contract", "load", small_file())
    entries = AuditEntry.objects.count()
    edited = kangwei("contract", "diff", small_file(**without_reports()))

    assert edited.status == 0
    assert "  删除 duty:service-report 季度服务报告" in edited.out
    assert "  应履行项新增 0、改期 0、删除 4" in edited.out
    assert edited.last == "与库内的「small-2026」相比，条款有 1 处不同；什么也没有写入。"
    assert AuditEntry.objects.count() == entries
    assert queries.all_contracts().get().occurrences.count() == 40


def without_reports() -> dict[str, object]:
    """The small contract's duties without the quarterly report."""
    duty = {
        "id": "db-inspection", "name": "数据库月度巡检", "activity": "inspection", "per": "database",
        "cadence": {"every": "month"}, "produces": ["数据库巡检报告"], "cite": "small-2026.txt:20-21",
    }  # fmt: skip
    return {"duties": [duty]}
