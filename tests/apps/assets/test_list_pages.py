"""The overview, the list of a kind, the repairs: who sees what, filters, exports, and what a list costs."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from kangwei.assets import actions
from kangwei.assets.enums import AssetState
from kangwei.assets.models import Asset
from kangwei.base.audit import System
from kangwei.core.calendars import Duration, bundled_calendar
from kangwei.core.ledgers import bundled_kinds, check_rows, guess_mapping, read_table
from tests.apps.assets.pages import sheet_of, text_of, url

pytestmark = pytest.mark.usefixtures("frozen")
TESTER = System("测试")


@pytest.fixture
def send(now):
    def send(asset, limit="7wd", *, at=now):
        limit = Duration.parse(limit) if limit else None
        return actions.send_to_repair(
            asset=asset, fault="屏幕碎裂", vendor="厂商", limit=limit, calendar=bundled_calendar(), actor=TESTER, now=at
        )

    return send


class TestWhoSeesWhat:
    @pytest.mark.parametrize("address", [url("overview"), url("list", "pda"), url("repairs"), url("register", "pda")])
    def test_only_with_the_permission(self, client_of, manager, owner, address):
        assert client_of("administrator").get(address).status_code == 403
        assert manager.get(address).status_code == 200

    def test_registering_is_not_for_everybody_who_sees(self, client_of, owner, make_asset):
        make_asset(name="一号", serial_number="1")
        clerk, supervisor = client_of("clerk", party=owner), client_of("engineer", party=owner)
        assert supervisor.get(url("register", "pda")).status_code == 403
        assert "登记" not in text_of(supervisor.get(url("list", "pda"))).split("导出")[0].replace("IP与MAC登记", "")
        assert clerk.get(url("register", "pda")).status_code == 200
        assert url("register", "pda") in clerk.get(url("list", "pda")).content.decode()

    def test_a_supplier_sees_what_it_maintains_and_what_belongs_to_that(
        self, engineer, supplier, owner, make_asset, now
    ):
        system = make_asset(kind="system", name="采血系统")
        make_asset(name="系统里的", serial_number="1", system="采血系统")
        mine = make_asset(name="交给我的", serial_number="2")
        make_asset(name="别家的", serial_number="3")
        for asset in (system, mine):
            actions.assign_maintainer(asset=asset, maintainer=supplier, actor=TESTER, now=now)
        assert "系统里的" not in text_of(engineer.get(url("list", "pda")))  # maintained by name, not by a contract
        system.maintenances.create(contract="c-1", title="运维", supplier=supplier, clause="system:a")
        page = text_of(engineer.get(url("list", "pda")))
        assert "系统里的" in page and "交给我的" in page and "别家的" not in page

    def test_a_buyer_sees_its_own_only(self, client_of, owner, make_party, make_asset):
        make_asset(name="自家的", serial_number="1")
        make_asset(name="别家的", serial_number="1", owner=make_party("别的医院", "buyer"))
        page = text_of(client_of("clerk", party=owner).get(url("list", "pda")))
        assert "自家的" in page and "别家的" not in page

    def test_unknown_kinds_are_not_found(self, manager):
        assert manager.get(url("list", "teapot")).status_code == 404


class TestOverview:
    def test_kinds_stand_in_their_groups_with_their_numbers(self, manager, make_asset, now):
        for number in range(3):
            make_asset(name="PDA", serial_number=str(number))
        gone = make_asset(name="PDA", serial_number="gone")
        actions.scrap(asset=gone, reason="坏", approved_by="科长", actor=TESTER, now=now)
        response = manager.get(url("overview"))
        groups = dict(response.context["groups"])
        assert {shelf.kind.id: shelf.count for shelf in groups["终端与外设"]}["pda"] == 3
        shelf = next(shelf for shelf in groups["终端与外设"] if shelf.kind.id == "pda")
        assert manager.get(shelf.url).context["page_obj"].paginator.count == 3
        assert [kind.id for kind in bundled_kinds().values()] == [
            shelf.kind.id for _, shelves in response.context["groups"] for shelf in shelves
        ]

    def test_what_is_due(self, manager, make_asset, send, now):
        today = localdate(now)
        for name, days in (("已过期", -1), ("快过期", 30), ("还早", 31)):
            make_asset(name=name, serial_number=name, warranty_until=(today + timedelta(days)).isoformat())
        send(make_asset(name="在修", serial_number="x"))
        response = manager.get(url("overview"))
        assert [asset.name for asset in response.context["expiries"]] == ["已过期", "快过期"]
        assert "已过期 1 天" in text_of(response) and "还有 30 天" in text_of(response)
        assert [repair.asset.name for repair in response.context["repairs"]] == ["在修"]
        shelf = response.context["expiry_counts"][0]
        assert [row.name for row in manager.get(shelf.url).context["page_obj"]] == ["已过期", "快过期"]

    def test_a_search_goes_over_every_kind(self, manager, make_asset):
        make_asset(name="采血PDA", serial_number="SU-77", place="通州采血点")
        make_asset(kind="host", name="通州前置机", ip="10.0.0.8")
        make_asset(kind="host", name="别处", ip="10.0.0.9")
        found = manager.get(f"{url('overview')}?q=通州").context["page_obj"]
        assert {asset.name for asset in found} == {"采血PDA", "通州前置机"}
        assert [asset.name for asset in manager.get(f"{url('overview')}?q=通州 su-77").context["page_obj"]] == [
            "采血PDA"
        ]
        assert "没有找到" in text_of(manager.get(f"{url('overview')}?q=没有的"))

    def test_nothing_registered_yet(self, manager):
        assert "还没有登记资产" in text_of(manager.get(url("overview")))


class TestList:
    @pytest.fixture
    def pdas(self, make_asset):
        make_asset(kind="system", name="采血系统")
        return [
            make_asset(name="甲", serial_number="S1", system="采血系统", place="东城", custodian="王", model="i6310"),
            make_asset(name="乙", serial_number="S2", state="spare", warranty_until="2026-11-19"),
        ]

    def test_columns_are_the_common_ones_and_those_the_kind_lists(self, manager, pdas):
        response = manager.get(url("list", "pda"))
        assert [column.label for column in response.context["columns"]] == [
            "资产编号", "名称", "序列号", "状态", "所属系统", "存放地点", "保管人", "型号", "客户端版本",
        ]  # fmt: skip
        cells = [cell.text for cell in response.context["rows"][0][1]]
        assert cells == ["PDA-000001", "甲", "S1", "在用", "采血系统", "东城", "王", "i6310", ""]

    def test_a_kind_without_the_words_of_its_own_keeps_the_common_ones(self, manager, pdas):
        labels = [column.label for column in manager.get(url("list", "system")).context["columns"]]
        assert "上级系统" in labels and "系统负责人" in labels and "序列号" not in labels

    def test_filters(self, manager, pdas, owner, make_party, make_asset, now):
        make_asset(name="丙", serial_number="S3", owner=make_party("别的医院", "buyer"))
        gone = make_asset(name="丁", serial_number="S4")
        actions.scrap(asset=gone, reason="坏", approved_by="科长", actor=TESTER, now=now)

        def names(query):
            return {asset.name for asset in manager.get(f"{url('list', 'pda')}?{query}").context["page_obj"]}

        assert names("") == {"甲", "乙", "丙", "丁"}
        assert names("state=spare") == {"乙"}
        assert names("state=live") == {"甲", "乙", "丙"}
        assert names(f"system={pdas[0].system_id}") == {"甲"}
        assert names(f"owner={owner.pk}") == {"甲", "乙", "丁"}
        assert names("expiry=past") == {"乙"}
        assert names("q=东城 i6310") == {"甲"}
        assert names("system=x&state=nothing&owner=99999999999999999999999") == set()
        assert names("system=x&state=nothing") == {"甲", "乙", "丙", "丁"}

    def test_an_owner_is_asked_for_only_where_there_are_several(self, client_of, manager, pdas, owner, make_party):
        make_party("别的医院", "buyer")
        offered = {item["name"] for item in manager.get(url("list", "pda")).context["filters"]}
        assert offered == {"state", "expiry", "system", "owner"}
        own = client_of("clerk", party=owner).get(url("list", "pda"))
        assert {item["name"] for item in own.context["filters"]} == {"state", "expiry", "system"}

    def test_sorted_by_number_either_way(self, manager, pdas):
        first = [asset.number for asset in manager.get(url("list", "pda")).context["page_obj"]]
        last = manager.get(f"{url('list', 'pda')}?sort=-number").context
        assert [asset.number for asset in last["page_obj"]] == first[::-1]
        assert last["kept"] == [("sort", "-number")]

    def test_what_expires_stands_out(self, manager, pdas):
        page = manager.get(url("list", "certificate-tls"))
        assert "还没有登记服务器证书" in text_of(page)

    def test_an_empty_kind_says_what_to_do(self, client_of, manager, owner):
        page = manager.get(url("list", "usb-key"))
        assert "还没有登记USB Key" in text_of(page) and url("register", "usb-key") in page.content.decode()
        reader = client_of("engineer", party=owner).get(url("list", "usb-key"))
        assert "这里还没有USB Key" in text_of(reader) and url("register", "usb-key") not in reader.content.decode()

    def test_nothing_fits_the_filters(self, manager, pdas):
        assert "清除筛选" in text_of(manager.get(f"{url('list', 'pda')}?q=没有的"))

    def test_fifty_a_page_at_a_constant_price(self, manager, owner, make_asset, now, django_assert_num_queries):
        """Queries: session, person, roles, party, owners, systems, count, page."""
        system = make_asset(kind="system", name="采血系统")
        Asset.objects.bulk_create(
            Asset(owner=owner, kind="pda", number=f"P{n:06d}", name=f"PDA{n}", search="x", system=system,
                  created_at=now, updated_at=now)
            for n in range(3)
        )  # fmt: skip
        with django_assert_num_queries(9):
            assert len(manager.get(url("list", "pda")).context["page_obj"]) == 3
        Asset.objects.bulk_create(
            Asset(owner=owner, kind="pda", number=f"Q{n:06d}", name=f"PDA{n}", search="x", system=system,
                  created_at=now, updated_at=now)
            for n in range(200)
        )  # fmt: skip
        with django_assert_num_queries(9):
            assert len(manager.get(url("list", "pda")).context["page_obj"]) == 50


class TestExport:
    def test_what_is_on_screen_with_every_field(self, manager, make_asset):
        make_asset(kind="host", name="主机一", ip="10.0.0.1", cpu=32, memory="64.5", antivirus=True, form="物理机")
        make_asset(kind="host", name="主机二", ip="10.0.0.2")
        headers, row = sheet_of(manager.get(f"{url('list', 'host')}?q=主机一&export=1"))
        kind = bundled_kinds()["host"]
        assert headers == [attribute.label for attribute in kind.fields]
        cells = dict(zip(headers, row, strict=True))
        assert (cells["主机名称"], cells["CPU核数"], cells["内存"], cells["状态"]) == ("主机一", 32, 64.5, "在用")
        assert cells[kind.field("antivirus").label] == "是"

    def test_the_file_can_be_imported_again(self, manager, make_asset):
        make_asset(kind="system", name="门户")
        make_asset(
            kind="certificate-tls", name="门户证书", serial_number="0A1", domain="a.example.cn", issued="2026-01-05",
            valid_until="2027-01-05", system="门户", other_domains="b.example.cn\nc.example.cn",
        )  # fmt: skip
        before = Asset.objects.get(kind="certificate-tls")
        response = manager.get(f"{url('list', 'certificate-tls')}?export=1")
        kind = bundled_kinds()["certificate-tls"]
        table = read_table(response.content, "服务器证书.xlsx")
        checked = check_rows(table, kind, guess_mapping(table.headers, kind), kind.key)
        assert not checked.bad
        known = {name: value for name, value in checked.good[0].values.items() if value is not None}
        assert known == {
            "number": before.number, "name": "门户证书", "serial_number": "0A1", "state": "in_use", "system": "门户",
            **before.attributes,
        }  # fmt: skip

    def test_owners_are_told_apart_where_there_are_several(self, client_of, manager, owner, make_party, make_asset):
        make_asset(name="甲", serial_number="1")
        make_asset(name="乙", serial_number="1", owner=make_party("别的医院", "buyer"))
        headers, *rows = sheet_of(manager.get(f"{url('list', 'pda')}?export=1"))
        assert headers[-1] == "甲方" and {row[-1] for row in rows} == {"试验血液中心", "别的医院"}
        kind = bundled_kinds()["pda"]
        assert len(headers) - 1 not in guess_mapping(headers, kind).values()
        own = sheet_of(client_of("clerk", party=owner).get(f"{url('list', 'pda')}?export=1"))
        assert len(own) == 2 and "甲方" not in own[0]


class TestRepairs:
    @pytest.fixture
    def repairs(self, make_asset, send, now):
        """Three open ones, of which one is late, and two that came back, of which one late."""
        long_ago = now - timedelta(days=30)
        for name, limit, at in (("迟", "2d", long_ago), ("急", "2d", now), ("闲", "", now)):
            send(make_asset(name=name, serial_number=name), limit, at=at)
        for name, limit in (("按时回", "60d"), ("迟回", "2d")):
            asset = make_asset(name=name, serial_number=name)
            send(asset, limit, at=long_ago)
            actions.return_from_repair(asset=asset, result="换屏", state=AssetState.IN_USE, actor=TESTER, now=now)

    @pytest.mark.parametrize(
        ("standing", "names"),
        [("", "迟急闲"), ("open", "迟急闲"), ("overdue", "迟"), ("late", ["迟回"]), ("returned", ["迟回", "按时回"])],
    )
    def test_by_how_they_stand_the_most_urgent_first(self, manager, repairs, standing, names):
        response = manager.get(f"{url('repairs')}?standing={standing}")
        found = [repair.asset.name for repair in response.context["page_obj"]]
        assert found == list(names) if standing != "returned" else set(found) == set(names)
        assert [tab["count"] for tab in response.context["tabs"]] == [3, 1, 2, 1]

    def test_search_and_kind(self, manager, repairs, make_asset, send):
        send(make_asset(kind="id-reader", name="读卡器", serial_number="R1"))
        names = lambda query: [row.asset.name for row in manager.get(f"{url('repairs')}?{query}").context["page_obj"]]  # noqa: E731
        assert names("kind=id-reader") == ["读卡器"]
        assert names("q=急") == ["急"]
        assert len(names("q=屏幕 厂商")) == 4

    def test_exported(self, manager, repairs):
        headers, *rows = sheet_of(manager.get(f"{url('repairs')}?standing=returned&export=1"))
        found = {row[1]: dict(zip(headers, row, strict=True)) for row in rows}
        assert {name: row["是否按时"] for name, row in found.items()} == {"按时回": "是", "迟回": "否"}
        assert found["迟回"]["时限"] == "2天"

    def test_a_supplier_sees_repairs_of_what_it_maintains(self, engineer, supplier, repairs, now):
        assert "没有送修未返回" in text_of(engineer.get(url("repairs")))
        late = Asset.objects.get(name="迟")
        actions.assign_maintainer(asset=late, maintainer=supplier, actor=TESTER, now=now)
        found = engineer.get(url("repairs")).context["page_obj"]
        assert [repair.asset for repair in found] == [late]

    def test_at_a_constant_price(self, manager, make_asset, send, django_assert_num_queries):
        """Queries: session, person, roles, party, counts, count, page."""
        send(make_asset(name="一", serial_number="1"))
        with django_assert_num_queries(8):
            manager.get(url("repairs"))
        for number in range(12):
            send(make_asset(name="更多", serial_number=f"m{number}"))
        with django_assert_num_queries(8):
            manager.get(url("repairs"))


class TestOverviewPrice:
    def test_constant(self, manager, make_asset, send, django_assert_num_queries):
        """Queries: session, person, roles, party, kinds, repairs and their count, expiries and their counts."""
        send(make_asset(name="一", serial_number="1", warranty_until="2026-11-20"))
        with django_assert_num_queries(10):
            manager.get(url("overview"))
        for number in range(12):
            send(make_asset(name="更多", serial_number=f"m{number}", warranty_until="2026-11-20"))
        with django_assert_num_queries(10):
            manager.get(url("overview"))
