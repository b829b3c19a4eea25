"""The page of one asset: what it shows, what may be done there, how it hangs together."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from kangwei.assets import actions
from kangwei.assets.consequences import consequences
from kangwei.assets.enums import AssetState, Effect, RelationKind
from kangwei.assets.models import Asset, Interface, Relation
from kangwei.base.audit import System
from kangwei.core.calendars import Duration, bundled_calendar
from tests.apps.assets.pages import buttons_of, sheet_of, text_of, url
from tests.factories.contracts import load_small

pytestmark = pytest.mark.usefixtures("frozen")
TESTER = System("测试")
CITE = "small-2026.txt:30"


@pytest.fixture
def relate(now):
    def relate(source, kind, target):
        return actions.relate(source=source, target=target, kind=RelationKind(kind), actor=TESTER, now=now)

    return relate


@pytest.fixture
def chain(make_asset, relate):
    """门诊系统 depends on a database, which runs on 主机一 and backs up to 备份机; 门户 connects to the host."""
    names = {
        "host": make_asset(kind="host", name="主机一", ip="10.0.0.1"),
        "database": make_asset(kind="database", name="业务库", ip="10.0.0.1", product="Oracle"),
        "system": make_asset(kind="system", name="门诊系统"),
        "portal": make_asset(kind="system", name="门户"),
        "backup": make_asset(kind="storage", name="备份机", serial_number="B1"),
    }
    relate(names["database"], "runs_on", names["host"])
    relate(names["system"], "depends_on", names["database"])
    relate(names["portal"], "connects_to", names["host"])
    relate(names["database"], "backs_up_to", names["backup"])
    return names


class TestWhoSeesIt:
    def test_only_with_the_permission(self, client_of, manager, make_asset):
        address = url("detail", make_asset(name="甲", serial_number="1").pk)
        assert client_of("administrator").get(address).status_code == 403
        assert manager.get(address).status_code == 200

    def test_a_buyer_its_own_a_supplier_what_it_maintains(
        self, client_of, owner, supplier, make_party, make_asset, now
    ):
        asset = make_asset(name="甲", serial_number="1")
        address = url("detail", asset.pk)
        assert client_of("clerk", party=owner, username="a").get(address).status_code == 200
        assert client_of("clerk", party=make_party("别的医院", "buyer"), username="b").get(address).status_code == 404
        engineer = client_of("engineer", party=supplier)
        assert engineer.get(address).status_code == 404
        actions.assign_maintainer(asset=asset, maintainer=supplier, actor=TESTER, now=now)
        assert engineer.get(address).status_code == 200

    def test_what_may_be_done_follows_role_and_state(self, client_of, manager, owner, make_asset, now):
        pda = make_asset(name="甲", serial_number="1")
        engineer, reader = client_of("engineer", party=owner), client_of("auditor")
        address = url("detail", pda.pk)
        assert {"送修", "移交", "借出", "报废", "修改"} <= buttons_of(manager.get(address))
        assert {"送修", "移交", "借出"} <= buttons_of(engineer.get(address))
        assert not {"报废", "修改"} & buttons_of(engineer.get(address))
        assert not {"送修", "移交", "借出", "报废", "修改"} & buttons_of(reader.get(address))
        actions.lend(asset=pda, borrower="二队", note="", actor=TESTER, now=now)
        assert {"归还", "移交", "报废"} <= buttons_of(manager.get(address))
        assert not {"送修", "借出"} & buttons_of(manager.get(address))
        actions.take_back(asset=pda, custodian="王", note="", actor=TESTER, now=now)
        actions.scrap(asset=pda, reason="坏", approved_by="科长", actor=TESTER, now=now)
        assert not {"送修", "移交", "借出", "归还", "报废"} & buttons_of(manager.get(address))

    def test_an_account_is_closed_neither_repaired_nor_lent(self, manager, make_asset):
        make_asset(kind="system", name="门诊系统")
        account = make_asset(kind="account", name="张三", account="zhangsan", system="门诊系统")
        found = buttons_of(manager.get(url("detail", account.pk)))
        assert {"开通", "变更", "区划变更", "注销", "移交"} <= found
        assert not {"送修", "借出", "报废"} & found


class TestWhatItShows:
    def test_facts_in_words_and_what_is_missing(self, manager, make_asset):
        host = make_asset(kind="host", name="主机一", ip="10.0.0.1", memory="64", antivirus=False)
        response = manager.get(url("detail", host.pk))
        facts = {fact.label: fact.value for fact in response.context["facts"]}
        assert facts["内存"] == "64 GB" and facts["主机名称"] == "主机一"
        assert "否" in facts.values()
        assert "MAC地址" in response.context["empty_facts"] and "内存" not in response.context["empty_facts"]

    def test_what_is_due_next(self, manager, make_asset, now):
        pda = make_asset(name="甲", serial_number="1", warranty_until=(localdate(now) + timedelta(days=7)).isoformat())
        actions.send_to_repair(
            asset=pda, fault="碎屏", vendor="厂商", limit=Duration.parse("7wd"), calendar=bundled_calendar(),
            actor=TESTER, now=now,
        )  # fmt: skip
        page = text_of(manager.get(url("detail", pda.pk)))
        assert "质保到期日 2026-11-27 还有 7 天" in page
        assert "剩余 11天 2026-12-01 23:59" in page
        assert "碎屏" in page and "7个工作日" in page

    def test_a_repair_known_from_a_ledger_only(self, manager, make_asset):
        page = text_of(manager.get(url("detail", make_asset(name="甲", serial_number="1", state="repair").pk)))
        assert "没有送修记录" in page

    def test_what_happened_with_before_and_after_in_words(self, manager, make_asset, now):
        pda = make_asset(name="甲", serial_number="1", place="东城", custodian="王")
        actions.move(asset=pda, place="密云", custodian="王", note="区域调整", actor=TESTER, now=now)
        actions.scrap(asset=pda, reason="进水", approved_by="周科长", actor=TESTER, now=now)
        response = manager.get(url("detail", pda.pk))
        details = [event.detail for event in response.context["timeline"]]
        assert details == ["状态：在用 → 报废\n进水\n批准人：周科长", "存放地点：东城 → 密云\n区域调整", ""]

    def test_a_value_taken_away_reads_as_empty(self, manager, make_asset, now):
        pda = make_asset(name="甲", serial_number="1", note="旧")
        actions.edit(asset=pda, values={"note": ""}, actor=TESTER, now=now)
        assert "备注：旧 → 空" in manager.get(url("detail", pda.pk)).context["timeline"][0].detail

    def test_all_that_happened_page_by_page(self, manager, make_asset, now, django_assert_num_queries):
        pda = make_asset(name="甲", serial_number="1")
        for number in range(60):
            actions.edit(asset=pda, values={"place": f"{number} 楼"}, actor=TESTER, now=now + timedelta(minutes=number))
        response = manager.get(f"{url('detail', pda.pk)}?tab=history")
        assert len(response.context["timeline"]) == 50 and response.context["page_obj"].paginator.count == 61
        assert len(manager.get(url("detail", pda.pk)).context["timeline"]) == 10

    def test_unknown_tabs_show_the_facts(self, manager, make_asset):
        response = manager.get(f"{url('detail', make_asset(name='甲', serial_number='1').pk)}?tab=nothing")
        assert response.context["facts"]

    def test_at_a_constant_price(self, manager, chain, make_asset, relate, now, django_assert_num_queries):
        """Queries: session, person, roles, party, asset, repair, relations, events, maintainers; of a system also
        contracts, subsystems and their number, interfaces, assets held."""
        address = url("detail", chain["system"].pk)
        with django_assert_num_queries(14):
            manager.get(address)
        for number in range(9):
            part = make_asset(kind="system", name=f"子系统{number}")
            relate(part, "part_of", chain["system"])
            Interface.objects.create(system=chain["system"], party=f"对方{number}")
            chain["system"].maintenances.create(contract=f"c-{number}", title="运维", clause="system:a")
        with django_assert_num_queries(14):
            manager.get(address)


class TestSystem:
    @pytest.fixture
    def contract(self, now):
        interfaces = [{"party": "医保平台", "direction": "out", "schedule": "每日"}]
        systems = [
            {"name": "门诊系统", "category": "业务系统", "cite": CITE, "interfaces": interfaces},
            {"name": "发药子系统", "part_of": "门诊系统", "category": "业务系统", "cite": CITE},
        ]
        return load_small(now, scope={"systems": systems})

    def test_contract_subsystems_interfaces_and_assets(self, manager, contract, make_asset):
        system = Asset.objects.get(name="门诊系统")
        make_asset(kind="host", owner=system.owner, name="主机一", ip="10.0.0.1", system="门诊系统")
        make_asset(kind="system", owner=system.owner, name="挂号子系统", system="门诊系统")
        response = manager.get(url("detail", system.pk))
        page = text_of(response)
        assert "小型运维合同" in page and f"/contracts/{contract.code}/" in response.content.decode()
        assert [row.name for row in response.context["subsystems"]] == ["发药子系统", "挂号子系统"]
        assert "医保平台" in page and "送出" in page
        ((kind, count, address),) = response.context["held"]
        assert (kind.id, count) == ("host", 1)
        assert [row.name for row in manager.get(address).context["page_obj"]] == ["主机一"]
        assert response.context["maintained_by"] == "试验乙方公司"

    def test_a_supplier_reads_only_its_own_contracts(self, client_of, contract, supplier):
        system = Asset.objects.get(name="门诊系统")
        system.maintenances.create(contract="other-1", title="别家的合同", supplier=supplier, clause="system:a")
        first = client_of("engineer", party=contract.supplier, username="first").get(url("detail", system.pk))
        second = client_of("engineer", party=supplier, username="second").get(url("detail", system.pk))
        assert "小型运维合同" in text_of(first) and "别家的合同" not in text_of(first)
        assert "小型运维合同" not in text_of(second) and "别家的合同" in text_of(second)
        assert contract.code in text_of(first) and "其他合同" not in text_of(first)
        assert contract.code not in second.content.decode() and "医保平台 送出 每日 其他合同" in text_of(second)

    def test_interfaces_by_hand(self, client_of, manager, contract):
        system = Asset.objects.get(name="门诊系统")
        new = url("new_interface", system.pk)
        form = {"party": "大数据平台", "content": "门诊明细", "direction": "out", "protocol": "", "schedule": "每日"}
        engineer = client_of("engineer", party=system.owner)
        assert engineer.post(new, form).status_code == 403
        assert manager.get(new).status_code == 200
        refused = manager.post(new, form | {"party": ""})
        assert refused.status_code == 422 and "party" in refused.context["form"].errors
        assert manager.post(new, form).url == url("detail", system.pk)
        row = system.interfaces.get(party="大数据平台")
        assert (row.content, row.get_direction_display()) == ("门诊明细", "送出")
        change, drop = url("edit_interface", system.pk, row.pk), url("drop_interface", system.pk, row.pk)
        assert manager.get(change).context["form"]["content"].value() == "门诊明细"
        manager.post(change, form | {"schedule": "每周"})
        row.refresh_from_db()
        assert row.schedule == "每周"
        assert engineer.post(drop).status_code == 403
        assert manager.get(drop).status_code == 405
        manager.post(drop)
        assert not system.interfaces.filter(party="大数据平台").exists()

    def test_interfaces_of_the_contract_stay(self, manager, contract):
        system = Asset.objects.get(name="门诊系统")
        row = system.interfaces.get()
        page = manager.get(url("detail", system.pk)).content.decode()
        assert url("drop_interface", system.pk, row.pk) not in page
        refused = manager.post(url("edit_interface", system.pk, row.pk), {"party": "另改", "direction": ""})
        assert refused.status_code == 422 and "来自合同" in text_of(refused)
        manager.post(url("drop_interface", system.pk, row.pk))
        assert system.interfaces.get().party == "医保平台"

    def test_only_a_system_has_interfaces(self, manager, contract, make_asset):
        row = Interface.objects.get()
        host = make_asset(kind="host", owner=row.system.owner, name="主机", ip="10.0.0.1")
        other = Asset.objects.get(name="发药子系统")
        assert manager.get(url("new_interface", host.pk)).status_code == 404
        assert manager.post(url("drop_interface", other.pk, row.pk)).status_code == 404


class TestRelations:
    def test_in_both_directions_in_words(self, manager, chain):
        ties = manager.get(url("detail", chain["database"].pk)).context["ties"]
        assert [(tie.word, tie.other.name) for tie in ties] == [
            ("备份到", "备份机"), ("运行于", "主机一"), ("支撑", "门诊系统"),
        ]  # fmt: skip

    def test_added_from_either_end(self, manager, chain):
        host, portal = chain["host"], chain["portal"]
        address = url("relate", portal.pk)
        assert manager.post(address, {"relation": "to:runs_on", "other": host.number}).url == url("detail", portal.pk)
        assert Relation.objects.filter(source=portal, target=host, kind="runs_on").exists()
        manager.post(address, {"relation": "from:depends_on", "other": "门诊系统"})
        assert Relation.objects.filter(source=chain["system"], target=portal, kind="depends_on").exists()

    @pytest.mark.parametrize(
        ("other", "reason"),
        [("没有的", "没有编号或名称为「没有的」"), ("重名", "不止一项"), ("门户", "没有编号或名称为「门户」"),
         ("别家主机", "没有编号或名称为「别家主机」")],
    )  # fmt: skip
    def test_what_is_not_found_is_said_at_the_field(self, manager, chain, make_asset, make_party, other, reason):
        make_asset(kind="host", name="重名", ip="10.0.0.2")
        make_asset(kind="host", name="重名", ip="10.0.0.3")
        make_asset(kind="host", name="别家主机", ip="10.0.0.2", owner=make_party("别的医院", "buyer"))
        before = Relation.objects.count()
        refused = manager.post(url("relate", chain["portal"].pk), {"relation": "to:runs_on", "other": other})
        assert refused.status_code == 422 and reason in refused.context["form"].errors["other"][0]
        assert Relation.objects.count() == before

    def test_a_circle_is_refused(self, manager, chain):
        refused = manager.post(url("relate", chain["host"].pk), {"relation": "to:runs_on", "other": "业务库"})
        assert refused.status_code == 422 and "循环" in text_of(refused)

    def test_taken_back(self, client_of, manager, chain, owner):
        row = Relation.objects.get(kind="runs_on")
        address = url("unrelate", chain["host"].pk, row.pk)
        assert client_of("engineer", party=owner).post(address).status_code == 403
        assert manager.get(address).status_code == 405
        assert manager.post(url("unrelate", chain["portal"].pk, row.pk)).status_code == 404
        assert manager.post(address).url == url("detail", chain["host"].pk)
        assert not Relation.objects.filter(pk=row.pk).exists()

    def test_who_may_add(self, client_of, manager, chain, owner):
        address = url("relate", chain["portal"].pk)
        form = {"relation": "to:runs_on", "other": "主机一"}
        assert client_of("engineer", party=owner).post(address, form).status_code == 403
        assert manager.get(address).status_code == 200
        assert manager.post(address, form).status_code == 302

    def test_suggestions_are_of_the_same_owner(self, manager, chain, make_asset, make_party):
        make_asset(kind="host", name="主机甲", ip="10.0.0.2", owner=make_party("别的医院", "buyer"))
        found = manager.get(f"{url('suggest', chain['portal'].pk)}?other=主机").content.decode()
        assert chain["host"].number in found and "主机甲" not in found
        assert "option" not in manager.get(f"{url('suggest', chain['portal'].pk)}?other=").content.decode()

    def test_a_supplier_does_not_see_the_other_end_that_is_not_its_own(self, client_of, manager, chain, supplier, now):
        actions.assign_maintainer(asset=chain["host"], maintainer=supplier, actor=TESTER, now=now)
        engineer = client_of("engineer", party=supplier)
        assert "业务库" not in text_of(engineer.get(url("detail", chain["host"].pk)))
        assert "业务库" in text_of(manager.get(url("detail", chain["host"].pk)))


class TestImpact:
    def test_list_by_effect_with_the_way(self, manager, chain):
        response = manager.get(f"{url('detail', chain['host'].pk)}?tab=impact")
        groups = {effect: [row.asset.name for row in rows] for effect, _, _, rows in response.context["groups"]}
        assert groups == {Effect.FAILS: ["业务库", "门诊系统"], Effect.IMPAIRED: ["门户"]}
        page = text_of(response)
        assert "主机一 ←运行于 业务库 ←依赖 门诊系统" in page
        assert "主机一 ←连接 门户" in page

    def test_a_way_may_go_along_a_relation(self, manager, make_asset, relate):
        part, whole = make_asset(kind="system", name="子系统"), make_asset(kind="system", name="总系统")
        relate(part, "part_of", whole)
        assert "子系统 属于→ 总系统" in text_of(manager.get(f"{url('detail', part.pk)}?tab=impact"))

    def test_the_picture_has_the_same_as_the_list(self, manager, chain):
        response = manager.get(f"{url('detail', chain['host'].pk)}?tab=impact")
        (series,) = response.context["chart"]["series"]
        names = {node["id"]: node["name"] for node in series["data"]}
        assert set(names.values()) == {"主机一", "业务库", "门诊系统", "门户"}
        links = {(names[link["source"]], link["label"]["formatter"], names[link["target"]]) for link in series["links"]}
        assert links == {("业务库", "运行于", "主机一"), ("门诊系统", "依赖", "业务库"), ("门户", "连接", "主机一")}
        assert [category["name"] for category in series["categories"]] == ["故障点", "中断", "受影响"]
        assert 'data-chart="impact-option"' in response.content.decode()

    def test_many_are_drawn_in_part_and_listed_whole(self, manager, chain, make_asset, relate):
        for number in range(70):
            relate(make_asset(kind="host", name=f"虚拟机{number}", ip=f"10.1.0.{number}"), "runs_on", chain["host"])
        response = manager.get(f"{url('detail', chain['host'].pk)}?tab=impact")
        (series,) = response.context["chart"]["series"]
        assert len(series["data"]) == 61 and len(series["links"]) == 60
        assert "图中是最近的 60 项" in text_of(response)
        assert [count for _, _, count, _ in response.context["groups"]] == [72, 1]
        known = {node["id"] for node in series["data"]}
        assert all(link["source"] in known and link["target"] in known for link in series["links"])

    def test_exported(self, manager, chain):
        headers, *rows = sheet_of(manager.get(f"{url('detail', chain['host'].pk)}?tab=impact&export=1"))
        assert [dict(zip(headers, row, strict=True))["途径"] for row in rows] == [
            "主机一 ←运行于 业务库", "主机一 ←运行于 业务库 ←依赖 门诊系统", "主机一 ←连接 门户",
        ]  # fmt: skip

    def test_what_is_backed_up_to_it_loses_that(self, manager, chain):
        response = manager.get(f"{url('detail', chain['backup'].pk)}?tab=impact")
        assert [effect for effect, _, _, _ in response.context["groups"]] == [Effect.UNPROTECTED]

    def test_nothing_hangs_on_it(self, manager, chain):
        assert "没有资产因它故障而受影响" in text_of(manager.get(f"{url('detail', chain['system'].pk)}?tab=impact"))

    def test_a_supplier_is_told_how_many_more(self, client_of, chain, supplier, now):
        for name in ("host", "database"):
            actions.assign_maintainer(asset=chain[name], maintainer=supplier, actor=TESTER, now=now)
        page = text_of(client_of("engineer", party=supplier).get(f"{url('detail', chain['host'].pk)}?tab=impact"))
        assert "业务库" in page and "门诊系统" not in page and "门户" not in page
        assert "另有 2 项由其他单位运维" in page

    def test_a_way_through_what_is_not_seen_is_not_told(self, make_person, chain, supplier, now):
        for name in ("host", "system"):
            actions.assign_maintainer(asset=chain[name], maintainer=supplier, actor=TESTER, now=now)
        found = consequences(make_person("engineer", party=supplier), chain["host"])
        assert (found.rows, found.hidden) == ([], 3)

    def test_a_scrapped_one_neither_hits_nor_is_hit(self, manager, chain, now):
        actions.scrap(asset=chain["database"], reason="下线", approved_by="科长", actor=TESTER, now=now)
        response = manager.get(f"{url('detail', chain['host'].pk)}?tab=impact")
        assert [row.asset.name for row in response.context["found"].rows] == ["门户"]
        assert Asset.objects.get(name="业务库").state == AssetState.SCRAPPED
