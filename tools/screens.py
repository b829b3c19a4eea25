"""Renew docs/screens/*.png, the pictures of the README: a product of its own with practice data, seen by Chromium.

Run by `make screens`; needs /usr/bin/chromium and a Chinese font.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from kangwei.core.calendars import SHANGHAI

TARGET = Path(__file__).resolve().parent.parent / "docs/screens"
PORT = 8766
URL = f"http://127.0.0.1:{PORT}"
PASSWORD = "shared-Clinic-72"
CONTRACT = "practice-hdc-2026-01"
PHONE = {"width": 390, "height": 960}
QUARTER = timedelta(days=90)


def kangwei(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "kangwei.cli", *arguments]


@contextmanager
def product() -> Iterator[str]:
    """`kangwei up` with three months of practice data; yields the first administrator's password."""
    with tempfile.TemporaryDirectory() as var:
        environment = os.environ | {"KANGWEI_VAR": var}
        process = subprocess.Popen(
            kangwei("up", "--port", str(PORT), "--no-library"), env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            password = ""
            for line in process.stdout or ():
                if found := re.fullmatch(r"\s+admin\s+(\S+)\s*", line):
                    password = found[1]
                if "康维已就绪" in line:
                    break
            subprocess.run(kangwei("simulate", "--months", "3", "--seed", "1"), env=environment, check=True)
            yield password
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def sign_in(page: Page, password: str) -> None:
    page.goto(f"{URL}/login/")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", password)
    page.click("button[type=submit]")
    page.fill("[name=current]", password)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.get_by_role("button", name="更改口令").click()
    page.wait_for_url(f"{URL}/")


def take(page: Page, name: str, path: str) -> None:
    page.goto(URL + path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(800)  # charts draw themselves in
    page.screenshot(path=TARGET / f"{name}.png")


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    with product() as password, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        sign_in(page, password)
        take(page, "contract", f"/contracts/{CONTRACT}/")
        take(page, "calendar", "/contracts/calendar/")
        take(page, "acceptance", f"/acceptance/{CONTRACT}/")
        page.goto(f"{URL}/inspections/?contract={CONTRACT}")
        page.locator("tbody a").first.click()
        take(page, "inspection", page.url.removeprefix(URL))
        page.goto(f"{URL}/assets/kind/host/?q=练习主机001")
        page.locator("tbody a").first.click()
        page.wait_for_url(re.compile(r"/assets/\d+/$"))
        take(page, "assets", f"{page.url.removeprefix(URL)}?tab=impact")
        today = datetime.now(SHANGHAI).date()
        take(page, "numbers", f"/tickets/numbers/?from={today - QUARTER}&to={today}&contract={CONTRACT}&by=kind")
        page.goto(f"{URL}/tickets/dispatches/?contract={CONTRACT}&state=signed")
        signed = page.locator("tbody a").first.get_attribute("href")
        page.set_viewport_size(PHONE)
        take(page, "dispatch", signed or "")
        browser.close()
    for file in sorted(TARGET.glob("*.png")):
        print(f"{file.stat().st_size:>9,}  {file.name}")


if __name__ == "__main__":
    main()
