"""Conversations copied out of WeChat and QQ."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.calendars import SHANGHAI
from kangwei.core.intake import Message, Unread, read_chat

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
"""A Friday."""


def at(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)


WECHAT = """张三 2026/11/20 9:05:12
门诊系统打不开了
报错: 连接超时

李四（信息科） 2026/11/20 9:06:40
哪个科室？
张三 2026/11/20 9:07:01
地址：三楼内科"""


def test_wechat_on_a_computer():
    chat = read_chat(WECHAT, NOW)
    assert chat.messages == (
        Message("张三", at("2026-11-20 09:05:12"), "门诊系统打不开了\n报错: 连接超时"),
        Message("李四（信息科）", at("2026-11-20 09:06:40"), "哪个科室？"),
        Message("张三", at("2026-11-20 09:07:01"), "地址：三楼内科"),
    )
    assert chat.unread == ()
    assert chat.speakers == ("张三", "李四（信息科）")


def test_what_was_passed_on_by_a_phone_has_names_alone():
    chat = read_chat("张三: 打不开了\n一直转圈\n李四：收到，马上看\n张三:\n谢谢", NOW)
    assert chat.messages == (
        Message("张三", None, "打不开了\n一直转圈"),
        Message("李四", None, "收到，马上看"),
        Message("张三", None, "谢谢"),
    )


def test_times_between_are_of_the_messages_that_follow():
    chat = read_chat("昨天 21:05\n张三: 打不开了\n星期五 9:05\n李四: 收到", NOW)
    assert [message.at for message in chat.messages] == [at("2026-11-19 21:05:00"), at("2026-11-20 09:05:00")]


def test_qq_names_accounts():
    text = "张三(12345678) 2026-11-20 9:05:12\n打不开\n\n李四<li@qq.com> 2026-11-20 9:06:00\n好的"
    assert read_chat(text, NOW).messages == (
        Message("张三", at("2026-11-20 09:05:12"), "打不开"), Message("李四", at("2026-11-20 09:06:00"), "好的"),
    )  # fmt: skip


def test_an_export_of_qq_has_the_time_before_the_name_and_lines_that_nobody_said():
    text = (
        "消息记录（此消息记录为文本格式，不支持重新导入）\n\n================\n消息分组:我的群聊\n================\n"
        "消息对象:运维群\n\n2026-11-20 9:05:12 张三(12345678)\n打不开\n\n2026-11-20 9:06:00 李四(87654321)\n好的\n"
    )
    chat = read_chat(text, NOW)
    assert [(message.who, message.text) for message in chat.messages] == [("张三", "打不开"), ("李四", "好的")]
    assert chat.unread == ()


def test_a_heading_gives_the_day_to_hours_that_follow():
    text = "2026-11-18\n张三(12345678) 9:05:12\n打不开\n日期: 2026-11-19\n张三(12345678) 8:00:00\n还是不行"
    assert [message.at for message in read_chat(text, NOW).messages] == [
        at("2026-11-18 09:05:12"), at("2026-11-19 08:00:00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("昨天 21:05", "2026-11-19 21:05:00"),
        ("前天 上午9:05", "2026-11-18 09:05:00"),
        ("星期五 9:05", "2026-11-20 09:05:00"),
        ("星期六 9:05", "2026-11-14 09:05:00"),
        ("周日 23:59", "2026-11-15 23:59:00"),
        ("11月19日 下午3:20", "2026-11-19 15:20:00"),
        ("12月31日 8:00", "2025-12-31 08:00:00"),
        ("2026年11月20日 中午12:30", "2026-11-20 12:30:00"),
        ("2026年11月20日 中午1:30", "2026-11-20 13:30:00"),
        ("2026年11月20日 凌晨12:30", "2026-11-20 00:30:00"),
        ("2026年11月20日 晚上9:05", "2026-11-20 21:05:00"),
        ("2026-11-20 星期五 9:05", "2026-11-20 09:05:00"),
        ("2026-11-20 9:05 PM", "2026-11-20 21:05:00"),
        ("09:05:12", "2026-11-20 09:05:12"),
        ("21:05:12", "2026-11-19 21:05:12"),
    ],
)
def test_times_as_people_see_them(written, meant):
    assert read_chat(f"张三 {written}\n你好", NOW).messages == (Message("张三", at(meant), "你好"),)


def test_what_stands_before_anybody_spoke_is_named_by_its_line():
    chat = read_chat("转发自群里\n\n" + WECHAT, NOW)
    assert chat.unread == (Unread(1, "转发自群里"),)
    assert len(chat.messages) == 3


def test_a_time_that_there_is_not_begins_nothing():
    chat = read_chat(WECHAT + "\n王五 2026/13/40 25:61\n在", NOW)
    assert chat.messages[-1].text == "地址：三楼内科\n王五 2026/13/40 25:61\n在"


@pytest.mark.parametrize(
    "line",
    [
        "我到了 9:05",
        "2026-11-20 09:05:12 ERROR 连接失败",
        "http://10.0.0.1/his",
        "见 https://a.cn: 首页",
        "9:05 到现场",
    ],
)
def test_what_only_looks_like_a_heading_is_said(line):
    chat = read_chat(f"张三 2026/11/20 9:05:12\n{line}", NOW)
    assert [message.text for message in chat.messages] == [line]


def test_nothing_pasted():
    chat = read_chat("\n \n", NOW)
    assert (chat.messages, chat.unread) == ((), ())


NAMES = st.text("张王李赵护士主任信息科", min_size=2, max_size=8)
# Words whose lines hold no digit and no colon look like no heading.
WORDS = st.sampled_from(
    ["门诊系统", "打不开", "，", " ", "？", "请处理", "OK", "报错", "（截图）", "。", "https", "/", "昨天"]
)
LINES = (
    st.lists(WORDS, min_size=1, max_size=6).map("".join).map(str.strip).filter(lambda line: line not in ("", "昨天"))
)
TEXTS = st.lists(LINES, min_size=1, max_size=4).map("\n".join)
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0).astimezone(SHANGHAI)
)
SAID = st.lists(st.tuples(NAMES, MOMENTS, TEXTS), min_size=1, max_size=6)


HEADINGS = (
    "{who} {at:%Y/%m/%d} {at:%H:%M:%S}", "{who}(12345678) {at:%Y-%m-%d %H:%M:%S}",
    "{at:%Y-%m-%d %H:%M:%S} {who}(12345678)", "{who}\t{at:%Y年%m月%d日} {at:%H:%M:%S}",
)  # fmt: skip


@given(SAID, st.sampled_from(HEADINGS))
def test_what_is_written_down_is_read_again(said, heading):
    record = "\n\n".join(f"{heading.format(who=who, at=moment)}\n{text}" for who, moment, text in said)
    chat = read_chat(record, NOW)
    assert chat.messages == tuple(Message(*one) for one in said)
    assert chat.unread == ()


@given(st.lists(st.tuples(NAMES, TEXTS), min_size=1, max_size=6))
def test_so_is_what_has_names_alone(said):
    record = "\n".join(f"{who}: {text}" for who, text in said)
    assert read_chat(record, NOW).messages == tuple(Message(who, None, text) for who, text in said)


@given(st.text(max_size=400), st.timedeltas(timedelta(-400), timedelta(400)))
def test_whatever_is_pasted_is_read_and_no_word_is_lost(text, shift):
    chat = read_chat(text, NOW + shift)
    assert all(message.who for message in chat.messages)


def test_an_answer_that_is_a_time_or_a_day_is_kept():
    record = "张三 2026/11/20 9:05:12\n几点的事\n李四 2026/11/20 9:06:12\n8:30\n昨天\n2026-11-19"
    assert read_chat(record, NOW).messages[1].text == "8:30\n昨天\n2026-11-19"


@given(st.text("张三:： 0123456789/-()\n星期五昨天年月日上午", max_size=200))
def test_and_so_is_what_looks_like_a_record(text):
    read_chat(text, NOW)
