"""Pages of expiries, addresses, accounts and genuine software: who sees and does what, and what a list costs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kangwei.assets import actions
from kangwei.assets.models import Asset, AssetDocument
from kangwei.base.audit import System
from tests.apps.assets.pages import sheet_of, text_of, url
from tests.fakes.probes import certificate, server_context, serving

SYSTEM = System("测试")
TODAY = date(2026, 11, 20)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def maintained(supplier, now):
    """Hand an asset over to the supplier's care."""

    def maintain(asset):
        actions.assign_maintainer(asset=asset, maintainer=supplier, actor=SYSTEM, now=now)
        return asset

    return maintain


def days(count: int) -> str:
    return (TODAY + timedelta(days=count)).isoformat()


@pytest.fixture
def make_certificate(make_asset):
    def make(number, left=10, **changes):
        facts = {"name": f"张{number}", "serial_number": f"CP-{number}", "valid_until": days(left)}
        return make_asset(kind="certificate-personal", **facts | changes)

    return make


class TestExpiries:
    def test_the_past_stands_first_and_each_kind_has_its_days(self, manager, make_certificate, make_asset):
        make_certificate(1, 30)
        make_certificate(2, 31)
        make_certificate(3, -2)
        make_asset(kind="certificate-tls", name="门户证书", serial_number="T", domain="a.cn", valid_until=days(31))
        text = text_of(manager.get(url("expiries")))
        assert text.index("张3") < text.index("张1")
        assert "张2" not in text and "门户证书" not in text
        assert "提醒期内 2 已过期 1 7 天内 1 30 天内 2 90 天内 4 一年内 4 全部 4" in text

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("days=past", ["张1"]), ("days=7", ["张1", "张2"]), ("days=365", ["张1", "张2", "张3", "终端一"]),
            ("days=365&kind=terminal", ["终端一"]), ("days=365&q=CP-3", ["张3"]), ("days=junk", ["张1", "张2"]),
            ("days=all&owner=999999", []), ("kind=no-such-kind", []), ("owner=%C2%B2", ["张1", "张2"]),
        ],
    )  # fmt: skip
    def test_filters(self, manager, make_certificate, make_asset, query, names):
        make_certificate(1, -1)
        make_certificate(2, 7)
        make_certificate(3, 100)
        make_asset(kind="terminal", name="终端一", serial_number="1", warranty_until=days(200))
        text = text_of(manager.get(f"{url('expiries')}?{query}"))
        assert [name for name in ("张1", "张2", "张3", "终端一") if name in text] == names

    def test_the_list_as_excel(self, manager, make_certificate):
        make_certificate(1, -1, custodian="李", institution="门诊部")
        rows = sheet_of(manager.get(f"{url('expiries')}?export=1"))
        assert rows[0][:5] == ["到期日", "剩余天数", "类别", "资产编号", "名称"]
        assert rows[1][:3] == ["2026-11-19", -1, "个人证书"]

    def test_everybody_sees_what_is_theirs(self, engineer, supervisor, make_certificate, maintained):
        make_certificate(1)
        maintained(make_certificate(2))
        text = text_of(engineer.get(url("expiries")))
        assert "张2" in text and "张1" not in text
        assert "张1" in text_of(supervisor.get(url("expiries")))

    def test_what_a_page_costs_does_not_grow(self, manager, make_certificate, django_assert_max_num_queries):
        for number in range(60):
            make_certificate(number, number)
        address = f"{url('expiries')}?days=90"
        manager.get(address)
        with django_assert_max_num_queries(10):
            assert text_of(manager.get(address)).count("个人证书") >= 50


