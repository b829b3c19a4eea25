"""Reading YAML as people write it, and the line of everything in it."""

import pytest
from pydantic import BaseModel, ConfigDict

from kangwei.core.yamlfile import MAX_BYTES, FileError, Problem, read_tree, validated


def data(text):
    return read_tree(text, "a.yaml").data


def complaints(text):
    with pytest.raises(FileError) as refusal:
        read_tree(text, "a.yaml")
    return str(refusal.value).splitlines()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("true", True),
        ("09:00", "09:00"),
        ("12:30:45", "12:30:45"),
        ("2026-01-31", "2026-01-31"),
        ("2026-13-45", "2026-13-45"),
        ("02", "02"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12", 12),
        ("-3", -3),
        ("99.5", 99.5),
        ("1e3", "1e3"),
        ("~", None),
        ("", None),
        ('"12"', "12"),
        ("70-72", "70-72"),
        (">-\n  两行\n  文字\n", "两行 文字"),
    ],
)
def test_a_scalar_is_what_it_looks_like(text, value):
    read = data(f"a: {text}")["a"]
    assert (read, type(read)) == (value, type(value))


def test_keys_are_always_text():
    assert data("on: {24: a, true: b, 2026-01-01: c}\n") == {"on": {"24": "a", "true": "b", "2026-01-01": "c"}}


def test_every_key_and_item_has_its_line():
    tree = read_tree("# head\na: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n", "a.yaml")
    assert tree.lines == {
        (): 2, ("a",): 2, ("b",): 3, ("b", 0): 4, ("b", 1): 5, ("b", 1, "c"): 5, ("b", 1, "d"): 6,
    }  # fmt: skip


def test_a_problem_stands_on_the_line_of_the_deepest_part_that_is_there():
    tree = read_tree("a: 1\nb:\n  - {c: 2}\n", "a.yaml")
    assert tree.problem(("b", 0, "d"), "缺") == Problem("a.yaml", 3, "b.第1项.d", "缺")
    assert tree.problem(("z", "y"), "缺") == Problem("a.yaml", 1, "z.y", "缺")


