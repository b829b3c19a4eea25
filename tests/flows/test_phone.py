"""The desk on a phone: a signature outlives the sign-in, a month of figures scrolls in itself."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page

from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Channel, Signer, TicketKind
from kangwei.servicedesk.models import Dispatch, Signature
from tests.flows.desk import BY_TEST, HOUR, PHONE, WIDTH

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True)]
PASSWORD = "measure-Clinic-72"
INK = """canvas => [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]
    .filter((value, at) => at % 4 === 3 && value > 0).length"""


@pytest.fixture
def finished(contract, people, now) -> Dispatch:
    """A visit whose work is done and that waits for its three signatures."""
    ticket = actions.open_ticket(
        contract=contract,
        kind=TicketKind.INCIDENT,
        title="门诊系统打不开",
        channel=Channel.PHONE,
        actor=BY_TEST,
        now=now,
    )
    dispatch = actions.issue_dispatch(
        ticket=ticket, engineer=people["engineer"], task="查看", address="信息科", actor=BY_TEST, now=now
    )
    dispatch = actions.check_in(dispatch=dispatch, actor=BY_TEST, now=now + HOUR)
    return actions.finish_visit(dispatch=dispatch, work_done="已恢复", parts=[], actor=BY_TEST, now=now + HOUR)


def draw(page: Page) -> None:
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 30 + 20 * step, box["y"] + 40 + (30 if step % 2 else -20))
    page.mouse.up()


def test_what_was_drawn_is_there_again_after_the_sign_in_that_had_ended(clock, visit, signed_in, people, finished, now):
    from kangwei.accounts.actions import change_password

    change_password(person=people["engineer"], password=PASSWORD, actor=people["engineer"], now=now)
    clock.move_to(now + 2 * HOUR)
    page = visit(signed_in("engineer"), PHONE, expected="401")
    page.goto(f"/tickets/dispatches/{finished.pk}/sign/requester/")
    page.fill("[name=name]", "李护士")
    page.get_by_role("radio", name="9", exact=True).check()
    draw(page)
    drawn = page.locator("canvas").evaluate(INK)

    Session.objects.all().delete()
    page.get_by_role("button", name="确认签字").click()
    page.get_by_role("button", name="登录").wait_for()
    assert not Signature.objects.exists()
    page.fill("[name=username]", "engineer")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()

    page.get_by_text("上次没有送到的内容还在").wait_for()
    assert page.url.endswith("/sign/requester/")
    assert page.input_value("[name=name]") == "李护士"
    assert page.get_by_role("radio", name="9", exact=True).is_checked()
    assert page.locator("canvas").evaluate(INK) == pytest.approx(drawn, rel=0.1)
    page.get_by_role("button", name="确认签字").click()
    page.get_by_text("李护士 已签字").wait_for()
    assert (Signature.objects.get().signer, Signature.objects.get().name) == (Signer.REQUESTER, "李护士")

    # Once it has arrived nothing of it is left, for whoever signs next.
    page.get_by_role("link", name="确认人签字").click()
    page.locator("canvas").wait_for()
    assert (page.input_value("[name=name]"), page.locator("canvas").evaluate(INK)) == ("", 0)
    assert page.evaluate("sessionStorage.length") == 0


def test_the_days_of_a_month_scroll_in_themselves_under_their_head(clock, visit, signed_in, contract, now):
    for number in range(3):
        actions.open_ticket(
            contract=contract, kind=TicketKind.INCIDENT, title=f"第 {number} 张", channel=Channel.PHONE, actor=BY_TEST,
            now=now - timedelta(days=number),
        )  # fmt: skip
    page = visit(signed_in("manager"), PHONE)
    page.goto("/tickets/numbers/?from=2026-11-01&to=2026-11-30")
    days = page.locator(".kw-table-wrap:has(.kw-course)")
    assert page.evaluate(WIDTH) <= PHONE["width"]
    assert days.bounding_box()["height"] <= 0.7 * PHONE["height"] < days.evaluate("box => box.scrollHeight")
    days.evaluate("box => box.scrollTo(0, box.scrollHeight)")
    assert days.get_by_text("11-30").is_visible()
    head, box = days.locator("th").first.bounding_box(), days.bounding_box()
    assert head["y"] == pytest.approx(box["y"], abs=2)

    subjects = page.locator(".kw-scroll")
    subjects.evaluate("box => box.scrollTo(box.scrollWidth, 0)")
    first = subjects.locator("tbody td").first.bounding_box()
    assert first["x"] == pytest.approx(subjects.bounding_box()["x"], abs=2)
