"""A ledger of handhelds and readers: in, faulty rows back with reasons, corrected, in again without doubles.

Then one handheld goes to repair and gets its label, and the failure of a database host shows what it takes along.
"""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.flows.conftest import sign_in

pytestmark = pytest.mark.flow
NEW_PASSWORD = "shared-Clinic-72"
OWNER = "北京市红十字血液中心"
HEADINGS = ("设备名称", "序列号", "型号", "存放地点", "使用人", "状态", "购置日期", "MAC地址")
PDAS, READERS = 3000, 2000
# What clerks get wrong: column, and what stands there. Every fault lies in a row of its own.
MISTAKES = [
    ("设备名称", ""), ("购置日期", "2026年2月30日"), ("购置日期", "去年春天"), ("购置日期", "26-1-5"),
    ("状态", "在路上"), ("序列号", 123456789012345678.0), ("设备名称", "一" * 300), ("购置日期", 7),
    ("状态", "维修中"), ("序列号", ""),
]  # fmt: skip
PDA_FAULTS = {10 + 100 * n: mistake for n, mistake in enumerate([*MISTAKES, *MISTAKES, ("MAC地址", "00:11:22:33:44")])}
PDA_TWINS = {2500: 2499, 2600: 11, 2700: 12}
READER_FAULTS = {20 + 90 * n: mistake for n, mistake in enumerate([*MISTAKES, *MISTAKES[:5]])}
READER_TWINS = {1900: 1899}


def good_row(kind: str, number: int) -> list[object]:
    bought = date(2023, 1, 1) + timedelta(days=number % 900)
    written = [bought.isoformat(), f"{bought.year}年{bought.month}月{bought.day}日", f"{bought:%Y/%m/%d}"][number % 3]
    row = [f"{kind}{number:04d}", f"{kind}-SN{number:06d}", "A7", "库房", f"保管{number % 40}", "在用", written]
    return [*row, f"02:00:00:{kind == 'PDA':02X}:{number // 256:02X}:{number % 256:02X}"]


def spoiled(kind: str, number: int, faults: dict, twins: dict) -> list[object]:
    row = good_row(kind, number)
    if number in faults:
        column, value = faults[number]
        row[HEADINGS.index(column)] = value
    if number in twins:
        row[1] = good_row(kind, twins[number])[1]
    return row


def write_ledger(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate([HEADINGS, *rows]):
                sheet.write_row(at, 0, row)


def planted(faults: dict, twins: dict) -> set[int]:
    """The rows, as Excel numbers them, that have to come back: the heading stands in row 1."""
    return {number + 1 for number in faults | twins}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "采血设备台账.xlsx"
    write_ledger(path, {
        "PDA": [spoiled("PDA", n, PDA_FAULTS, PDA_TWINS) for n in range(1, PDAS + 1)],
        "识别器": [spoiled("IDR", n, READER_FAULTS, READER_TWINS) for n in range(1, READERS + 1)],
    })  # fmt: skip
    return path


def test_from_a_ledger_with_forty_faults_to_a_label_and_an_impact(page, product, ledger, tmp_path):
    assert len(PDA_FAULTS) + len(PDA_TWINS) + len(READER_FAULTS) + len(READER_TWINS) == 40
    sign_in(page, "admin", product.passwords["admin"], NEW_PASSWORD)

    for kind, sheet, rows, faults, twins in [
        ("pda", "", PDAS, PDA_FAULTS, PDA_TWINS), ("id-reader", "识别器", READERS, READER_FAULTS, READER_TWINS),
    ]:  # fmt: skip
        bring_in(page, ledger, kind, sheet)
        wanted = planted(faults, twins)
        assert figures(page) == {"新增": rows - len(wanted), "更新": 0, "未变": 0, "退回": len(wanted)}
        returned = download_refused(page, tmp_path / f"{kind}.xlsx")
        assert {int(row[0]) for row in returned[1:]} == wanted
        assert all(str(row[-1]).strip() for row in returned[1:])

        corrected = tmp_path / f"{kind}-改正.xlsx"
        correct(returned, corrected, "PDA" if kind == "pda" else "IDR")
        bring_in(page, corrected, kind, "")
        assert figures(page) == {"新增": len(wanted), "更新": 0, "未变": 0, "退回": 0}

    again = tmp_path / "全部.xlsx"
    write_ledger(again, {"PDA": [good_row("PDA", n) for n in range(1, PDAS + 1)]})
    bring_in(page, again, "pda", "")
    assert figures(page) == {"新增": 0, "更新": 0, "未变": PDAS, "退回": 0}

    send_one_to_repair(page)
    print_its_label(page)
    see_what_a_host_takes_along(page)


def bring_in(page: Page, file: Path, kind: str, sheet: str) -> None:
    """Upload, keep the columns as they were guessed, look at the preview, confirm, wait for the worker."""
    page.goto(f"/assets/imports/new/?kind={kind}")
    page.select_option("[name=kind]", kind)
    page.select_option("[name=owner]", label=OWNER)
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="上传").click()
    if sheet:
        page.get_by_role("button", name=sheet, exact=True).click()
    page.get_by_role("button", name="看预览").click()
    page.get_by_role("button", name=re.compile("导入 [0-9,]+ 行")).click()
    expect(page.get_by_role("heading", name="结果")).to_be_visible(timeout=60_000)


