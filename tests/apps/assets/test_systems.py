"""The systems that contracts name."""

import pytest

from kangwei.assets import actions, queries
from kangwei.assets.actions import NamedSystem
from kangwei.assets.models import Asset, Interface, Maintenance, Relation
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.contracts.actions import assign_supplier, load_contract_file
from kangwei.core.calendars import bundled_calendar
from tests.factories.contracts import load_small, small_contract_text

pytestmark = pytest.mark.django_db
SYSTEM = System("测试")
CITE = "small-2026.txt:30"
SCOPE = {
    "systems": [
        {"name": "门诊系统", "category": "业务系统", "modules": ["挂号", "收费"], "users": "门诊部", "cite": CITE,
         "interfaces": [{"party": "医保平台", "direction": "out", "schedule": "每日"}]},
        {"name": "发药子系统", "part_of": "门诊系统", "category": "业务系统", "cite": CITE},
    ],
}  # fmt: skip


def test_loading_a_contract_enters_its_systems(now):
    contract = load_small(now, scope=SCOPE)
    system, part = Asset.objects.filter(kind="system").order_by("-name")
    assert (system.owner, system.attributes["modules"]) == (contract.buyer, "挂号、收费")
    assert [row.party for row in system.interfaces.all()] == ["医保平台"]
    assert [(row.source, row.kind, row.target) for row in Relation.objects.all()] == [(part, "part_of", system)]
    assert [(row.contract, row.supplier.name) for row in system.maintenances.all()] == [("small-2026", "试验乙方公司")]


def test_the_load_says_what_it_did(now):
    load = {"file": "a.yaml", "calendar": bundled_calendar(), "actor": SYSTEM, "now": now}
    first = load_contract_file(text=small_contract_text(scope=SCOPE), **load).systems
    assert (first.created, first.matched, first.dropped) == (("门诊系统", "发药子系统"), (), ())
    fewer = {"systems": [SCOPE["systems"][0], {"name": "检验系统", "cite": CITE}]}
    second = load_contract_file(text=small_contract_text(scope=fewer), **load).systems
    assert (second.created, second.matched, second.dropped) == (("检验系统",), ("门诊系统",), ("发药子系统",))


def test_what_people_have_entered_stays_and_gaps_are_filled(make_asset, now):
    contract = load_small(now)
    system = actions.register(
        owner=contract.buyer, kind="system", values={"name": "门诊系统", "users": "全院"}, actor=SYSTEM, now=now
    )
    load_small(now, scope=SCOPE)
    system.refresh_from_db()
    assert (system.attributes["users"], system.attributes["modules"]) == ("全院", "挂号、收费")
    assert Asset.objects.filter(name="门诊系统").count() == 1


def test_a_system_that_a_contract_no_longer_names_stays_registered(now):
    load_small(now, scope=SCOPE)
    load_small(now, scope={"systems": [SCOPE["systems"][0]]})
    dropped = Asset.objects.get(name="发药子系统")
    assert not dropped.maintenances.exists()


def test_two_contracts_may_maintain_one_system(now):
    load_small(now, scope=SCOPE)
    load_small(now, id="other-2026", scope={"systems": [SCOPE["systems"][0]]})
    assert Maintenance.objects.filter(system__name="门诊系统").count() == 2


def test_a_newly_named_supplier_sees_the_systems(make_person, now):
    contract = load_small(now, scope=SCOPE)
    assign_supplier(contract=contract, supplier="接手公司", actor=SYSTEM, now=now)
    contract.refresh_from_db()
    engineer = make_person("engineer", party=contract.supplier)
    assert {asset.name for asset in queries.assets(engineer)} == {"门诊系统", "发药子系统"}


class TestInterfaces:
    @pytest.fixture
    def system(self, make_asset):
        return make_asset(kind="system", name="门诊系统")

    def test_an_interface_entered_by_hand_is_changed_and_dropped(self, system, now):
        row = actions.save_interface(
            system=system, interface=None, values={"party": "大数据平台", "direction": "out"}, actor=SYSTEM, now=now
        )
        actions.save_interface(
            system=system, interface=row, values={"party": "大数据平台", "schedule": "每周一"}, actor=SYSTEM, now=now
        )
        assert Interface.objects.get().schedule == "每周一"
        actions.drop_interface(interface=row, actor=SYSTEM, now=now)
        assert not Interface.objects.exists()

    def test_an_interface_of_a_contract_follows_the_contract_only(self, now):
        load_small(now, scope=SCOPE)
        row = Interface.objects.get()
        with pytest.raises(ActionError, match="来自合同文件"):
            actions.save_interface(system=row.system, interface=row, values={"party": "x"}, actor=SYSTEM, now=now)
        with pytest.raises(ActionError, match="来自合同文件"):
            actions.drop_interface(interface=row, actor=SYSTEM, now=now)

    def test_an_interface_needs_its_other_end(self, system, now):
        with pytest.raises(ActionError, match="对方"):
            actions.save_interface(system=system, interface=None, values={"party": ""}, actor=SYSTEM, now=now)


def test_naming_systems_again_changes_nothing(owner, now):
    name = {
        "owner": owner, "contract": "c-1", "title": "运维", "supplier": None, "actor": SYSTEM, "now": now,
        "systems": [NamedSystem("system:a", "甲系统", interfaces=({"party": "乙"},))],
    }  # fmt: skip
    assert actions.match_systems(**name).created == ("甲系统",)
    again = actions.match_systems(**name)
    assert (again.created, again.matched) == ((), ("甲系统",))
    assert (Asset.objects.count(), Interface.objects.count(), Maintenance.objects.count()) == (1, 1, 1)


def test_a_system_that_was_scrapped_meanwhile_does_not_keep_a_contract_out(now):
    load_small(now, scope=SCOPE)
    system = Asset.objects.get(name="门诊系统")
    actions.scrap(asset=system, reason="停用", approved_by="张主任", actor=SYSTEM, now=now)
    more = {"systems": [*SCOPE["systems"], {"name": "检验系统", "cite": CITE}]}
    load = {"file": "a.yaml", "calendar": bundled_calendar(), "actor": SYSTEM, "now": now}
    found = load_contract_file(text=small_contract_text(scope=more), **load).systems
    assert (found.created, found.matched) == (("检验系统",), ("门诊系统", "发药子系统"))
    system.refresh_from_db()
    assert system.state == "scrapped" and system.maintenances.count() == 1
