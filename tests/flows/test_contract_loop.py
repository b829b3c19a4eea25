"""The main job, as a new user does it: from the first sign-in to a package that is whole, and one that is not.

Issue of the record: this month's database inspection of the data-centre contract, against a real PostgreSQL.
"""

import io
import socket
import subprocess
import sys

import pytest
from docx import Document
from playwright.sync_api import Page, expect

from tests.flows.conftest import sign_in

pytestmark = pytest.mark.flow
CONTRACT = "hdc-2026-01"
POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/postgres"
PRESENT_COLUMN = 3
SLOT = "业务系统数据库-01"
NEW_PASSWORD = "shared-Clinic-72"


@pytest.fixture(scope="module", autouse=True)
def _postgresql() -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 5432)):
            pytest.skip("no PostgreSQL on this machine")


def present_reports(page: Page) -> int:
    """How many 数据库巡检报告 the acceptance page counts as present."""
    page.goto(f"/acceptance/{CONTRACT}/")
    row = page.locator("tr", has=page.get_by_role("link", name="数据库巡检报告", exact=True)).first
    return int(row.locator("td").nth(PRESENT_COLUMN).inner_text())


def kangwei(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kangwei.cli", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_from_first_sign_in_to_a_verified_package(page, product, tmp_path):
    sign_in(page, "admin", product.passwords["admin"], NEW_PASSWORD)
    expect(page.get_by_role("heading", name="总览")).to_be_visible()

    # The contract, with its clauses and their lines.
    page.get_by_role("link", name="合同", exact=True).first.click()
    page.get_by_role("link", name="综合运维管理").click()
    expect(page.get_by_text("北京市卫生健康大数据与政策研究中心").first).to_be_visible()
    page.get_by_role("link", name="义务").click()
    duty = page.locator("tr", has=page.get_by_text("数据库月度巡检", exact=True))
    expect(duty.get_by_text("每月1次")).to_be_visible()
    expect(duty.locator(".kw-cite").first).to_have_text("85")

    # Its year of obligations.
    page.get_by_role("link", name="履约日历").last.click()
    page.select_option("[name=contract]", CONTRACT)
    expect(page.locator(".kw-day-count").first).to_be_visible()
    before = present_reports(page)

    # This month's inspection against a real PostgreSQL.
    page.goto(f"/inspections/targets/new/?contract={CONTRACT}")
    option = page.locator("[name=coverage] option", has_text=SLOT).first
    page.select_option("[name=coverage]", value=option.get_attribute("value"))
    page.fill("[name=name]", "核心业务库")
    page.select_option("[name=template]", "postgresql-monthly")
    page.wait_for_load_state("networkidle")
    page.fill("[name=address]", POSTGRESQL)
    page.get_by_role("button", name="保存").click()
    page.goto(f"/inspections/targets/?contract={CONTRACT}&q=核心业务库")
    page.get_by_role("button", name="立即巡检").first.click()
    expect(page.get_by_text("已登记").first).to_be_visible(timeout=90_000)
    expect(page.get_by_text("连接数占比")).to_be_visible()

    # The record sheet in Word.
    with page.expect_download() as download:
        page.get_by_role("link", name="记录单（Word）").click()
    sheet = Document(io.BytesIO(download.value.path().read_bytes()))
    text = "\n".join(
        [p.text for p in sheet.paragraphs] + [c.text for t in sheet.tables for r in t.rows for c in r.cells]
    )
    assert "核心业务库" in text and "数据库" in text

    # The occurrence is done and the acceptance count has moved.
    page.locator("main a[href^='/contracts/occurrences/']").first.click()
    expect(page.get_by_text("已完成").first).to_be_visible()
    assert present_reports(page) == before + 1

    # The package, whole; and not whole after one byte.
    page.get_by_role("button", name="生成验收包").click()
    link = page.get_by_role("link", name="下载").first
    expect(link).to_be_visible(timeout=120_000)
    with page.expect_download() as download:
        link.click()
    package = tmp_path / "package.zip"
    package.write_bytes(download.value.path().read_bytes())
    whole = kangwei("verify", str(package))
    assert whole.returncode == 0, whole.stdout
    content = bytearray(package.read_bytes())
    place = content.index(b"word/document.xml") + 200
    content[place] ^= 1
    package.write_bytes(content)
    broken = kangwei("verify", str(package))
    assert broken.returncode == 1
    assert ".docx" in broken.stdout
