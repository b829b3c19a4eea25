"""A real Kangwei, started as a user starts it, and a real Chromium that looks at it."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
READY = "康维已就绪"


@dataclass
class Product:
    """One running product: where it answers, its var folder, and the first passwords it printed."""

    url: str
    var: Path
    passwords: dict[str, str] = field(default_factory=dict)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def product(tmp_path_factory) -> Iterator[Product]:
    """`kangwei up` on a port and a var folder of its own, stopped by SIGTERM."""
    var, port = tmp_path_factory.mktemp("var"), free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KANGWEI_", "DATABASE_"))}
    environment |= {"KANGWEI_VAR": str(var), "DJANGO_SETTINGS_MODULE": "kangwei.config.settings"}
    log = (var / "log.txt").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "kangwei.cli", "up", "--port", str(port)],
        env=environment, stdout=subprocess.PIPE, stderr=log, text=True,
    )  # fmt: skip
    try:
        started = Product(f"http://127.0.0.1:{port}", var)
        for line in process.stdout:
            if found := re.fullmatch(r"\s+(admin|security)\s+(\S+)\s*", line):
                started.passwords[found[1]] = found[2]
            if READY in line:
                break
        else:
            pytest.fail("kangwei up ended before it was ready:\n" + (var / "log.txt").read_text()[-3000:])
        yield started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()
        log.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield found
        found.close()


@pytest.fixture
def page(browser, product) -> Iterator[Page]:
    """A page at 1280 px that fails the test on any error in its console and on any request that leaves the machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=product.url, accept_downloads=True)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: None if _is_own(request.url, product.url) else faults.append(request.url))
    yield page
    context.close()
    assert faults == []


def _is_own(url: str, own: str) -> bool:
    return url.startswith((own, "data:", "blob:"))


def sign_in(page: Page, username: str, password: str, new_password: str = "") -> None:
    """Sign in; with a new password also through the change that a first sign-in asks for."""
    page.goto("/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("button[type=submit]")
    if new_password:
        page.fill("[name=current]", password)
        page.fill("[name=password]", new_password)
        page.fill("[name=again]", new_password)
        page.get_by_role("button", name="更改口令").click()
    page.wait_for_url("**/")
