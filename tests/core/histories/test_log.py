"""Reading the file: encodings, headers, and rows that cannot be taken."""

import io

import pytest

from kangwei.core.histories import LogError, encoding_of, raw_rows
from tests.core.histories.logs import NAME, log_of, taken
from tests.factories.event_logs import HEADER, row, solved_log, text_of


class TestEncoding:
    @pytest.mark.parametrize(
        ("content", "encoding"),
        [
            ("编号".encode(), "utf-8-sig"),
            ("编号".encode("utf-8-sig"), "utf-8-sig"),
            ("编号,状态".encode("gb18030"), "gb18030"),
            (b"", "utf-8-sig"),
        ],
    )
    def test_it_follows_from_the_content(self, content, encoding):
        assert encoding_of(io.BytesIO(content), NAME) == encoding

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"PK\x03\x04 and so on", "是 Excel 文件"),
            ("编号".encode("utf-16"), "是 UTF-16 编码"),
            (b"number\r\nINC1\xff\xff", "log.csv:2: 整个文件：既不是 UTF-8 也不是 GB18030"),
        ],
    )
    def test_what_is_no_text_is_refused(self, content, reason):
        with pytest.raises(LogError, match=reason):
            encoding_of(io.BytesIO(content), NAME)


class TestWholeFile:
    def refused(self, text: str) -> str:
        with pytest.raises(LogError) as caught:
            log_of(text)
        return str(caught.value)

    def test_every_missing_column_is_named_with_the_header(self):
        header = tuple(name for name in HEADER if name not in ("sys_updated_at", "priority"))
        said = self.refused(text_of(solved_log(), header)).splitlines()
        assert [line.split("：")[0] for line in said] == ["log.csv:1: priority", "log.csv:1: sys_updated_at"]
        assert "表头里没有这一列，映射文件的 columns.updated 要用；表头为 number、incident_state" in said[1]

    def test_a_column_that_stands_twice_is_named(self):
        assert "表头里有 2 列叫这个名字" in self.refused(text_of([row()], (*HEADER, "priority")))

    @pytest.mark.parametrize(("mark", "shown"), [(";", ";"), ("\t", "制表符"), ("|", "|")])
    def test_another_separator_is_named(self, mark, shown):
        assert f"像是用「{shown}」分隔的，应为逗号" in self.refused(mark.join(HEADER))

    def test_an_empty_file(self):
        assert "文件是空的" in self.refused("")

    def test_an_unclosed_quote_refuses_everything_because_it_swallows_rows(self):
        text = text_of(solved_log()).replace("Category 55", '"Category 55', 1)
        assert self.refused(text).startswith("log.csv:2: 整个文件：这一行起读不懂：引号不成对")

    def test_a_huge_field(self):
        assert self.refused(text_of([row(), row(category="x" * 200_000)])).startswith("log.csv:3:")

    def test_a_header_alone_has_no_incident(self):
        assert log_of(text_of([])).incidents == {}


class TestRows:
    def test_rows_of_one_incident_come_together_in_their_order(self):
        mine, other = solved_log(), solved_log(number="INC0000002")
        log = log_of(text_of([mine[4], other[0], mine[0], mine[2], *other[1:], mine[1], mine[5], mine[3]]))
        assert [line.modifications for line in log.incidents["INC0000001"]] == [0, 1, 2, 3, 4, 5]
        assert log.rows == 12

    def test_the_modification_count_orders_rows_of_one_moment(self):
        rows = [row(sys_mod_count=count, sys_updated_at="3/2/2016 10:00") for count in ("10", "9")]
        assert [found.modifications for found in log_of(text_of(rows)).incidents["INC0000001"]] == [9, 10]

    def test_a_repeated_row_counts_once_and_is_said(self):
        mine = solved_log()
        found = taken([*mine, mine[2]])
        assert len(found.histories[0].happenings) == 6
        assert [str(fault) for fault in found.noticed] == [
            "第 8 行 INC0000001：与另一行所用各列都相同「第 4 行」"
        ]  # fmt: skip

    def test_question_marks_and_blanks_are_nothing(self):
        assert taken([row(caller_id=" ? ", contact_type="")]).histories[0].caller == ""

    @pytest.mark.parametrize(
        ("cells", "reason"),
        [
            ({"sys_updated_at": "2016年2月3日"}, "更新时间读不懂「2016年2月3日」"),
            ({"sys_updated_at": "?"}, "没有更新时间"),
            ({"opened_at": "30/2/2016 09:00"}, "受理时间没有这个时刻「30/2/2016 09:00」"),
            ({"resolved_at": "soon"}, "解决时间读不懂「soon」"),
            ({"closed_at": "3/2/16 9:00"}, "办结时间读不懂「3/2/16 9:00」"),
            ({"category": "a\0b"}, "含有空字符（NUL）"),
        ],
    )
    def test_one_row_that_cannot_be_read_keeps_its_incident_out_and_no_other(self, cells, reason):
        mine, other = solved_log(), solved_log(number="INC0000002")
        found = taken([*other, *mine[:3], mine[3] | cells, *mine[4:], mine[0]])
        assert [history.number for history in found.histories] == ["INC0000002"]
        assert [str(fault) for fault in found.refused] == [f"第 11 行 INC0000001：{reason}"]
        assert found.kept_out == {
            **dict.fromkeys((8, 9, 10, 12, 13, 14), "同一事件的另一行有误"), 11: reason,
        }  # fmt: skip

    def test_a_row_without_a_number_stays_out_alone(self):
        found = taken([row(number="?"), *solved_log()])
        assert [str(fault) for fault in found.refused] == ["第 2 行：没有编号"]
        assert len(found.histories) == 1
        assert found.refused_numbers == set()

    def test_a_number_that_is_too_long(self):
        assert taken([row(number="N" * 121)]).refused[0].reason == "编号超过 120 个字"

    def test_a_row_of_another_width(self):
        text = text_of(solved_log()) + "INC0000001,Closed\r\n"
        log = log_of(text)
        assert str(log.refused[0]) == "第 8 行 INC0000001：列数与表头不同（表头 36 列）「2 列」"

    def test_lines_are_those_of_the_file_where_cells_have_several(self):
        text = text_of([row(category="一\n二\n三"), row(number="INC0000002")])
        assert [line for line, _ in raw_rows(io.StringIO(text, newline=""), NAME)] == [1, 2, 5]