class TestRenewing:
    def post(self, client, rows, **changes):
        data = {"asset": [row.pk for row in rows], "expires_on": "2027-11-30", "approved_by": "李主任", "note": ""}
        return client.post(f"{url('renew')}?days=90", data | changes)

    def test_what_was_ticked_is_shown_before_it_is_renewed(self, manager, make_certificate):
        rows = [make_certificate(1), make_certificate(2)]
        page = manager.post(url("renew"), {"asset": [row.pk for row in rows]})
        assert "续期 2 项" in text_of(page) and f'value="{rows[0].pk},{rows[1].pk}"' in page.content.decode()
        done = manager.post(
            url("renew"), {"asset": f"{rows[0].pk},{rows[1].pk}", "expires_on": "2027-11-30", "note": "集中续期"}
        )
        assert done.url == f"{url('expiries')}?"
        assert {row.expires_on for row in Asset.objects.all()} == {date(2027, 11, 30)}

    def test_everything_that_the_list_shows(self, manager, make_certificate, make_asset):
        make_certificate(1, 7)
        later = make_certificate(2, 100)
        make_asset(kind="terminal", name="终端一", serial_number="1", warranty_until=days(3))
        page = text_of(manager.post(f"{url('renew')}?days=30", {"everything": "1"}))
        assert "续期 1 项" in page and "张1" in page and later.name not in page

    def test_what_cannot_be_renewed_is_said_and_nothing_is(self, manager, make_certificate):
        rows = [make_certificate(1), make_certificate(2, 2000)]
        page = self.post(manager, rows)
        assert page.status_code == 422
        assert "不早于新的到期日；全部没有续期" in text_of(page)
        assert Asset.objects.filter(expires_on=date(2027, 11, 30)).count() == 0

    def test_nothing_ticked_leads_back(self, manager):
        page = manager.post(f"{url('renew')}?days=90", follow=True)
        assert "请先在清单中勾选" in text_of(page) and page.redirect_chain[0][0].endswith("?days=90")

    def test_who_may(self, manager, engineer, supervisor, make_certificate, maintained):
        mine, other = maintained(make_certificate(1)), make_certificate(2)
        assert self.post(supervisor, [mine]).status_code == 403
        assert "请先在清单中勾选" in text_of(engineer.post(url("renew"), {"asset": other.pk}, follow=True))
        assert self.post(engineer, [mine, other]).status_code == 302
        assert [row.expires_on for row in Asset.objects.order_by("pk")] == [date(2027, 11, 30), TODAY + timedelta(10)]
        assert self.post(manager, [other]).status_code == 302

    def test_buttons_are_for_those_who_may(self, manager, supervisor, make_certificate):
        make_certificate(1)
        assert "续期所选" in text_of(manager.get(url("expiries")))
        assert "续期所选" not in text_of(supervisor.get(url("expiries")))


