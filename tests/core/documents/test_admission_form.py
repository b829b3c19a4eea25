from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kangwei.core.documents.admission_form import AdmissionForm, AdmittedTerminal, render
from kangwei.core.documents.kinds import render_docx
from tests.core.documents.reading import all_text, lines, read


def terminal(number: int = 1, **changes: str) -> AdmittedTerminal:
    one = AdmittedTerminal(
        f"IPM-{number:06d}", f"PC-{number:03d}", "台式机", "王芳", "信息处", f"AA:BB:CC:00:00:{number:02X}",
        f"10.1.2.{number}", "508 室", "A-08-12",
    )  # fmt: skip
    return replace(one, **changes)


_FORM = AdmissionForm(
    number="WD-202611-0044",
    title="政务外网终端MAC地址准入登记表",
    owner="某市数据中心",
    network="政务外网",
    department="信息处",
    applicant="王芳",
    phone="010-12345678",
    reason="新购办公终端入网",
    valid_until="2027-11-30",
    terminals=(terminal(1), terminal(2, socket="", ip="")),
    made_at=datetime(2026, 11, 19, 1, 0, tzinfo=UTC),
    practice=False,
)


def form(**changes: Any) -> AdmissionForm:
    return replace(_FORM, **changes)


def test_the_head_names_who_applies_and_why() -> None:
    assert lines(read(render(form())).tables[0]) == [
        ["登记表编号", "WD-202611-0044", "接入网络", "政务外网"],
        ["单位", "某市数据中心"],
        ["申请部门", "信息处", "终端数量", "2 台"],
        ["申请人", "王芳", "联系电话", "010-12345678"],
        ["准入事由", "新购办公终端入网"],
        ["有效期至", "2027-11-30"],
    ]


def test_an_admission_without_an_end_says_so() -> None:
    assert ["有效期至", "长期"] in lines(read(render(form(valid_until=""))).tables[0])


def test_each_terminal_is_one_line() -> None:
    table = lines(read(render(form())).tables[1])
    assert table[1] == [
        "1", "PC-001\n台式机\nIPM-000001", "王芳\n信息处", "AA:BB:CC:00:00:01", "10.1.2.1", "508 室\nA-08-12",
    ]  # fmt: skip
    assert table[2][4:] == ["—", "508 室"]


def test_a_hundred_terminals_are_all_there() -> None:
    text = all_text(read(render(form(terminals=tuple(terminal(number) for number in range(1, 101))))))
    assert all(f"IPM-{number:06d}" in text for number in range(1, 101))


def test_it_is_signed_by_four() -> None:
    assert lines(read(render(form())).tables[-1])[0] == ["申请人", "申请部门负责人", "信息化主管部门", "网络管理员"]


def test_practice_is_marked_and_equal_forms_give_equal_bytes() -> None:
    assert read(render(form(practice=True))).paragraphs[0].text == "练习数据，不作为佐证"
    assert render(form()) == render_docx(form())
