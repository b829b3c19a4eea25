"""The assessment of a change, point by point as the contract asks for it."""

import pytest
import time_machine

from kangwei.servicedesk.enums import TicketKind, TicketState
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import CITE, LEVELS, shanghai, url
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
POINTS = ["对关键流程的影响", "是否需要停机"]
GRADES = {"一般": "3wd", "紧急": "1wd"}


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def assessing(contract, now):
    """The contract asks for two points, within three working days or, where it is urgent, one."""
    duties = [
        {"id": f"assess-{number}", "name": f"变更评估（{grade}）", "activity": "assessment", "checklist": [*POINTS],
         "cadence": {"on": "change", "within": within}, "when": {"severity": grade},
         "cite": f"small-2026.txt:{60 + number}"}
        for number, (grade, within) in enumerate(GRADES.items())
    ]  # fmt: skip
    return load_small(
        now, calendars=contract.calendars, duties=duties, service_levels=LEVELS, deliverables=[], acceptance={},
        severities=[{"name": name, "cite": CITE} for name in ("一般", "紧急", "重大")],
    )  # fmt: skip


@pytest.fixture
def change(assessing, open_ticket, engineer):
    """A change that is being assessed."""
    ticket = open_ticket(kind=TicketKind.CHANGE, severity="紧急")
    engineer.post(url("step", ticket.pk, "assess"))
    return ticket


def answers(**changes):
    return {"effect-1": "none", "remark-1": "", "effect-2": "some", "remark-2": "停机半小时"} | changes


def test_the_points_and_limits_of_the_contract_are_shown(engineer, change):
    page = engineer.get(url("step", change.pk, "submit"))
    assert [field.label for field, _ in page.context["form"].rows()] == POINTS
    said = text_of(page)
    assert "级别 一般：3个工作日，2026-11-25 23:59 前" in said
    assert "级别 紧急：1个工作日，2026-11-23 23:59 前" in said
    limits = page.context["assessment"].limits
    assert [(limit.holds, limit.cite) for limit in limits] == [
        (False, "small-2026.txt:60"),
        (True, "small-2026.txt:61"),
    ]
    assert limits[1].due_at.replace(microsecond=0, second=0) == shanghai("11-23 23:59")


def test_the_answers_are_kept_as_data_and_as_text(engineer, change):
    given = answers(assessment="夜间实施")
    assert engineer.post(url("step", change.pk, "submit"), given).url == url("detail", change.pk)
    event = change.events.get(action="submit")
    assert event.data["points"] == [
        {"point": POINTS[0], "effect": "none", "remark": ""},
        {"point": POINTS[1], "effect": "some", "remark": "停机半小时"},
    ]
    assert event.text == "1. 对关键流程的影响：无影响\n2. 是否需要停机：有影响，停机半小时\n结论与措施：夜间实施"
    change.refresh_from_db()
    assert change.state == TicketState.APPROVING
    assert "是否需要停机 有影响 停机半小时" in text_of(engineer.get(url("detail", change.pk)))


@pytest.mark.parametrize(("changes", "field"), [({"effect-1": ""}, "effect-1"), ({"remark-2": ""}, "remark-2")])
def test_every_point_is_answered_and_every_effect_described(engineer, change, changes, field):
    refused = engineer.post(url("step", change.pk, "submit"), answers(**changes))
    assert refused.status_code == 422 and set(refused.context["form"].errors) == {field}
    change.refresh_from_db()
    assert change.state == TicketState.ASSESSING
    assert engineer.post(url("step", change.pk, "submit"), answers()).status_code == 302


def test_the_ticket_says_until_when_the_assessment_is_owed(engineer, change, open_ticket):
    assert "级别 紧急：1个工作日，2026-11-23 23:59 前 剩余" in text_of(engineer.get(url("detail", change.pk)))
    assert "风险评估" not in text_of(engineer.get(url("detail", open_ticket().pk)))


def test_a_contract_that_asks_for_no_points_takes_a_text(engineer, open_ticket):
    ticket = open_ticket(kind=TicketKind.CHANGE)
    engineer.post(url("step", ticket.pk, "assess"))
    assert engineer.post(url("step", ticket.pk, "submit"), {"assessment": ""}).status_code == 422
    assert engineer.post(url("step", ticket.pk, "submit"), {"assessment": "无风险"}).status_code == 302
    assert ticket.events.get(action="submit").text == "无风险"