def figures(page: Page) -> dict[str, int]:
    """What the import says it did."""
    found = page.locator(".kw-figures .kw-figure").all_inner_texts()
    return {re.sub(r"[\s\d,]", "", text): int(re.sub(r"\D", "", text)) for text in found}


def download_refused(page: Page, target: Path) -> list[list[object]]:
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("下载退回的")).click()
    download.value.save_as(target)
    return CalamineWorkbook.from_path(target).get_sheet_by_index(0).to_python()


def correct(returned: list[list[object]], target: Path, kind: str) -> None:
    """The clerk corrects the workbook that came back, and leaves its first and last column as they are."""
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("改正")
        sheet.write_row(0, 0, returned[0])
        for at, row in enumerate(returned[1:], 1):
            sheet.write_row(at, 0, [row[0], *good_row(kind, int(row[0]) - 1), row[-1]])


def send_one_to_repair(page: Page) -> None:
    page.goto("/assets/kind/pda/?q=PDA-SN000042")
    page.get_by_role("link", name=re.compile("PDA-0")).first.click()
    page.get_by_role("link", name="送修").click()
    page.get_by_role("dialog").locator("[name=fault]").fill("屏幕碎裂")
    page.get_by_role("dialog").get_by_role("button", name="送修").click()
    expect(page.locator("h1").get_by_text("维修")).to_be_visible()
    expect(page.get_by_text("应修复")).to_be_visible()


def print_its_label(page: Page) -> None:
    page.get_by_role("link", name="标签").click()
    label = page.locator(".kw-label").first
    expect(label.locator("svg")).to_be_visible()
    expect(label.get_by_text("PDA-SN000042")).to_be_visible()
    assert page.pdf().startswith(b"%PDF")


def see_what_a_host_takes_along(page: Page) -> None:
    """A database on a host, and the system that depends on it."""
    host = register(page, "host", {"name": "采供血数据库主机", "ip": "10.1.1.8"})
    database = register(page, "database", {"name": "采供血主库", "product": "Oracle", "ip": "10.1.1.9"})
    relate(page, database, "runs_on", "采供血数据库主机")
    page.goto("/assets/kind/system/?q=血站标准化管理系统")
    page.get_by_role("link", name=re.compile("SYS-")).first.click()
    page.wait_for_url(re.compile(r"/assets/\d+/$"))
    relate(page, page.url, "depends_on", "采供血主库")
    page.goto(f"{host}?tab=impact")
    expect(page.get_by_role("heading", name="波及 2 项")).to_be_visible()
    rows = page.locator("tbody tr[data-href]")
    expect(rows.filter(has_text="采供血主库").first).to_be_visible()
    expect(rows.filter(has_text="血站标准化管理系统").first).to_be_visible()


def register(page: Page, kind: str, values: dict[str, str]) -> str:
    page.goto(f"/assets/kind/{kind}/new/")
    page.select_option("[name=owner-party]", label=OWNER)
    for name, value in values.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name="登记").click()
    expect(page.locator("h1").get_by_text(values["name"])).to_be_visible()
    return page.url


def relate(page: Page, address: str, kind: str, other: str) -> None:
    page.goto(address)
    page.locator("a[href$='/relations/']").click()
    form = page.get_by_role("dialog")
    form.locator("[name=relation]").select_option(f"to:{kind}")
    form.locator("[name=other]").fill(other)
    form.get_by_role("button", name=re.compile("建立|保存|添加")).click()
    expect(page.locator("main").get_by_role("link", name=other).first).to_be_visible()
