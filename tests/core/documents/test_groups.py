"""Which names mean one document: reading the file, and looking names up."""

import pytest

from kangwei.core.documents.groups import DocumentNamesError, bundled_groups, load_groups, normalised

HEAD = "kangwei: document-names/1\ndocuments:\n"


@pytest.fixture
def load(tmp_path):
    def read(text: str):
        path = tmp_path / "names.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_groups(path)

    return read


def faults(load, text) -> list[str]:
    with pytest.raises(DocumentNamesError) as refused:
        load(text)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("name", "same"),
    [("《应急预案》", "应急预案"), ("培训 签到 表", "培训签到表"), ("项目总结报告（年终）", "项目总结报告(年终)"),
     ("ＩＰ地址表", "IP地址表"), ("巡检\t单", "巡检单")],
)  # fmt: skip
def test_brackets_blanks_and_width_tell_no_documents_apart(name, same):
    assert normalised(name) == normalised(same)


@pytest.mark.parametrize(("name", "other"), [("运维周报", "运维月报"), ("巡检单", "巡检记录单"), ("表1-1", "表1-2")])
def test_words_and_figures_do(name, other):
    assert normalised(name) != normalised(other)


def test_a_document_is_found_by_any_of_its_names(load):
    groups = load(HEAD + "  - {name: 运维周报, names: [项目周报]}\n  - {name: 值班表, names: [排班表]}\n")
    assert [group.name for group in groups.groups] == ["运维周报", "值班表"]
    assert groups.of(["《项目周报》"]).name == "运维周报"
    assert groups.of(["别的表", "排班表", "项目周报"]).name == "值班表"
    assert groups.of(["别的表"]) is None


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("  - {name: 运维周报}\n", "names.yaml:3: documents.第1项", "缺少这个字段"),
        ("  - {name: 运维周报, names: []}\n", "names.yaml:3: documents.第1项.names", "至少要有一项"),
        ("  - {name: 运维周报, name_s: [周报]}\n", "documents.第1项.name_s", "是否想写「names」"),
        ("  - {name: 《》, names: [周报]}\n", "documents.第1项.name", "除书名号与空格外没有文字"),
        ("  - {name: 7, names: [周报]}\n", "documents.第1项.name", "应为文字"),
    ],
)
def test_a_fault_of_form_names_place_and_reason(load, text, place, reason):
    found = faults(load, HEAD + text)
    assert any(place in fault and reason in fault for fault in found), found


@pytest.mark.parametrize("name", ["项目周报", "《项目周报》", "运维周报", "项目 周报"])
def test_a_name_stands_in_one_document_only(load, name):
    text = HEAD + f"  - name: 运维周报\n    names: [项目周报]\n  - name: 网络周报\n    names: [安全周报, {name}]\n"
    (fault,) = faults(load, text)
    line = 3 if name == "运维周报" else 4
    assert fault == (
        f"names.yaml:6: documents.第2项.names.第2项：名称「{name}」在第 {line} 行的「运维周报」中已有，"
        "一个名称只能属于一种文档"
    )


def test_a_name_stands_once_within_its_document(load):
    (fault,) = faults(load, HEAD + "  - {name: 运维周报, names: [《运维周报》]}\n")
    assert "名称「《运维周报》」在第 3 行的「运维周报」中已有" in fault


def test_every_repetition_is_named_at_once(load):
    text = HEAD + "  - {name: 甲, names: [乙]}\n  - {name: 乙, names: [甲]}\n"
    assert len(faults(load, text)) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [("", "文件是空的"), (b"\xff\xfe", "不是 UTF-8 编码"), ("kangwei: document-names/2\ndocuments: []\n", "应为"),
     ("- 甲\n", "应为若干")],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(load, content, reason):
    assert any(reason in fault for fault in faults(load, content))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(OSError, match="names"):
        load_groups(tmp_path / "names.yaml")


def test_the_bundled_file_is_read_once():
    assert bundled_groups() is bundled_groups()
    assert bundled_groups().of(["项目周报"]).name == "运维周报"
