"""Loading kind files, and what is said about bad ones."""

import pytest

from kangwei.core.ledgers import COMMON, Attribute, KindError, load_kind

GOOD = """\
kangwei: asset-kind/1
id: scale
name: 电子秤
group: 终端与外设
prefix: SC
key: [serial_number]
repair_limit: 7wd
expires: checked_until
remind_days: 60
common:
  name: {label: 秤名, headings: [品名]}
attributes:
  - {id: capacity, label: 量程, type: decimal, unit: kg, min: 0, max: 500, headings: [最大量程], listed: true}
  - {id: grade, label: 等级, type: choice, choices: [一级, 二级], aliases: {1级: 一级}}
  - {id: checked_until, label: 检定有效期, type: date}
  - {id: code, label: 编码, pattern: "[A-Z]{3}", pattern_hint: 三个大写字母}
operations:
  - {id: check, label: 检定, approval: true, sets: [checked_until, custodian], state: in_use}
"""


@pytest.fixture
def load(tmp_path):
    def load(text, name="scale.yaml"):
        file = tmp_path / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return load_kind(file)

    return load


def complaints(load, text, **name):
    with pytest.raises(KindError) as refusal:
        load(text, **name)
    return str(refusal.value).splitlines()


def test_a_kind_as_it_is_written(load):
    kind = load(GOOD)
    assert (kind.id, kind.prefix, kind.key, kind.expires, kind.remind_days) == (
        "scale", "SC", ("serial_number",), "checked_until", 60,
    )  # fmt: skip
    assert kind.repair_limit.label == "7个工作日"
    assert [field.id for field in kind.fields] == [
        *(field.id for field in COMMON), "capacity", "grade", "checked_until", "code",
    ]  # fmt: skip
    check = kind.operations[0]
    assert (check.approval, check.sets, check.state) == (True, ("checked_until", "custodian"), "in_use")


def test_a_list_of_choices_stands_for_itself(load):
    grade = load(GOOD).field("grade")
    assert (grade.choices, grade.aliases) == ({"一级": "一级", "二级": "二级"}, {"1级": "一级"})


