"""A real Kangwei, started as a user starts it or in this process, and a real Chromium that looks at it."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Browser, Page, sync_playwright

from tests.factories.contracts import load_small
from tests.flows.desk import BY_TEST, CONTRACT, DESK

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


# ---- The product in this process, where the clock can be moved ----


@pytest.fixture(scope="module")
def database_beside_the_browser():
    """The driver of the browser runs a loop in this thread, in which Django would refuse the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture
def clock(now):
    """The clock of the product, at Friday 10:00; `clock.move_to(moment)` lets time pass."""
    with time_machine.travel(now, tick=True) as traveller:
        yield traveller


@pytest.fixture
def visit(database_beside_the_browser, live_server, browser) -> Iterator[Callable]:
    """`visit(client, PHONE)`: a page of that person's browser, or of a stranger's.

    Any error in a console fails, but the `expected` one.
    """
    contexts, faults = [], []

    def open_page(client=None, viewport=DESK, expected: str = "\0") -> Page:
        context = browser.new_context(viewport=viewport, base_url=live_server.url, accept_downloads=True)
        context.set_default_timeout(8000)
        contexts.append(context)
        if client:
            name, cookie = "sessionid", client.cookies["sessionid"].value
            context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on(
            "console",
            lambda said: faults.append(said.text) if said.type == "error" and expected not in said.text else None,
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def contract(now):
    return load_small(now, **CONTRACT)


@pytest.fixture
def people(contract, now):
    """The supplier's project manager and engineer, the buyer's manager."""
    from kangwei.accounts import actions
    from kangwei.accounts.enums import Role
    from kangwei.accounts.queries import party_named

    found = {}
    for username, name, role, party in (
        ("manager", "陈经理", Role.PROJECT_MANAGER, "试验乙方公司"),
        ("engineer", "张工", Role.ENGINEER, "试验乙方公司"),
        ("buyer", "王科长", Role.BUYER_MANAGER, "试验甲方中心"),
    ):
        person, password = actions.create_person(
            username=username, name=name, party=party_named(party), actor=BY_TEST, now=now
        )
        actions.grant_role(person=person, role=role, actor=BY_TEST, now=now)
        actions.change_password(person=person, password=f"{password}-own", actor=person, now=now)
        found[username] = person
    return found


@pytest.fixture
def signed_in(people) -> Callable:
    """`signed_in("engineer")`: a session that began now."""
    from django.test import Client

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(people[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


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
