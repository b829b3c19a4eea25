"""Describing targets: what the probe, the contract and the supplier's limits allow."""

import pytest

from kangwei.base import secretbox
from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry
from kangwei.inspections import actions, queries
from tests.apps.inspections.conftest import ADDRESS, TESTER
from tests.factories.contracts import DATABASES


def refusal_of(call, *args, **kwargs) -> ActionError:
    with pytest.raises(ActionError) as caught:
        call(*args, **kwargs)
    return caught.value


def test_a_target_covers_one_inspection_of_the_contract(make_target, contract, now):
    target = make_target("业务库乙", options={"expect_text": "登录"}, automatic=True)
    covered = {row.slot: row.target for row in queries.coverage(contract, now)}
    assert covered == {"业务库甲": None, "业务库乙": target, "业务库丙": None}
    assert (target.options, target.automatic, target.active) == ({"expect_text": "登录"}, True, True)


def test_two_active_targets_cannot_cover_the_same(make_target):
    make_target()
    error = refusal_of(make_target, name="另一个名字")
    assert (error.field, str(error)) == ("coverage", "这一项已由「业务库甲」覆盖，请先停用它")


def test_a_deactivated_target_leaves_its_place_and_cannot_come_back_to_it(make_target, now):
    first = make_target()
    actions.deactivate_target(target=first, actor=TESTER, now=now)
    second = make_target(name="业务库甲（新）")
    first.refresh_from_db()
    error = refusal_of(actions.reactivate_target, target=first, actor=TESTER, now=now)
    assert "业务库甲（新）" in str(error)
    actions.deactivate_target(target=second, actor=TESTER, now=now)
    actions.reactivate_target(target=first, actor=TESTER, now=now)
    first.refresh_from_db()
    assert first.active


def test_a_name_is_taken_once_a_contract(make_target):
    make_target()
    assert refusal_of(make_target, "业务库乙", name="业务库甲").field == "name"


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"template": "no-such"}, "template"),
        ({"address": "his.example.cn"}, "address"),
        ({"address": " "}, "address"),
        ({"options": {"expect_status": 9000}}, "options.expect_status"),
        ({"options": {"no_such": "x"}}, "options.no_such"),
        ({"slot": "合同里没有的库"}, "coverage"),
        ({"duty": "service-report", "slot": ""}, "coverage"),
        ({"name": " "}, "name"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(make_target, changes, field):
    assert refusal_of(make_target, **changes).field == field


class TestSecrets:
    def test_is_sealed_and_kept_when_nothing_else_is_given(self, make_target):
        target = make_target(secret="opensesame")
        kept = make_target(target=target, name="改名", secret=None)
        assert "opensesame" not in kept.secret
        assert secretbox.unseal(kept.secret) == "opensesame"

    def test_can_be_removed(self, make_target):
        target = make_target(secret="opensesame")
        assert make_target(target=target, secret="").secret == ""

    def test_does_not_follow_the_target_to_another_address(self, make_target):
        target = make_target(secret="opensesame")
        elsewhere = "https://elsewhere.example.cn/"
        assert refusal_of(make_target, target=target, address=elsewhere).field == "secret"
        target.refresh_from_db()
        assert make_target(target=target, address=elsewhere, secret="new").address == elsewhere

    def test_is_not_in_the_audit_trail(self, make_target):
        make_target(secret="opensesame")
        entry = AuditEntry.objects.get(action="inspections.save_target")
        assert "opensesame" not in str(entry.data)
        assert (entry.data["address"], entry.data["secret_changed"]) == (ADDRESS, True)


class TestOnThisServer:
    """A supplier's people may not point a probe at the server that Kangwei runs on."""

    LOCAL = (
        {"template": "host-local", "address": ""},
        {"address": "http://127.0.0.1:8000/"},
        {"template": "postgresql-monthly", "address": "dbname=kangwei"},
        {
            "template": "postgresql-monthly", "address": "postgresql://m@db.example.cn/his",
            "options": {"backup_path": "/etc/*"},
        },
    )  # fmt: skip

    @pytest.mark.parametrize("changes", LOCAL)
    def test_is_refused_unless_allowed(self, make_target, changes):
        assert "康维所在" in str(refusal_of(make_target, **changes))
        assert make_target(**changes, this_server=True).pk

    def test_a_backup_path_is_refused_at_its_own_field(self, make_target):
        assert refusal_of(make_target, **self.LOCAL[-1]).field == "options.backup_path"

    def test_what_others_described_may_be_renamed(self, make_target):
        changes = {"address": "http://127.0.0.1:8000/"}
        target = make_target(**changes, this_server=True)
        assert make_target(target=target, name="新名字", **changes).name == "新名字"
        assert refusal_of(make_target, target=target, address="http://127.0.0.1:9000/").field == "address"


def test_three_databases_are_listed_with_what_is_owed(contract, make_target, request_run, now):
    run = request_run(make_target(DATABASES[1]))
    rows = queries.coverage(contract, now)
    assert [(row.duty.title, row.is_open, row.missed) for row in rows] == [("数据库月度巡检", True, 10)] * 3
    assert {row.slot: row.last_run for row in rows} == {"业务库甲": None, "业务库乙": run, "业务库丙": None}
    assert {row.due.isoformat() for row in rows} == {"2026-11-30T15:59:59+00:00"}