@pytest.mark.parametrize(
    "text", ["\ufeffa: 甲\n", "a: 甲\r\n", "---\na: 甲\n...\n"], ids=["Notepad", "CRLF", "markers"]
)
def test_what_editors_add_does_no_harm(text):
    assert data(text) == {"a": "甲"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "a.yaml:1: 整个文件：文件是空的"),
        ("# nothing yet\n\n", "a.yaml:1: 整个文件：文件是空的"),
        ("a: 1\nb: [1, 2\nc: 3\n", "a.yaml:3: 整个文件：不是合格的 YAML，第 2 列附近有误"),
        ("a: 1\n\tb: 2\n", "a.yaml:2: 整个文件：不是合格的 YAML，第 1 列附近有误"),
        (
            "a: 1\nb: @home\n",
            "a.yaml:2: 整个文件：不是合格的 YAML，第 4 列附近有误；以 > % @ * & 等符号开头的值要加引号",
        ),
        ("a: 1\n--- \nb: 2\n", "a.yaml:2: 整个文件：不是合格的 YAML"),
        ("a: 1\nb: \x07\n", "a.yaml:2: 整个文件：不是合格的 YAML：含有控制字符"),
        ('a: 1\nb: "\\0"\n', "a.yaml:2: b：含有控制字符"),
        ('a: "\\ud800"\n', "a.yaml:1: a：含有控制字符"),
        ("a: 1\nb: \ud800\n", "a.yaml:2: 整个文件：不是合格的 YAML：含有控制字符"),
        ("a: 1\nb: &x 甲\nc: *x\n", "a.yaml:2: 整个文件：不接受 YAML 锚点与别名（& 和 *）"),
        (
            "a: 1\nb: *重要\n",
            "a.yaml:2: 整个文件：不是合格的 YAML，第 5 列附近有误；以 > % @ * & 等符号开头的值要加引号",
        ),
        ("a: [1, &x [2]]\n", "a.yaml:1: 整个文件：不接受 YAML 锚点与别名"),
        ("? [a, b]\n: 1\n", "a.yaml:1: 整个文件：字段名应为文字"),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", "a.yaml:4: a.b：字段重复，第 2 行已有"),
        ("- a: 1\n  a: 2\n", "a.yaml:2: 第1项.a：字段重复，第 1 行已有"),
        ("a: !!python/object:os.system rm\n", "a.yaml:1: a：这个值读不懂"),
        (f"a: 1\nb: {'9' * 5000}\n", "a.yaml:2: b：这个值读不懂"),
        ("[" * 5000, "a.yaml:1: 整个文件：不是合格的 YAML：嵌套过深"),
        ("{a: " * 5000, "a.yaml:1: 整个文件：不是合格的 YAML：嵌套过深"),
        ("甲" * (MAX_BYTES // 3 + 1), "a.yaml:1: 整个文件：文件超过 500 KB"),
    ],
    ids=lambda value: value[:24].replace("\n", "|"),
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(text, complaint):
    assert complaints(text)[0].startswith(complaint)


def test_a_file_that_unfolds_without_end_is_refused_before_it_does():
    laughs = "a0: &a0 [ha, ha]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    assert complaints(laughs)[0].startswith("a.yaml:1: 整个文件：不接受 YAML 锚点与别名")


def test_all_repeated_keys_are_named_at_once():
    assert complaints("a: 1\nb: 2\na: 3\nb: 4\n") == [
        "a.yaml:3: a：字段重复，第 1 行已有",
        "a.yaml:4: b：字段重复，第 2 行已有",
    ]


class Shelf(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    boxes: int = 1
    labels: dict[str, str] = {}


class Room(BaseModel):
    model_config = ConfigDict(extra="forbid")
    door: str
    shelves: tuple[Shelf, ...] = ()


def refused(text):
    with pytest.raises(FileError) as refusal:
        validated(Room, read_tree(text, "a.yaml"))
    return str(refusal.value).splitlines()


def test_data_that_fits_becomes_the_model():
    room = validated(Room, read_tree("door: 红\nshelves: [{name: 甲}]\n", "a.yaml"))
    assert room == Room(door="红", shelves=(Shelf(name="甲"),))


def test_a_suggestion_is_a_field_that_may_stand_there():
    # `door` is a field of the room, and none of a shelf.
    assert refused("door: 红\nshelves:\n  - {name: 甲, box: 2}\n  - {name: 乙, doors: 1}\n") == [
        "a.yaml:3: shelves.第1项.box：没有这个字段，是否想写「boxes」",
        "a.yaml:4: shelves.第2项.doors：没有这个字段，请核对拼写",
    ]


def test_every_fault_comes_at_once_in_the_order_of_lines():
    assert refused("shelves:\n  - {name: 3, boxes: 两}\n  - {boxes: 1.5}\n  - 架子\n  - {name:, labels: {a: 1}}\n") == [
        "a.yaml:1: door：缺少这个字段",
        "a.yaml:2: shelves.第1项.boxes：应为整数，写的是「两」",
        "a.yaml:2: shelves.第1项.name：应为文字（数字与 true、false 要加引号），写的是「3」",
        "a.yaml:3: shelves.第2项.boxes：应为整数，写的是「1.5」",
        "a.yaml:3: shelves.第2项.name：缺少这个字段",
        "a.yaml:4: shelves.第3项：应为若干「字段: 值」，写的是「架子」",
        "a.yaml:5: shelves.第4项.labels.a：应为文字（数字与 true、false 要加引号），写的是「1」",
        "a.yaml:5: shelves.第4项.name：不能为空",
    ]


@pytest.mark.parametrize("text", ["- a\n- b\n", "架子\n", "3\n"], ids=["list", "word", "number"])
def test_a_file_without_fields_is_refused(text):
    assert refused(text)[0].startswith("a.yaml:1: 整个文件：应为若干「字段: 值」")
