"""Orders of the 12345 line as they are pasted: every way in which the line writes them down."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.calendars import SHANGHAI
from kangwei.servicedesk.enums import Demand
from kangwei.servicedesk.intake.order_text import NAMES, OrderText, plain_number, read_order

LINES = """单号：BJ20261120001
诉求人：王女士
电话：138 0000 0001
地址：延庆区百泉街道
诉求类型：投诉
派单时间：2026-11-20 09:30:15
诉求内容：社区医院挂不上号。已经三天了。
希望尽快恢复。"""
WHOLE = OrderText(
    order_number="BJ20261120001", caller="王女士", phone="13800000001", address="延庆区百泉街道",
    title="社区医院挂不上号", text="社区医院挂不上号。已经三天了。\n希望尽快恢复。",
    received_at=datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI), demand=Demand.COMPLAINT,
    recognised=7,
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        LINES,
        LINES.replace("\n", "\r\n"),
        LINES.replace("：", ":"),
        LINES.replace("：", "\t", 6),
        LINES.replace("单号：", "【工单编号】").replace("诉求人：", "【来电人】"),
        LINES.replace("单号：", "[派单编号] ").replace("电话：", "联系电话："),
        LINES.replace("单号", "1. 单　号").replace("诉求人", "2、诉求人姓名").replace("电话", "3）电 话"),
        LINES.replace("\n诉求人", "  诉求人").replace("\n电话", "；电话").replace("\n地址", "，联系地址"),
        LINES.replace("2026-11-20 09:30:15", "2026年11月20日 9时30分").replace("派单时间", "派发时间"),
        LINES.replace("2026-11-20 09:30:15", "２０２６/11/20 9：30"),
        LINES.replace("BJ20261120001", "ｂｊ2026 1120 001"),
    ],
)
def test_the_ways_in_which_the_line_writes_an_order(text):
    assert read_order(text) == WHOLE


class TestWhatCounts:
    def test_when_it_was_sent_counts_more_than_when_it_was_said_and_both_are_kept(self):
        order = read_order("来电时间：2026-11-20 08:00\n派单时间：2026-11-20 09:00")
        assert order.received_at == datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)
        assert order.rest == "来电时间：2026-11-20 08:00"
        other_way = read_order("派单时间：2026-11-20 09:00\n来电时间：2026-11-20 08:00")
        assert other_way == order

    def test_a_name_within_the_text_of_the_order_is_text(self):
        order = read_order("诉求内容：请回电，电话：010-1，找张先生\n电话：13800000002")
        assert order.text == "请回电，电话：010-1，找张先生"
        assert order.phone == "13800000002"

    def test_a_title_of_its_own_stays(self):
        assert read_order("标题：挂号故障\n内容：打不开。").title == "挂号故障"

    def test_a_long_sentence_is_cut_for_the_title(self):
        assert read_order(f"内容：{'长' * 90}").title == "长" * 40

    def test_an_institution_is_taken_by_its_name(self):
        assert read_order("被反映单位：延庆区医院").institution == "延庆区医院"


class TestWhatIsNotRecognised:
    @pytest.mark.parametrize(
        "line", ["派单时间：昨天", "派单时间：2026-13-40 99:99", "诉求类型：其他", "办理时限：2小时", "没有名字的一行"]
    )
    def test_is_kept_among_the_rest(self, line):
        order = read_order(f"{line}\n单号：1")
        assert order == OrderText(order_number="1", rest=line, recognised=1)

    def test_a_text_without_any_name_is_the_rest(self):
        assert read_order("你好\n\n在吗") == OrderText(rest="你好\n在吗")
        assert read_order("") == OrderText()

    def test_a_name_without_a_value_is_nothing(self):
        assert read_order("电话：\n地址：\n单号：7") == OrderText(order_number="7", recognised=1)


@given(st.lists(st.sampled_from([name for names in NAMES.values() for name in names] + ["电话是", "：", "\n", " 甲乙 ",
       "2026-11-20 09:30", "【", "】", "13800000001", "投诉", "；"]), max_size=40))  # fmt: skip
def test_no_word_is_lost_and_nothing_breaks(parts):
    order = read_order("".join(parts))
    kept = "".join(str(getattr(order, field) or "") for field in (*NAMES, "rest"))
    assert kept.count("甲乙") >= "".join(parts).count("甲乙") - order.title.count("甲乙")


def test_an_order_number_is_one_however_it_is_typed():
    assert plain_number(" ｂｊ-12 34 ") == plain_number("BJ-1234") == "BJ-1234"