class TestReadingACertificate:
    @pytest.fixture
    def server(self, tmp_path):
        begins, ends = datetime(2026, 3, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
        pem = certificate(tmp_path / "a.pem", begins=begins, ends=ends, names=("his.example.cn",))
        with serving(lambda _: None, tls=server_context(pem)) as port:
            yield f"127.0.0.1:{port}"

    @pytest.fixture
    def tls(self, make_asset, server):
        return make_asset(
            kind="certificate-tls", name="门户证书", serial_number="T", domain="his.example.cn", endpoint=server
        )

    def test_the_button_reads_it(self, manager, tls):
        assert "读取证书" in text_of(manager.get(url("read_certificate", tls.pk)))
        page = text_of(manager.post(url("read_certificate", tls.pk), follow=True))
        assert "证书有问题：证书是自签名的" in page and "2027-03-01" in page

    def test_who_may(self, engineer, supervisor, tls, maintained):
        assert engineer.post(url("read_certificate", tls.pk)).status_code == 404
        maintained(tls)
        assert supervisor.post(url("read_certificate", tls.pk)).status_code == 403
        page = engineer.post(url("read_certificate", tls.pk))
        assert page.status_code == 422 and "乙方人员不能读取" in text_of(page)

    def test_only_of_server_certificates(self, manager, make_certificate):
        assert manager.get(url("read_certificate", make_certificate(1).pk)).status_code == 404


@pytest.fixture
def make_terminal(make_asset):
    """A registered address: `make_terminal(5, mac="")` is 10.1.2.5."""

    def make(last, **changes):
        facts = {"name": f"PC-{last}", "ip": f"10.1.2.{last}", "mac": f"AA:BB:CC:00:00:{last:02X}", "custodian": "王芳"}
        return make_asset(kind="address-registration", **facts | changes)

    return make


class TestAddresses:
    def test_registrations_stand_in_the_order_of_their_addresses(self, manager, make_terminal):
        for last in (10, 9, 100):
            make_terminal(last)
        text = text_of(manager.get(url("addresses")))
        assert text.index("10.1.2.9 ") < text.index("10.1.2.10 ") < text.index("10.1.2.100 ")

    def test_subnets_tell_what_is_free(self, manager, make_terminal, make_asset):
        make_terminal(1)
        make_terminal(5, gateway="10.1.2.254")
        make_asset(kind="terminal", name="PC", serial_number="1", ip="10.1.2.7")
        text = text_of(manager.get(f"{url('addresses')}?shown=subnets"))
        assert "10.1.2.0/24 4 / 254 250 10.1.2.2 – 10.1.2.4 10.1.2.6 10.1.2.8 – 10.1.2.253" in text

    def test_a_supplier_is_told_no_address_of_another_as_free(self, engineer, make_terminal, maintained):
        maintained(make_terminal(5))
        make_terminal(6)
        make_terminal(7, ip="10.9.9.7")
        page = engineer.get(f"{url('addresses')}?shown=subnets")
        assert "10.1.2.0/24 2 / 254 252 10.1.2.1 – 10.1.2.4 10.1.2.7 – 10.1.2.254" in text_of(page)
        assert "10.9.9.0/24" not in text_of(page)
        assert "PC-6" not in text_of(engineer.get(url("addresses")))

    def test_conflicts_name_both_sides(self, manager, make_terminal, make_asset):
        make_terminal(5)
        make_asset(kind="terminal", name="别的终端", serial_number="1", ip="10.1.2.5", mac="AA:BB:CC:00:00:99")
        text = text_of(manager.get(f"{url('addresses')}?shown=conflicts"))
        assert "MAC 地址不一致：AA:BB:CC:00:00:05、AA:BB:CC:00:00:99" in text
        assert "IP与MAC登记 IPM-000001" in text and "终端 PC-000001" in text
        assert "有冲突" in text_of(manager.get(url("addresses")))

    def test_one_party_at_a_time(self, manager, make_terminal, make_party):
        other = make_party("另一家医院", "buyer")
        make_terminal(5)
        make_terminal(5, owner=other)
        assert "没有冲突" in text_of(manager.get(f"{url('addresses')}?shown=conflicts"))
        page = manager.get(f"{url('addresses')}?owner={other.pk}")
        assert [row.owner for row in page.context["page_obj"]] == [other]

    def test_filters(self, manager, make_terminal):
        make_terminal(5)
        make_terminal(6, ip="10.9.9.6", custodian="赵六")
        make_terminal(7, state="spare")

        def found(query):
            return [row.name for row in manager.get(f"{url('addresses')}?{query}").context["page_obj"]]

        assert found("subnet=10.9.9.0/24") == found("q=赵六") == ["PC-6"]
        assert found("state=spare") == ["PC-7"]
        assert found("subnet=junk") == []

    def test_the_ip_table_as_excel(self, manager, make_terminal, make_asset):
        make_terminal(5)
        make_asset(kind="printer", name="打印机", serial_number="1", ip="10.1.2.5", mac="AA:BB:CC:00:00:99")
        response = manager.get(f"{url('addresses')}?export=1")
        assert sheet_of(response)[0][:4] == ["IP地址", "MAC地址", "终端名称", "设备类型"]
        assert sheet_of(response)[1][:3] == ["10.1.2.5", "AA:BB:CC:00:00:05", "PC-5"]

    def test_what_a_page_costs_does_not_grow(self, manager, make_terminal, django_assert_max_num_queries):
        for last in range(1, 61):
            make_terminal(last)
        for shown in ("", "subnets", "conflicts"):
            with django_assert_max_num_queries(10):
                assert manager.get(f"{url('addresses')}?shown={shown}").status_code == 200


class TestAdmissionForm:
    def test_the_form_is_archived_and_shown(self, manager, make_terminal):
        rows = [make_terminal(6), make_terminal(5)]
        ids = [row.pk for row in rows]
        page = manager.post(url("admission_form"), {"asset": ids})
        assert page.context["form"].initial["applicant"] == "王芳"
        done = manager.post(url("admission_form"), {"asset": ids, "applicant": "王芳", "reason": "入网"})
        row = AssetDocument.objects.get()
        assert done.url == url("document", row.pk)
        assert row.document.versions.get().context["context"]["terminals"][0]["ip"] == "10.1.2.5"

    def test_what_is_missing_is_said(self, manager, make_terminal):
        page = manager.post(url("admission_form"), {"asset": make_terminal(5).pk, "applicant": ""})
        assert page.status_code == 422 and "这个字段是必填项" in text_of(page)
        page = manager.post(
            url("admission_form"), {"asset": make_terminal(6, mac="").pk, "applicant": "王芳", "reason": "入网"}
        )
        assert "没有登记MAC地址" in text_of(page)
        assert "请先勾选" in text_of(manager.post(url("admission_form"), follow=True))

    def test_who_may(self, engineer, supervisor, make_terminal, maintained):
        data = {"asset": make_terminal(5).pk, "applicant": "王芳", "reason": "入网"}
        assert supervisor.post(url("admission_form"), data).status_code == 403
        assert "请先勾选" in text_of(engineer.post(url("admission_form"), data, follow=True))
        maintained(Asset.objects.get())
        assert engineer.post(url("admission_form"), data).url == url("document", AssetDocument.objects.get().pk)


@pytest.fixture
def make_account(make_asset):
    make_asset(kind="system", name="门诊系统")

    def make(account, **changes):
        facts = {"name": f"张{account}", "account": account, "system": "门诊系统"}
        return make_asset(kind="account", **facts | changes)

    return make


class TestAccounts:
    def test_systems_with_their_counts(self, manager, make_account):
        make_account("a", in_use_since="2020-01-01")
        make_account("b")
        text = text_of(manager.get(url("accounts")))
        assert "门诊系统 2 1 0" in text

    def test_the_accounts_of_a_system(self, manager, make_account):
        system = make_account("a").system
        make_account("b", system="")
        assert "张a" in (text := text_of(manager.get(f"{url('accounts')}?system={system.pk}"))) and "张b" not in text
        assert "张b" in (text := text_of(manager.get(f"{url('accounts')}?system=none"))) and "张a" not in text
        assert "张a" in (text := text_of(manager.get(f"{url('accounts')}?system=all"))) and "张b" in text

    def test_what_is_to_be_reviewed_says_why(self, manager, make_account):
        make_account("a", in_use_since="2020-01-01")
        make_account("b")
        text = text_of(manager.get(f"{url('accounts')}?shown=review"))
        assert "90 天未办理、未复核" in text and "张b" not in text

    def test_the_list_as_excel(self, manager, make_account):
        make_account("a", in_use_since="2020-01-01")
        rows = sheet_of(manager.get(f"{url('accounts')}?system=all&export=1"))
        assert rows[1][:3] == ["门诊系统", "a", "张a"]
        assert rows[1][11] == "90 天未办理、未复核"

    def test_reviewing_those_that_were_ticked_and_all_that_are_due(self, manager, make_account):
        ticked = make_account("a")
        make_account("b", in_use_since="2020-01-01")
        make_account("c", in_use_since="2020-01-01")
        page = manager.post(url("review_accounts"), {"asset": ticked.pk})
        assert "复核 1 个" in text_of(page)
        page = manager.post(f"{url('review_accounts')}?system=all", {"everything": "1"})
        assert "复核 2 个" in text_of(page)
        data = {"asset": page.context["chosen"], "approved_by": "李主任", "note": ""}
        assert manager.post(url("review_accounts"), data).status_code == 302
        assert Asset.objects.filter(attributes__reviewed="2026-11-20").count() == 2

    def test_who_may(self, engineer, supervisor, make_account, maintained):
        account = make_account("a")
        data = {"asset": account.pk, "approved_by": "李主任"}
        assert supervisor.post(url("review_accounts"), data).status_code == 403
        assert "请先勾选" in text_of(engineer.post(url("review_accounts"), data, follow=True))
        maintained(account)
        assert engineer.post(url("review_accounts"), data).status_code == 302
        account.refresh_from_db()
        assert account.attributes["reviewed"] == "2026-11-20"

    def test_what_a_page_costs_does_not_grow(self, manager, make_account, django_assert_max_num_queries):
        for number in range(60):
            make_account(str(number))
        for query in ("", "?system=all", "?shown=review"):
            with django_assert_max_num_queries(10):
                assert manager.get(f"{url('accounts')}{query}").status_code == 200


class TestGenuineSoftware:
    @pytest.fixture
    def software(self, make_asset):
        make_asset(kind="licence", name="许可", product="WPS Office", licence_number="1", seats=1)
        for number, office in enumerate(["WPS Office 2019", "WPS Office", "Microsoft Office"]):
            make_asset(kind="terminal", name=f"PC-{number}", serial_number=str(number), office=office, licensed=True)

    def test_licences_against_terminals(self, manager, software):
        text = text_of(manager.get(url("genuine")))
        assert "WPS Office 办公软件 1 2 -1 缺 1" in text
        assert "Microsoft Office 办公软件 0 1 -1 没有许可" in text
        assert "3 终端 2 软件缺少许可" in text

    def test_the_balance_as_excel(self, manager, software):
        rows = sheet_of(manager.get(f"{url('genuine')}?export=1"))
        assert ["WPS Office", "办公软件", 1, 2, -1, "缺 1"] in rows

    def test_the_check_list_has_a_line_a_terminal(self, manager, software, owner):
        response = manager.get(url("check_list", owner.pk))
        assert "2026" in response["Content-Disposition"]
        rows = sheet_of(response)
        assert [(row[2], row[9], row[10], row[13]) for row in rows[1:]] == [
            ("PC-0", "WPS Office 2019", "许可不足", "是"), ("PC-1", "WPS Office", "许可不足", "是"),
            ("PC-2", "Microsoft Office", "无许可", "是"),
        ]  # fmt: skip

    def test_of_ones_own_parties_only(self, engineer, manager, software, owner, maintained):
        assert engineer.get(url("check_list", owner.pk)).status_code == 404
        assert "没有可对照的软件" in text_of(engineer.get(url("genuine")))
        maintained(Asset.objects.get(name="PC-1"))
        assert [row[2] for row in sheet_of(engineer.get(url("check_list", owner.pk)))[1:]] == ["PC-1"]
        assert len(sheet_of(manager.get(url("check_list", owner.pk)))) == 4

    def test_what_a_page_costs_does_not_grow(self, manager, software, make_asset, django_assert_max_num_queries):
        for number in range(60):
            make_asset(kind="terminal", name="PC", serial_number=f"N{number}", office=f"软件 {number}")
        with django_assert_max_num_queries(9):
            assert manager.get(url("genuine")).status_code == 200


def test_the_register_is_for_those_who_may_see_assets(client_of, manager, owner):
    administrator = client_of("administrator")
    for name in ("expiries", "addresses", "accounts", "genuine", "documents", "backups"):
        assert administrator.get(url(name)).status_code == 403, name
        assert manager.get(url(name)).status_code == 200, name
