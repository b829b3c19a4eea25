"""Which lines of a procurement text look binding, and which of them nobody answers for."""

import pytest

from kangwei.core.contracts import BindingLine, binding_lines, unexplained_lines
from tests.core.contracts.example import changed, load


@pytest.mark.parametrize(
    ("line", "sign"),
    [
        ("服务商应在30分钟内响应", "数量或时限"),
        ("响应时间≤10 分钟", "数量或时限"),
        ("提供7X24小时服务", "数量或时限"),
        ("全年巡检五十二次", "数量或时限"),
        ("配备不少于3名工程师", "数量或时限"),
        ("数据库20套", "数量或时限"),
        ("235家用血医院", "数量或时限"),
        ("主机372台", "数量或时限"),
        ("3个工作日内答复", "数量或时限"),
        ("五日内提交", "数量或时限"),
        ("服务期限：1年", "数量或时限"),
        ("三年以上经验", "数量或时限"),
        ("质保12个月", "数量或时限"),
        ("每满半小时计一次", "数量或时限"),
        ("平均分9分", "数量或时限"),
        ("时限１０分钟", "数量或时限"),
        ("正常率>99%", "比率"),
        ("正常率九十九％", "比率"),
        ("至少对运维经理考核", "界限"),
        ("利用率不低于中位数", "界限"),
        ("提交《验收申请单》", "书名号名称"),
        ("每季度审计", "周期"),
        ("提交运维周报", "周期"),
        ("年度总结", "周期"),
    ],
)
def test_a_line_looks_binding_by(line, sign):
    assert binding_lines(line, 1, 1) == [BindingLine(1, line, sign)]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "一、采购标的",
        "2026年10月1日起实施",
        "二〇二六年的项目",
        "GB/T 28827.1-2022",
        "第12号文件",
        "保障系统安全稳定运行",
        "3.2 服务内容",
    ],
)
def test_dates_numbers_of_chapters_and_good_intentions_do_not(line):
    assert binding_lines(line, 1, 1) == []


def test_lines_are_numbered_from_the_beginning_of_the_text_and_stripped():
    text = "每日巡检\n\t每周巡检 \n\f说明\n每月巡检\n每年巡检\n"
    assert binding_lines(text, 2, 4) == [BindingLine(2, "每周巡检", "周期"), BindingLine(4, "每月巡检", "周期")]
    assert [line.number for line in binding_lines(text, 1, 5)] == [1, 2, 4, 5]


def text_with(*binding):
    return "".join("每日\n" if number in binding else "说明\n" for number in range(1, 91))


def unexplained(*binding, contract=None):
    return [line.number for line in unexplained_lines(contract or load(), text_with(*binding))]


def test_a_line_is_answered_for_by_a_clause_by_the_term_or_by_a_reason():
    cited_once, cited_within, target, term, ignored = 30, 16, 15, 12, 71
    assert unexplained(cited_once, cited_within, target, term, ignored) == []


def test_what_nobody_answers_for_is_left_in_order():
    assert unexplained(30, 32, 69, 70, 72, 73) == [32, 69, 73]


def test_only_the_lines_of_the_package_count():
    assert unexplained(10, 11, 80, 81) == [11, 80]


def test_a_line_that_does_not_look_binding_asks_for_no_answer():
    assert unexplained() == []


def test_a_citation_less_leaves_its_line_open():
    without = load(
        changed(
            (
                '[挂号, 收费], users: 门诊部, category: 业务系统, count: 1, cite: "small.txt:14"',
                '[挂号], cite: "small.txt:17"',
            )
        )
    )
    assert unexplained(14, 17) == [17]
    assert unexplained(14, 17, contract=without) == [14]
