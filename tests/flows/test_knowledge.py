"""An answer in a real browser: written down, sent back, reworked, published, found by whoever answers the phone."""

import re
from itertools import count

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from tests.flows.desk import DESK, PHONE

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True)]
TITLE = "医生工作站打不开，提示 ORA-12541"


@pytest.fixture
def open_page(visit, make_person, make_party):
    """`open_page("clerk", DESK)`: the page of somebody of the buyer with this role."""
    owner, seen = make_party("试验卫生中心", "buyer"), count()

    def make(role: str, viewport: dict[str, int]) -> Page:
        client = Client()
        person = make_person(role, party=owner, username=f"{role}-{next(seen)}")
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return visit(client, viewport)

    return make


def write_and_submit(page: Page) -> None:
    page.goto("/knowledge/")
    page.get_by_role("link", name="写知识").first.click()
    page.fill("[name=title]", TITLE)
    page.fill("[name=symptoms]", "双击图标后提示 ORA-12541。")
    page.fill("[name=solution]", "重启建听。")
    page.fill("[name=category]", "数据库")
    page.get_by_role("button", name="保存并提交审核").click()
    expect(page.get_by_text("已提交审核：ZS-")).to_be_visible()


def send_back(page: Page) -> None:
    page.goto("/knowledge/?group=to_review")
    page.get_by_role("link", name="逐条审核").click()
    page.get_by_label("错别字").check()
    page.fill("[name=reason]", "「建听」应为「监听」，并写出命令")
    page.get_by_role("button", name="退回").click()
    expect(page.get_by_text("没有待您审核的知识")).to_be_visible()


def rework(page: Page) -> None:
    page.goto("/notices/")
    page.get_by_text("被退回：错别字").click()
    page.get_by_role("link", name="去修改").click()
    page.fill("[name=solution]", "1. 登录数据库服务器。\n2. 执行 lsnrctl start 启动监听。")
    page.get_by_role("button", name="保存并提交审核").click()
    expect(page.get_by_text("已提交审核：ZS-")).to_be_visible()


def publish(page: Page) -> None:
    page.goto("/knowledge/review/")
    expect(page.get_by_text("lsnrctl start")).to_be_visible()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("已发布：ZS-")).to_be_visible()


def find_on_a_phone(page: Page) -> None:
    page.goto("/knowledge/")
    page.locator("[data-search]").press_sequentially("打印机")
    expect(page.get_by_text("没有找到")).to_be_visible()
    page.locator("[data-search]").fill("")
    page.locator("[data-search]").press_sequentially("工作站 打不开")
    expect(page.get_by_text("lsnrctl start")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("link", name=TITLE).click()
    page.wait_for_url(re.compile(r"/knowledge/\d+/$"))
    page.go_back()
    expect(page.locator("[data-search]")).to_have_value("工作站 打不开")
    assert page.locator("tbody tr").count() == 1
    page.get_by_role("link", name=TITLE).click()
    page.wait_for_url(re.compile(r"/knowledge/\d+/$"))
    expect(page.get_by_text("2. 执行 lsnrctl start 启动监听。")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_answer_is_written_sent_back_reworked_published_and_found_on_a_phone(open_page):
    clerk, manager = open_page("clerk", DESK), open_page("buyer_manager", DESK)
    write_and_submit(clerk)
    send_back(manager)
    rework(clerk)
    publish(manager)
    find_on_a_phone(open_page("engineer", PHONE))


def test_what_is_known_already_shows_while_the_title_is_typed(open_page):
    clerk, manager = open_page("clerk", DESK), open_page("buyer_manager", DESK)
    write_and_submit(clerk)
    publish_first(manager)
    clerk.goto("/knowledge/new/")
    clerk.locator("[name=title]").press_sequentially("医生工作站打不开")
    expect(clerk.locator("#article-alike").get_by_role("link", name=TITLE)).to_be_visible()


def publish_first(page: Page) -> None:
    page.goto("/knowledge/review/")
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("已发布：ZS-")).to_be_visible()
