"""The service desk in a real browser, from the code on the wall to the evidence on the contract.

Days pass within a walk, so the product runs in this process, where the clock can be moved.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.flows.desk import BY_TEST, HOUR, PHONE, POINTS, WIDTH

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def code_on_the_wall(contract, people, now) -> str:
    """The address that an institution's code holds."""
    from kangwei.accounts.actions import create_institution
    from kangwei.servicedesk.actions import open_entrance

    institution = create_institution(name="延庆区医院", region="延庆区", place="远郊", actor=BY_TEST, now=now)
    entrance = open_entrance(institution=institution, contract=contract, actor=BY_TEST, now=now)
    return reverse("portal:entrance", args=[entrance.key])


def settle() -> None:
    """What the worker does each minute."""
    from kangwei.servicedesk import tasks

    tasks.settle_clocks.call_local()


def sign(page: Page, signer: str, name: str) -> None:
    """Write a name on the glass; an empty pad is not sent."""
    page.get_by_role("link", name=f"{signer}签字").click()
    page.fill("[name=name]", name)
    page.get_by_role("button", name="确认签字").click()
    page.locator("[data-signature-empty]").wait_for()
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 30 + 20 * step, box["y"] + 40 + (30 if step % 2 else -20))
    page.mouse.up()
    page.get_by_role("button", name="确认签字").click()
    page.get_by_text(f"{name} 已签字").or_(page.get_by_text("三方已签字")).wait_for()


def report_a_stop(page: Page, address: str) -> str:
    """A nurse reports by the code on the wall; the address at which she follows it."""
    page.goto(address)
    page.fill("[name=text]", "门诊系统全部停了，窗口挂不了号")
    page.get_by_text("完全不能用").click()
    page.get_by_text("门诊系统", exact=True).click()
    page.fill("[name=name]", "李护士")
    page.fill("[name=phone]", "010-69101234")
    page.get_by_role("button", name="提交报修").click()
    page.get_by_text("已收到").first.wait_for()
    return page.url


def dispatch_as_major(page: Page) -> str:
    """The desk calls the report a major one and sends an engineer; the ticket's address."""
    page.goto("/tickets/")
    page.get_by_role("link", name="GD-202611-000001").click()
    page.get_by_role("link", name="更正").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=severity]").select_option("重大")
    dialog.locator("[name=reason]").fill("窗口停诊")
    dialog.get_by_role("button", name="更正").click()
    page.get_by_role("link", name="派工", exact=True).click()
    dialog.locator("[name=engineer]").select_option(label="张工　试验乙方公司")
    dialog.get_by_role("button", name="派工").click()
    page.get_by_text("待接单").wait_for()
    assert page.get_by_text("到场", exact=True).count()
    return page.url


def see_the_breach(page: Page, ticket: str) -> None:
    """The buyer's manager was told that nobody came in time, and finds the severity raised."""
    page.goto("/notices/")
    page.get_by_text("到场").first.click()
    assert page.url == ticket
    page.get_by_text("到场超时").wait_for()
    page.get_by_text("重大 → 特别重大").wait_for()


def come_late_and_have_it_signed(page: Page) -> None:
    """The engineer's phone: accept, set out, check in, finish, three signatures; nothing is wider than the phone."""
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 40.4567, "longitude": 115.9745, "accuracy": 25})
    page.goto("/tickets/dispatches/")
    page.get_by_role("link", name="PG-202611-000001").click()
    page.get_by_role("button", name="接单").click()
    page.get_by_text("已接单").wait_for()
    page.get_by_role("button", name="出发").click()
    page.get_by_text("在途").wait_for()
    assert page.evaluate(WIDTH) <= PHONE["width"]
    page.get_by_role("button", name="到场签到").click()
    page.get_by_text("40.456700, 115.974500（精度 25 米）").wait_for()
    page.fill("[name=work_done]", "更换交换机，重启门诊系统，窗口恢复")
    page.get_by_role("button", name="添加一行").click()
    page.fill("[name=parts-1-name]", "交换机")
    assert page.evaluate(WIDTH) <= PHONE["width"]
    page.get_by_role("button", name="完工，请用户签字").click()
    for signer, name in (("报修人", "李护士"), ("确认人", "王科长"), ("处理人", "张工")):
        sign(page, signer, name)
    page.get_by_text("三方已签字").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载派工单（PDF）").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def solve(page: Page, ticket: str) -> None:
    page.goto(ticket)
    page.get_by_role("link", name="解决", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=solution]").fill("交换机故障，已更换")
    dialog.locator("[name=solved_how]").select_option("onsite")
    dialog.get_by_role("button", name="解决").click()
    page.get_by_text("待确认").first.wait_for()