def test_a_kind_words_a_common_field_anew(load):
    kind = load(GOOD)
    name = kind.field("name")
    assert (name.label, name.required) == ("秤名", True)
    assert name.headings[:2] == ("品名", "名称")
    assert "设备名称" in name.headings
    assert kind.field("place") is next(field for field in COMMON if field.id == "place")
    with pytest.raises(KeyError):
        kind.field("weight")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("asset-kind/1", "asset-kind/2", "scale.yaml:1: kangwei：应为 'asset-kind/1'"),
        ("group: 终端与外设", "group: 杂项", "scale.yaml:4: group：应为 '系统'、'基础设施'"),
        ("prefix: SC", "prefix: sc1", "scale.yaml:5: prefix：应为 2 至 4 个大写字母，写的是「sc1」"),
        ("key: [serial_number]", "key: [serial]", "scale.yaml:6: key.第1项：没有字段 serial"),
        ("key: [serial_number]", "key: []", "scale.yaml:6: key：至少要有一项"),
        ("repair_limit: 7wd", "repair_limit: 一周", "scale.yaml:7: repair_limit：时限「一周」看不懂"),
        ("expires: checked_until", "expires: capacity", "scale.yaml:8: expires：应为本类别的一个日期字段"),
        ("remind_days: 60", "remind_days: 0", "scale.yaml:9: remind_days：应 ≥ 1"),
        ("  name: {label", "  title: {label", "scale.yaml:11: common.title：不是共有字段"),
        ("id: capacity", "id: place", "scale.yaml:13: attributes.第1项.id：place 是共有字段，不能再定义"),
        ("id: grade", "id: capacity", "scale.yaml:14: attributes.第2项.id：字段 capacity 重复"),
        ("label: 等级", "label: 量程", "scale.yaml:14: attributes.第2项：列名「量程」与字段 capacity 的相同"),
        ("type: decimal", "type: number", "scale.yaml:13: attributes.第1项.type：应为 'text'、'long'"),
        ("max: 500", "max: -1", "scale.yaml:13: attributes.第1项：min 大于 max"),
        ("max: 500", "max_length: 5", "scale.yaml:13: attributes.第1项：只有文字才有 max_length"),
        ("choices: [一级, 二级], ", "", "scale.yaml:14: attributes.第2项：choice 要写 choices"),
        ("1级: 一级", "1级: 三级", "scale.yaml:14: attributes.第2项：aliases 指向没有的选项：三级"),
        ("type: date", "type: date, unit: 天", "scale.yaml:15: attributes.第3项：只有 integer 与 decimal 才有 unit"),
        ("type: date", "choices: [无]", "scale.yaml:15: attributes.第3项：只有 choice 才有 choices 与 aliases"),
        ("[A-Z]{3}", "[A-Z", "scale.yaml:16: attributes.第4项：pattern 不是合格的正则表达式"),
        (", pattern_hint: 三个大写字母", "", "scale.yaml:16: attributes.第4项：pattern 与 pattern_hint 要一起写"),
        ("custodian]", "keeper]", "scale.yaml:18: operations.第1项.sets.第2项：没有字段 keeper"),
        ("custodian]", "state]", "scale.yaml:18: operations.第1项.sets.第2项：状态写在 state 里"),
        ("state: in_use", "state: lost", "scale.yaml:18: operations.第1项.state：应为 'in_use'、'spare'"),
        ("approval: true", "approved: true", "scale.yaml:18: operations.第1项.approved：没有这个字段，是否想写"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_line_field_and_reason(load, old, new, complaint):
    assert old in GOOD
    assert complaints(load, GOOD.replace(old, new, 1))[0].startswith(complaint)


def test_an_operation_stands_once(load):
    twice = GOOD + "  - {id: check, label: 复检}\n"
    assert complaints(load, twice) == ["scale.yaml:19: operations.第2项.id：操作 check 重复"]


def test_all_contradictions_come_at_once(load):
    bad = GOOD.replace("key: [serial_number]", "key: [serial]").replace("prefix: SC", "prefix: S")
    assert [line.split("：")[0] for line in complaints(load, bad)] == [
        "scale.yaml:5: prefix",
        "scale.yaml:6: key.第1项",
    ]


def test_the_file_bears_the_name_of_the_kind(load):
    assert complaints(load, GOOD, name="copy.yaml") == ["copy.yaml:2: id：应与文件名相同，而不是 scale"]


def test_a_file_that_is_no_kind_at_all(load):
    assert complaints(load, "名称".encode("gbk")) == ["scale.yaml:1: 整个文件：不是 UTF-8 编码"]
    assert complaints(load, "") == ["scale.yaml:1: 整个文件：文件是空的"]


@pytest.mark.parametrize(
    ("attribute", "value", "shown"),
    [
        ({"type": "choice", "choices": {"in_use": "在用"}}, "in_use", "在用"),
        ({"type": "choice", "choices": ["甲"]}, "乙", "乙"),
        ({"type": "flag"}, True, "是"),
        ({"type": "flag"}, False, "否"),
        ({"type": "integer", "unit": "台"}, 0, "0 台"),
        ({"type": "decimal"}, "1.5", "1.5"),
        ({"type": "date"}, "2026-01-05", "2026-01-05"),
        ({}, None, ""),
    ],
)
def test_a_stored_value_as_pages_show_it(attribute, value, shown):
    assert Attribute(id="field", label="字段", **attribute).shown(value) == shown


def test_how_long_a_text_may_be():
    assert Attribute(id="field", label="字段").limit == 200
    assert Attribute(id="field", label="字段", type="long").limit == 2000
    assert Attribute(id="field", label="字段", max_length=5).limit == 5
