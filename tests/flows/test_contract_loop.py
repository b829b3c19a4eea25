"""The main job, as a new user does it: from the first sign-in to a package that is whole, and one that is not.

This month's database inspection of the data-centre contract runs against a real PostgreSQL.
"""

import io
import socket
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

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
    read_the_contract(page)
    before = present_reports(page)
    inspect_the_database(page)
    open_the_record_sheet(page)

    page.locator("main a[href^='/contracts/occurrences/']").first.click()
    expect(page.get_by_text("已完成").first).to_be_visible()
    assert present_reports(page) == before + 1

    package = tmp_path / "package.zip"
    download_the_package(page, package)
    whole = kangwei("verify", str(package))
    assert whole.returncode == 0, whole.stdout
    name = alter_one_byte(package, of="数据库巡检报告")
    broken = kangwei("verify", str(package))
    assert broken.returncode == 1
    assert name in broken.stdout


def read_the_contract(page: Page) -> None:
    """Its clauses with their lines, and its year of obligations."""
    page.get_by_role("link", name="合同", exact=True).first.click()
    page.get_by_role("link", name="综合运维管理").click()
    expect(page.get_by_text("北京市卫生健康大数据与政策研究中心").first).to_be_visible()
    page.get_by_role("link", name="义务").click()
    duty = page.locator("tr", has=page.get_by_text("数据库月度巡检", exact=True))
    expect(duty.get_by_text("每月1次")).to_be_visible()
    expect(duty.locator(".kw-cite").first).to_have_text("85")
    page.get_by_role("link", name="履约日历").last.click()
    page.select_option("[name=contract]", CONTRACT)
    expect(page.locator(".kw-day-count").first).to_be_visible()


def inspect_the_database(page: Page) -> None:
    """Register a target for the first database of the contract and run this month's inspection of it."""
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


def open_the_record_sheet(page: Page) -> None:
    """The sheet in Word names the target and what was measured."""
    with page.expect_download() as download:
        page.get_by_role("link", name="记录单（Word）").click()
    sheet = Document(io.BytesIO(download.value.path().read_bytes()))
    cells = [cell.text for table in sheet.tables for row in table.rows for cell in row.cells]
    assert "核心业务库" in cells and "连接数占比" in cells and "综合运维管理" in cells


def download_the_package(page: Page, target: Path) -> None:
    """Ask for the acceptance package, wait until it is ready, save it."""
    page.get_by_role("button", name="生成验收包").click()
    link = page.get_by_role("link", name="下载").first
    expect(link).to_be_visible(timeout=120_000)
    with page.expect_download() as download:
        link.click()
    target.write_bytes(download.value.path().read_bytes())


def alter_one_byte(package: Path, *, of: str) -> str:
    """Flip a bit in the middle of the first packed document under this name; returns the document's name."""
    content = bytearray(package.read_bytes())
    with ZipFile(package) as archive:
        entry = next(entry for entry in archive.infolist() if of in entry.filename)
        document = archive.read(entry)
    content[content.index(document) + len(document) // 2] ^= 1
    package.write_bytes(content)
    return entry.filename