def rate_nine(page: Page, follow: str) -> None:
    page.goto(follow)
    page.get_by_role("button", name="已解决，确认").click()
    page.get_by_text("已办结").first.wait_for()
    page.get_by_role("radio", name="9", exact=True).check()
    page.get_by_role("button", name="提交评价").click()
    page.get_by_text("您的评价").wait_for()


def file_the_month(page: Page) -> None:
    page.goto("/tickets/numbers/?from=2026-11-01&to=2026-11-30&contract=small-2026")
    page.get_by_role("button", name="归档2026年11月工单报告").click()
    page.get_by_role("dialog").get_by_role("button", name="归档", exact=True).click()
    page.get_by_text("已归档").first.wait_for()


def test_from_the_code_on_the_wall_to_the_evidence_on_the_contract(
    clock, visit, signed_in, contract, code_on_the_wall, now
):
    nurse = visit(viewport=PHONE)
    follow = report_a_stop(nurse, code_on_the_wall)
    ticket = dispatch_as_major(visit(signed_in("manager")))
    clock.move_to(now + 2 * HOUR)
    settle()
    see_the_breach(visit(signed_in("buyer")), ticket)
    come_late_and_have_it_signed(visit(signed_in("engineer"), PHONE))
    solve(visit(signed_in("engineer")), ticket)
    rate_nine(nurse, follow)

    clock.move_to(now + timedelta(days=11))
    buyer = visit(signed_in("buyer"))
    file_the_month(buyer)
    assert evidence_of(buyer, "派工单") == 1
    assert evidence_of(buyer, "全业务工单月度分析报告") == 1


def open_by_desk(page: Page, kind: str, title: str, **fields: str) -> None:
    """Take a call at the desk; the ticket's page opens."""
    page.goto("/tickets/new/")
    page.select_option("[name=kind]", kind)
    page.fill("[name=title]", title)
    for name, text in fields.items():
        page.fill(f"[name={name}]", text)
    page.get_by_role("button", name="受理", exact=True).click()
    page.get_by_role("heading", name=title).wait_for()


def take(page: Page, step: str, then: str, paper: Path | None = None, **fields: str) -> None:
    """Take a step by its dialog, and see the state that it leads to."""
    page.get_by_role("link", name=step, exact=True).click()
    dialog = page.get_by_role("dialog")
    for name, text in fields.items():
        field = dialog.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)
    if paper:
        dialog.locator("[type=file]").set_input_files(paper)
    dialog.get_by_role("button", name=step, exact=True).click()
    page.locator(".kw-facts").get_by_text(then, exact=True).first.wait_for()


def press(page: Page, step: str, then: str) -> None:
    """Take a step that asks for nothing."""
    page.get_by_role("button", name=step, exact=True).click()
    page.locator(".kw-facts").get_by_text(then, exact=True).first.wait_for()


def evidence_of(page: Page, deliverable: str) -> int:
    """How many documents stand under this name on the contract."""
    page.goto("/contracts/documents/?contract=small-2026")
    return page.locator("tbody").get_by_text(deliverable, exact=True).count()


ORDER = """工单编号：SQ2026112000321
诉求人：赵女士
联系电话：13800001111
诉求类型：投诉
派单时间：2026-11-20 09:40
诉求内容：社区医院挂号机坏了两天，老人排队挂不上号。"""


def test_an_order_of_the_12345_line_is_replied_to_in_two_hours_and_judged(clock, visit, signed_in, contract, now):
    page = visit(signed_in("manager"))
    page.goto("/tickets/hotline/new/")
    page.fill("[name=paste]", ORDER)
    page.get_by_text("识别出").wait_for()
    assert page.input_value("[name=order_number]") == "SQ2026112000321"
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("12345 诉求 SQ2026112000321").wait_for()
    clock.move_to(now + HOUR)
    take(page, "答复", "处理中", reply="已派工程师，今天修好")
    clock.move_to(now + 3 * HOUR)
    take(page, "解决", "待确认", solution="换了读卡模块", solved_how="onsite")
    press(page, "办结", "已办结")
    ticket, page = page.url, visit(signed_in("buyer"))
    page.goto(ticket)
    page.get_by_role("link", name="登记考评").click()
    dialog = page.get_by_role("dialog")
    for name in ("responded", "solved", "satisfied"):
        dialog.locator(f"[name={name}][value=yes]").check()
    dialog.get_by_role("button").last.click()
    page.goto("/tickets/hotline/")
    assert page.get_by_text("100.0%").count() or page.get_by_text("100%").count()
    page.get_by_role("link", name="1", exact=True).first.click()
    page.get_by_text("SQ2026112000321").first.wait_for()


