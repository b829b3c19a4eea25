"""Repair, lending, scrapping, operations of a kind."""

from datetime import UTC, datetime, timedelta

import pytest

from kangwei.assets import actions, queries
from kangwei.assets.enums import AssetState
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.core.calendars import Duration, bundled_calendar

pytestmark = pytest.mark.django_db
SYSTEM = System("测试")


@pytest.fixture
def pda(make_asset):
    return make_asset(name="PDA", serial_number="SN1", custodian="王")


def send(asset, now, limit="7wd"):
    return actions.send_to_repair(
        asset=asset, fault="屏幕碎裂", vendor="厂商", limit=Duration.parse(limit) if limit else None,
        calendar=bundled_calendar(), actor=SYSTEM, now=now,
    )  # fmt: skip


def test_a_repair_is_due_at_the_end_of_the_seventh_working_day(pda, now):
    repair = send(pda, now)
    # Friday 20 November 2026: working days are Monday 23 to Friday 27, Monday 30, Tuesday 1 December.
    assert repair.due_at == datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)
    assert (repair.limit, repair.calendar_version) == ("7wd", bundled_calendar().version)
    pda.refresh_from_db()
    assert pda.state == AssetState.REPAIR


def test_a_repair_across_estimated_days_says_so(pda, now):
    assert send(pda, now + timedelta(days=36)).estimated


def test_a_repair_without_a_limit_has_no_due_time(pda, now):
    assert send(pda, now, limit="").due_at is None


def test_what_is_in_repair_cannot_be_sent_again(pda, now):
    send(pda, now)
    with pytest.raises(ActionError, match="现为维修，不能送修"):
        send(pda, now)


def test_a_repaired_asset_comes_back(pda, now):
    send(pda, now)
    later = now + timedelta(days=3)
    repair = actions.return_from_repair(asset=pda, result="更换屏幕", state=AssetState.IN_USE, actor=SYSTEM, now=later)
    pda.refresh_from_db()
    assert (pda.state, repair.returned_at, repair.result) == (AssetState.IN_USE, later, "更换屏幕")
    assert [event.label for event in pda.events.all()] == ["修复返回", "送修", "登记"]
    with pytest.raises(ActionError, match="不能修复返回"):
        actions.return_from_repair(asset=pda, result="", state=AssetState.IN_USE, actor=SYSTEM, now=later)


def test_open_repairs_stand_with_the_most_urgent_first(make_asset, make_person, now):
    person = make_person("buyer_manager")
    late, soon, whenever = (make_asset(name="PDA", serial_number=f"SN{n}") for n in range(3))
    send(whenever, now, limit="")
    send(late, now, limit="7wd")
    send(soon, now, limit="2wd")
    assert [repair.asset for repair in queries.open_repairs(person)] == [soon, late, whenever]


def test_lent_and_taken_back(pda, now):
    actions.lend(asset=pda, borrower="采血二队", note="培训", actor=SYSTEM, now=now)
    pda.refresh_from_db()
    assert (pda.state, pda.custodian) == (AssetState.LENT, "采血二队")
    actions.take_back(asset=pda, custodian="王", note="", actor=SYSTEM, now=now)
    pda.refresh_from_db()
    assert (pda.state, pda.custodian) == (AssetState.SPARE, "王")
    with pytest.raises(ActionError, match="不能归还"):
        actions.take_back(asset=pda, custodian="王", note="", actor=SYSTEM, now=now)


def test_scrapping_names_who_approved_and_ends_the_life(pda, now):
    actions.scrap(asset=pda, reason="无法修复", approved_by="信息科科长", actor=SYSTEM, now=now)
    event = pda.events.first()
    assert (event.label, event.approved_by, event.changes) == ("报废", "信息科科长", {"state": ["in_use", "scrapped"]})
    with pytest.raises(ActionError, match="不能借出"):
        actions.lend(asset=pda, borrower="甲", note="", actor=SYSTEM, now=now)


class TestOperations:
    @pytest.fixture
    def account(self, make_asset):
        make_asset(kind="system", name="门诊系统")
        return make_asset(kind="account", name="张三的账号", account="zhangsan", system="门诊系统")

    def test_an_operation_needs_its_approval(self, account, now):
        with pytest.raises(ActionError, match="批准人") as refusal:
            actions.operate(asset=account, operation="close", values={}, approved_by="", note="", actor=SYSTEM, now=now)
        assert refusal.value.field == "approved_by"

    def test_an_approved_operation_is_kept_with_the_approver(self, account, now):
        actions.operate(
            asset=account, operation="close", values={}, approved_by="李主任", note="离职", actor=SYSTEM, now=now
        )
        event = account.events.first()
        assert (event.label, event.approved_by, event.note) == ("注销", "李主任", "离职")

    def test_an_operation_changes_only_what_its_kind_says(self, account, now):
        with pytest.raises(ActionError, match="不改变"):
            actions.operate(
                asset=account, operation="close", values={"name": "x"}, approved_by="李", note="", actor=SYSTEM, now=now
            )

    def test_an_operation_of_another_kind_is_refused(self, account, now):
        with pytest.raises(ActionError, match="没有「renew」这项操作"):
            actions.operate(
                asset=account, operation="renew", values={}, approved_by="李", note="", actor=SYSTEM, now=now
            )


def test_an_operation_does_not_end_a_repair(make_asset, now):
    key = make_asset(kind="usb-key", name="钥匙", serial_number="K1", custodian="王")
    send(key, now)
    facts = {"values": {"custodian": "李"}, "approved_by": "张主任", "note": "", "actor": SYSTEM, "now": now}
    with pytest.raises(ActionError, match="正在维修，请先办理修复返回"):
        actions.operate(asset=key, operation="issue", **facts)
    key.refresh_from_db()
    assert (key.state, key.custodian) == (AssetState.REPAIR, "王")
    actions.return_from_repair(asset=key, result="好", state=AssetState.SPARE, actor=SYSTEM, now=now)
    actions.operate(asset=key, operation="issue", **facts)
    key.refresh_from_db()
    assert (key.state, key.custodian) == (AssetState.IN_USE, "李")


def test_editing_does_not_end_a_repair_nor_bring_back_what_is_scrapped(pda, now):
    facts = {"actor": SYSTEM, "now": now}
    send(pda, now)
    with pytest.raises(ActionError, match="正在维修，请先办理修复返回"):
        actions.edit(asset=pda, values={"state": "in_use"}, **facts)
    actions.return_from_repair(asset=pda, result="好", state=AssetState.SPARE, **facts)
    actions.edit(asset=pda, values={"state": "in_use"}, **facts)
    actions.scrap(asset=pda, reason="旧", approved_by="张主任", **facts)
    with pytest.raises(ActionError, match="已报废，不能再改为其他状态"):
        actions.edit(asset=pda, values={"state": "in_use"}, **facts)
    assert actions.edit(asset=pda, values={"note": "已核销"}, **facts)
