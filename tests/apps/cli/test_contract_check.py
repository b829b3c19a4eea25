"""`kangwei contract check`: needs no database."""

import pytest

from tests.conftest import PROCUREMENT

TEXT = "说明\n" * 9 + "数据库共3套，每月巡检1次，提交《数据库巡检报告》。\n" + "说明\n" * 70


def test_a_sound_file_is_summed_up_by_section(kangwei, small_file):
    outcome = kangwei("contract", "check", small_file())

    assert outcome.status == 0
    assert outcome.out[0].split() == ["条款", "条数"]
    assert [line.split() for line in outcome.out[1:-2]] == [
        ["义务", "2"], ["成果物", "3"], ["验收项", "3"], ["验收步骤", "1"], ["对象", "1"],
    ]  # fmt: skip
    assert outcome.out[-2] == "合同期 2026-01-01 至 2026-12-31，应履行项 40 个"
    assert outcome.last == "small-2026.yaml 合格。"


def test_every_fault_is_listed_with_its_line(kangwei, small_file):
    outcome = kangwei("contract", "check", small_file(titel="x", package=5, measures=[{"name": "满意度"}]))

    assert outcome.status == 1
    assert outcome.out == []
    assert any("titel" in line and line.startswith("small-2026.yaml:") for line in outcome.err)
    assert outcome.last == f"合同文件有 {len(outcome.err) - 1} 处错误。"
    assert len(outcome.err) > 4


def test_lines_that_look_binding_and_are_cited_nowhere_are_listed(kangwei, small_file, tmp_path):
    text = TEXT + "供应商应在2小时内到场。\n"
    source = tmp_path / "small-2026.txt"
    source.write_text(text, "utf-8")

    outcome = kangwei("contract", "check", small_file(source=_source(text)), "--against", source)

    assert outcome.status == 1
    assert outcome.out[0].startswith("small-2026.txt:81: ")
    assert outcome.out[0].endswith("供应商应在2小时内到场。")
    assert outcome.last == ("small-2026.yaml 不完整：采购文本有 1 行看似有约束力，没有条款引用，也没有列入 ignored。")


def test_a_file_that_answers_for_its_whole_text_is_sound(kangwei, small_file, tmp_path):
    source = tmp_path / "small-2026.txt"
    source.write_text(TEXT, "utf-8")

    outcome = kangwei("contract", "check", small_file(source=_source(TEXT)), "--against", source)

    assert outcome.status == 0
    assert outcome.last == "small-2026.yaml 合格，small-2026.txt 中看似有约束力的行均已引用或列入 ignored。"


def test_another_text_than_the_one_cited_is_a_fault(kangwei, small_file, tmp_path):
    source = tmp_path / "small-2026.txt"
    source.write_text(TEXT + "多一行\n", "utf-8")

    outcome = kangwei("contract", "check", small_file(source=_source(TEXT)), "--against", source)

    assert outcome.status == 1
    assert any("SHA-256" in line for line in outcome.err)


@pytest.mark.skipif(not PROCUREMENT.is_dir(), reason="the procurement texts are not part of the repository")
@pytest.mark.parametrize(
    ("contract", "text"),
    [
        ("hdc-2026-01", "health-data-center-2026"),
        ("hdc-2026-13", "health-data-center-2026"),
        ("blood-2025-02", "blood-2025"),
    ],
)
def test_the_library_answers_for_its_procurement_texts(kangwei, library, contract, text):
    outcome = kangwei("contract", "check", library / f"{contract}.yaml", "--against", PROCUREMENT / f"{text}.txt")

    assert outcome.status == 0, outcome.out


@pytest.mark.parametrize(
    ("name", "reason"),
    [("absent.yaml", "文件或目录不存在"), ("folder", "是目录，不是文件"), ("gbk.yaml", "不是 UTF-8 编码的文本")],
)
def test_what_cannot_be_read_is_named_with_the_reason(kangwei, tmp_path, name, reason):
    (tmp_path / "folder").mkdir()
    (tmp_path / "gbk.yaml").write_bytes("id: x\ntitle: 运维\n".encode("gbk"))

    outcome = kangwei("contract", "check", tmp_path / name)

    assert outcome.status == 1
    assert outcome.out == []
    (line,) = outcome.err
    assert line.startswith(f"{tmp_path}/{name}")
    assert line.endswith(reason)


def _source(text: str) -> dict[str, object]:
    import hashlib

    return {
        "file": "small-2026.txt",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "lines": len(text.splitlines()),
        "range": f"1-{len(text.splitlines())}",
    }
