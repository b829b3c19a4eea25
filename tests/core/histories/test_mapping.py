"""The mapping file: the bundled one, and what is wrong with one of somebody's own."""

from pathlib import Path

import pytest

from kangwei.core.histories import bundled_mapping, load_mapping
from kangwei.core.yamlfile import FileError
from tests.factories.event_logs import HEADER

OWN = """\
kangwei: incident-log/1
name: 旧系统
columns: {number: 编号, state: 状态, opened: 受理, updated: 更新}
title: [标题]
dates: [year-first]
states: {处理: working, 完成: closed}
"""


@pytest.fixture
def own(tmp_path):
    """`own("dates: [year-first]", "dates: []")`: a mapping file with one piece replaced."""

    def write(old: str = "", new: str = "") -> Path:
        assert old in OWN
        path = tmp_path / "own.yaml"
        path.write_text(OWN.replace(old, new) if old else OWN, "utf-8")
        return path

    return write


def test_the_bundled_mapping_reads_columns_of_the_log_and_reads_the_day_first():
    assert set(bundled_mapping().wanted) <= set(HEADER)
    assert bundled_mapping().dates[0] == "day-first"


def test_a_short_mapping_is_enough(own):
    mapping = load_mapping(own())
    assert list(mapping.wanted) == ["标题", "更新", "受理", "状态", "编号"]
    assert (mapping.channel, mapping.states) == ("import", {"处理": "working", "完成": "closed"})


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("opened: 受理", "openned: 受理", "own.yaml:3: columns.openned：没有这个字段，是否想写「opened」"),
        (", updated: 更新", "", "own.yaml:3: columns.updated：缺少这个字段"),
        ("处理: working", "处理: wroking", "own.yaml:6: states.处理：应为 'new'、'working'"),
        ("[year-first]", "[day-first, month-first]", "own.yaml:1: 整个文件：dates 里 day-first 与 month-first 只"),
        ("[year-first]", "[D/M/YYYY]", "own.yaml:5: dates.第1项：应为 'day-first'"),
        ("title: [标题]", "title: []", "own.yaml:4: title：至少要有一项"),
        ("incident-log/1", "contract/1", "own.yaml:1: kangwei：应为 'incident-log/1'"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_field(own, old, new, fault):
    with pytest.raises(FileError) as caught:
        load_mapping(own(old, new))
    assert any(str(problem).startswith(fault) for problem in caught.value.problems)


def test_a_mapping_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_bytes(OWN.encode("gb18030"))
    with pytest.raises(FileError, match="不是 UTF-8 编码"):
        load_mapping(path)
