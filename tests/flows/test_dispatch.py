"""A visit, as it happens: the desk sends an engineer out, who works on a phone on which three people sign."""

import math
import re

import pytest
from playwright.sync_api import Page, expect

from tests.flows.conftest import sign_in

pytestmark = pytest.mark.flow
CONTRACT = "hdc-2026-11"
SUPPLIER = "北辰运维技术公司"
TITLE = "门诊护理工作站打不开"


def test_from_the_desk_to_the_signed_sheet_on_the_acceptance_list(page, product):
    sign_in(page, "admin", product.passwords["admin"], "shared-Clinic-72")
    password, person = register_engineer(page)
    order = send_out(page)
    page.get_by_role("button", name="退出").click()
    sign_in(page, "security", product.passwords["security"], "other-Clinic-73")
    page.goto(person)
    page.select_option("[name=role]", label="工程师")
    page.get_by_role("button", name="授予").click()
    page.get_by_role("button", name="退出").click()

    page.set_viewport_size({"width": 390, "height": 844})
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 40.4567, "longitude": 115.9745, "accuracy": 25})
    sign_in(page, "li.gong", password, "third-Clinic-74")
    page.goto(order)
    visit(page)
    for signer in ("报修人", "确认人", "处理人"):
        page.get_by_role("link", name=f"{signer}签字").click()
        sign(page, signer)
    expect(page.get_by_text("三方已签字，派工单已归档为佐证。")).to_be_visible()
    with page.expect_download() as sheet:
        page.get_by_role("link", name="下载派工单（PDF）").click()
    assert sheet.value.path().read_bytes().startswith(b"%PDF-")
    page.goto(f"/acceptance/{CONTRACT}/")
    row = page.locator("tr", has=page.get_by_role("link", name=re.compile("^(派工单|运维服务工单)$"))).first
    expect(row).to_contain_text("1")


def register_engineer(page: Page) -> tuple[str, str]:
    """The first password and the page of an engineer of the supplier that now holds the contract."""
    page.goto(f"/contracts/{CONTRACT}/")
    page.fill("[name=supplier]", SUPPLIER)
    page.get_by_role("button", name="保存").click()
    page.goto("/people/new/")
    page.fill("[name=username]", "li.gong")
    page.fill("[name=name]", "李工")
    page.select_option("[name=party]", label=SUPPLIER)
    page.get_by_role("button", name="登记").click()
    message = page.get_by_text("初始口令").first.inner_text()
    return re.search(r"初始口令 (\S+)（", message)[1], page.url


def send_out(page: Page) -> str:
    """The page of the order that sends the engineer out for a new ticket."""
    page.goto(f"/tickets/new/?contract={CONTRACT}")
    page.fill("[name=caller]", "李护士")
    page.fill("[name=phone]", "010-12345678")
    page.fill("[name=title]", TITLE)
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.get_by_role("link", name="派工", exact=True).click()
    form = page.locator("dialog[open]")
    form.locator("[name=engineer]").select_option(label=f"李工　{SUPPLIER}")
    form.locator("[name=address]").fill("延庆区东街 28 号")
    form.get_by_role("button", name="派工").click()
    page.get_by_role("link", name=re.compile("^PG-")).click()
    expect(page.get_by_text("待接单")).to_be_visible()
    return page.url


def visit(page: Page) -> None:
    """Every step up to the signatures, on a page no wider than the phone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="接单").click()
    expect(page.get_by_text("已接单")).to_be_visible()
    page.get_by_role("button", name="出发").click()
    expect(page.get_by_text("在途")).to_be_visible()
    page.get_by_role("button", name="到场签到").click()
    expect(page.get_by_text("40.456700, 115.974500（精度 25 米）")).to_be_visible()
    page.fill("[name=work_done]", "更换交换机，恢复正常")
    page.get_by_role("button", name="添加一行").click()
    page.fill("[name=parts-3-name]", "交换机")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="完工，请用户签字").click()
    expect(page.get_by_text("待签字")).to_be_visible()


def sign(page: Page, signer: str) -> None:
    """Nothing is sent while the pad is empty; then a name is written on it."""
    page.fill("[name=name]", f"{signer}某")
    page.get_by_role("button", name="确认签字").click()
    expect(page.locator("[data-signature-empty]")).to_be_visible()
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 100)
    page.mouse.down()
    for step in range(1, 40):
        page.mouse.move(box["x"] + 30 + 6 * step, box["y"] + 100 + 50 * math.sin(step / 4))
    page.mouse.up()
    page.get_by_role("button", name="确认签字").click()
    expect(page.get_by_text(f"{signer}某").first).to_be_visible()