def test_data_is_corrected_on_written_approval_and_behind_a_backup(clock, visit, signed_in, contract, tmp_path):
    paper, proof = tmp_path / "批复.pdf", tmp_path / "备份.txt"
    paper.write_bytes(b"%PDF-1.4\n% approved\n")
    proof.write_text("2026-11-20 09:30 全量备份 12 GB 校验通过", encoding="utf-8")
    page = visit(signed_in("manager"))
    open_by_desk(page, "data_fix", "更正重复的就诊记录")
    take(page, "提交审批", "待批准", scope="visit 表 3 行重复记录")
    page.get_by_role("link", name="书面批准", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=approved_by]").fill("王科长")
    dialog.locator("[name=approval]").fill("中心信〔2026〕18号")
    dialog.get_by_role("button", name="书面批准", exact=True).click()
    # The browser itself asks for the file that must come with it.
    assert page.get_by_text("待批准").first.is_visible()
    dialog.locator("[type=file]").set_input_files(paper)
    dialog.get_by_role("button", name="书面批准", exact=True).click()
    page.locator(".kw-facts").get_by_text("已批准", exact=True).wait_for()
    take(
        page, "执行修正", "已实施", proof, backup="备份服务器 /data，12 GB", backed_up_at="2026-11-20T09:30",
        script="delete from visit where id in (7, 8, 9)", rows="3", result="删除 3 行",
    )  # fmt: skip
    take(page, "核对完成", "待确认", check="逐条核对，就诊数与医院一致")
    press(page, "办结", "已办结")
    assert evidence_of(page, "数据库工作确认单") == 1


def test_a_change_is_assessed_point_by_point_approved_and_verified(clock, visit, signed_in, contract, people):
    page = visit(signed_in("manager"))
    open_by_desk(page, "change", "挂号接口改用新字段")
    number = page.url
    press(page, "开始评估", "评估中")
    page.get_by_role("link", name="提交审批", exact=True).click()
    for point in range(1, len(POINTS) + 1):
        page.locator(f"[name=effect-{point}][value={'some' if point == 6 else 'none'}]").check()
    page.locator("[name=remark-6]").fill("夜间停机 10 分钟")
    page.get_by_role("button", name="提交审批").click()
    page.locator(".kw-facts").get_by_text("待批准", exact=True).wait_for()
    buyer = visit(signed_in("buyer"))
    buyer.goto(number)
    take(buyer, "批准", "已批准", approved_by="王科长")
    page.goto(number)
    take(page, "实施", "已实施", result="22:00 发布，停机 6 分钟")
    take(page, "验证通过", "待确认", check="挂号 50 笔正常")
    press(page, "办结", "已办结")
    assert page.get_by_text("夜间停机 10 分钟").count()


def test_what_one_ticket_taught_helps_with_the_next(clock, visit, signed_in, contract, people):
    page = visit(signed_in("engineer"))
    open_by_desk(page, "incident", "门诊系统登录后白屏", description="升级后第一次登录，整页空白")
    take(page, "解决", "待确认", solution="清空浏览器缓存后重新登录", solved_how="phone")
    page.get_by_role("button", name="写成知识").click()
    assert page.locator("[name=symptoms]").input_value() == "升级后第一次登录，整页空白"
    page.fill("[name=category]", "门诊系统")
    page.get_by_role("button", name="保存并提交审核").click()
    page.get_by_text("已提交审核：ZS-").wait_for()

    buyer = visit(signed_in("buyer"))
    buyer.goto("/knowledge/review/")
    buyer.get_by_role("button", name="发布").click()
    buyer.get_by_text("已发布：ZS-").wait_for()

    page.goto("/tickets/new/")
    page.locator("[name=title]").press_sequentially("登录门诊系统后白屏")
    page.locator("#desk-aside").get_by_role("button", name="采用", exact=True).click()
    assert page.locator("[name=solution]").input_value() == "清空浏览器缓存后重新登录"
    page.get_by_role("button", name="受理", exact=True).click()
    page.get_by_text("采用知识").wait_for()
    assert page.get_by_text("待确认").first.is_visible()

    page.goto("/tickets/new/")
    page.locator("[name=title]").press_sequentially("登录门诊系统后白屏，又来了")
    page.get_by_role("button", name="受理", exact=True).click()
    page.get_by_role("button", name="采用", exact=True).click()
    page.get_by_text("采用知识").wait_for()
    page.get_by_role("link", name="解决", exact=True).click()
    solution = page.get_by_role("dialog").locator("[name=solution]")
    assert solution.input_value() == "清空浏览器缓存后重新登录"
