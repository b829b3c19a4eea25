"""A supplier's engineer gets an account, a role, a contract, and sees that contract and no other, on a phone too."""

import re

import pytest
from playwright.sync_api import expect

from tests.flows.conftest import sign_in

pytestmark = pytest.mark.flow
SUPPLIER = "北辰运维技术公司"


def test_an_engineer_of_a_supplier_sees_only_its_contract(page, product):
    sign_in(page, "admin", product.passwords["admin"], "shared-Clinic-72")

    # The administrator names the supplier of one contract and registers its engineer.
    page.goto("/contracts/hdc-2026-01/")
    page.fill("[name=supplier]", SUPPLIER)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text(f"乙方为「{SUPPLIER}」")).to_be_visible()
    page.goto("/people/new/")
    page.fill("[name=username]", "li.gong")
    page.fill("[name=name]", "李工")
    page.select_option("[name=party]", label=SUPPLIER)
    page.get_by_role("button", name="登记").click()
    message = page.get_by_text("初始口令").first.inner_text()
    password = re.search(r"初始口令 (\S+)（", message)[1]
    assert page.get_by_role("button", name="授予").count() == 0  # three officers: he may not give roles

    # The security officer gives the role.
    person = page.url
    page.get_by_role("button", name="退出").click()
    sign_in(page, "security", product.passwords["security"], "other-Clinic-73")
    page.goto(person)
    page.select_option("[name=role]", label="工程师")
    page.get_by_role("button", name="授予").click()
    expect(page.get_by_text("角色已更新")).to_be_visible()
    page.get_by_role("button", name="退出").click()

    # The engineer, on a phone.
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, "li.gong", password, "third-Clinic-74")
    page.goto("/contracts/")
    expect(page.get_by_role("link", name="综合运维管理")).to_be_visible()
    assert page.locator("tbody tr").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto("/contracts/calendar/?month=2026-11")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
