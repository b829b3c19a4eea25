"""Registering and editing an asset through the page."""

import pytest

from kangwei.assets import actions
from kangwei.assets.forms.registering import MAINTAINER, OWNER
from kangwei.assets.models import Asset
from kangwei.base.audit import System
from kangwei.core.calendars import bundled_calendar
from tests.apps.assets.pages import text_of, url

pytestmark = pytest.mark.usefixtures("frozen")
TESTER = System("测试")


@pytest.fixture
def clerk(client_of, owner):
    """The buyer's clerk."""
    return client_of("clerk", party=owner)


def filled(client, address, **changes) -> dict[str, str]:
    """What the browser would send of a form, changed: its fields, and beside them what they showed at first."""
    form = client.get(address).context["form"]
    shown = {name: form[name].value() or "" for name in form.fields}
    hidden = {f"initial-{name}": shown[name] for name in shown if form.fields[name].show_hidden_initial}
    return hidden | shown | changes


class TestRegistering:
    def test_the_form_has_every_field_of_the_kind(self, clerk):
        form = clerk.get(url("register", "host")).context["form"]
        labels = {field.label for field in [*form.common_fields(), *form.own_fields()]}
        assert {"主机名称", "状态", "所属系统", "管理IP", "内存（GB）", "维保到期日"} <= labels
        assert form.fields["warranty_until"].widget.input_type == "date"
        assert [label for _, label in form.fields["state"].choices] == ["在用", "备用"]

    def test_registered_as_it_is_read_from_a_ledger(self, clerk, owner):
        address = url("register", "host")
        response = clerk.post(
            address,
            filled(clerk, address, name=" 主机一 ", ip="１０.0.0.1", mac="aabb.ccdd.eeff", memory="1,024 GB", cpu="32",
                   antivirus="是", warranty_until="2027-01-31", state="spare"),
        )  # fmt: skip
        host = Asset.objects.get()
        assert response.url == url("detail", host.pk)
        assert (host.owner, host.name, host.number, host.state) == (owner, "主机一", "HST-000001", "spare")
        assert host.attributes == {
            "ip": "10.0.0.1", "mac": "AA:BB:CC:DD:EE:FF", "memory": "1024", "cpu": 32, "antivirus": True,
            "warranty_until": "2027-01-31",
        }  # fmt: skip
        assert str(host.expires_on) == "2027-01-31"

    def test_faults_stand_at_their_fields_and_nothing_is_lost(self, clerk):
        address = url("register", "host")
        response = clerk.post(
            address, filled(clerk, address, ip="10.0.0.999", cpu="很多", system="没有的系统", place="机房")
        )
        assert response.status_code == 422 and not Asset.objects.exists()
        errors = response.context["form"].errors
        assert set(errors) == {"name", "ip", "cpu", "system"}
        assert "不是合格的 IP 地址" in errors["ip"][0] and "没有名为「没有的系统」的系统" in errors["system"][0]
        page = response.content.decode()
        assert 'value="10.0.0.999"' in page and 'value="机房"' in page
        assert "有 4 处需要改正" in text_of(response)

    def test_a_word_for_nothing_is_no_name(self, clerk):
        address = url("register", "host")
        errors = clerk.post(address, filled(clerk, address, name="无", ip="10.0.0.1")).context["form"].errors
        assert set(errors) == {"name"}

    def test_a_refusal_of_the_register_stands_at_its_field(self, clerk, make_asset):
        make_asset(name="甲", serial_number="S1", number="P-1")
        address = url("register", "pda")
        same = clerk.post(address, filled(clerk, address, name="乙", serial_number="S1"))
        assert same.status_code == 422 and "serial_number" in same.context["form"].errors
        taken = clerk.post(address, filled(clerk, address, name="乙", serial_number="S2", number="P-1"))
        assert "已有" in taken.context["form"].errors["number"][0]
        assert Asset.objects.count() == 1

    def test_states_with_a_record_cannot_be_entered(self, clerk):
        address = url("register", "pda")
        for state in ("repair", "lent", "scrapped"):
            response = clerk.post(address, filled(clerk, address, name="甲", serial_number="1", state=state))
            assert "state" in response.context["form"].errors

    def test_an_own_number_is_kept(self, clerk):
        address = url("register", "pda")
        clerk.post(address, filled(clerk, address, name="甲", serial_number="1", number="XX-7"))
        assert Asset.objects.get().number == "XX-7"

    def test_the_owner_is_chosen_where_there_are_several(self, client_of, owner, make_party, make_asset):
        other = make_party("别的医院", "buyer")
        make_asset(kind="system", name="血站系统")
        make_asset(kind="system", name="医院系统", owner=other)
        manager, address = client_of("buyer_manager"), url("register", "pda")
        missing = manager.post(address, filled(manager, address, name="甲", serial_number="1"))
        assert OWNER in missing.context["form"].errors
        assert manager.get(f"{address}?{OWNER}={other.pk}").context["systems"] == ["医院系统"]
        form = filled(manager, address, name="甲", serial_number="1", system="医院系统") | {OWNER: str(owner.pk)}
        assert "system" in manager.post(address, form).context["form"].errors
        assert manager.post(address, form | {OWNER: str(other.pk)}).status_code == 302
        assert Asset.objects.get(kind="pda").owner == other

    def test_an_owner_that_is_not_the_persons_is_not_offered(self, clerk, owner, make_party):
        address, other = url("register", "pda"), make_party("别的医院", "buyer")
        clerk.post(address, filled(clerk, address, name="甲", serial_number="1") | {OWNER: str(other.pk)})
        assert Asset.objects.get().owner == owner

    def test_who_maintains_it_is_named_by_the_buyer(self, clerk, supplier, make_party):
        address = url("register", "pda")
        form = filled(clerk, address, name="甲", serial_number="1")
        for wrong in ("没有的公司", make_party("别的医院", "buyer").name):
            response = clerk.post(address, form | {MAINTAINER: wrong})
            assert f"没有名为「{wrong}」的乙方单位" in response.context["form"].errors[MAINTAINER]
        clerk.post(address, form | {MAINTAINER: supplier.name})
        assert Asset.objects.get().maintainer == supplier


class TestRegisteringAsSupplier:
    @pytest.fixture
    def project_manager(self, client_of, supplier):
        return client_of("project_manager", party=supplier)

    def test_what_it_registers_it_maintains(self, project_manager, supplier, owner, make_asset, now):
        actions.assign_maintainer(
            asset=make_asset(name="甲", serial_number="1"), maintainer=supplier, actor=TESTER, now=now
        )
        address = url("register", "pda")
        form = filled(project_manager, address, name="乙", serial_number="2")
        assert OWNER not in form and MAINTAINER not in form
        response = project_manager.post(address, form)
        assert project_manager.get(response.url).status_code == 200
        assert Asset.objects.get(name="乙").owner == owner

    def test_systems_of_others_are_not_offered(self, project_manager, supplier, make_asset, now):
        make_asset(kind="system", name="别家维护的系统")
        actions.assign_maintainer(
            asset=make_asset(name="甲", serial_number="1"), maintainer=supplier, actor=TESTER, now=now
        )
        address = url("register", "pda")
        assert project_manager.get(address).context["systems"] == []
        form = filled(project_manager, address, name="乙", serial_number="2", system="别家维护的系统")
        assert "system" in project_manager.post(address, form).context["form"].errors

    def test_nor_taken_from_the_address(self, project_manager, supplier, make_asset, now):
        make_asset(kind="system", name="别家维护的系统")
        mine = make_asset(kind="system", name="自己维护的系统")
        actions.assign_maintainer(asset=mine, maintainer=supplier, actor=TESTER, now=now)
        for name, status in (("别家维护的系统", 422), ("自己维护的系统", 302)):
            address = f"{url('register', 'pda')}?system={name}"
            form = filled(project_manager, address, name="乙", serial_number="2")
            assert form["system"] == name
            assert project_manager.post(address, form).status_code == status
        assert Asset.objects.get(name="乙").system == mine

    def test_without_an_owner_the_page_says_why(self, project_manager, owner):
        page = project_manager.get(url("register", "pda"))
        assert "还没有可以登记资产的单位" in text_of(page)
        assert url("register", "pda") not in project_manager.get(url("list", "pda")).content.decode()
        project_manager.post(url("register", "pda"), {"name": "甲", "serial_number": "1", "state": "in_use"})
        assert not Asset.objects.exists()


class TestEditing:
    def test_who_may(self, client_of, clerk, owner, make_asset, make_party):
        address = url("edit", make_asset(name="甲", serial_number="1").pk)
        engineer = client_of("engineer", party=owner)
        stranger = client_of("clerk", party=make_party("别的医院", "buyer"), username="stranger")
        form = filled(clerk, address, name="改了")
        assert engineer.post(address, form).status_code == 403
        assert stranger.post(address, form).status_code == 404
        assert Asset.objects.get().name == "甲"
        assert clerk.post(address, form).status_code == 302
        assert Asset.objects.get().name == "改了"

    def test_an_untouched_form_changes_nothing(self, clerk, make_asset):
        make_asset(kind="system", name="门户", modules="挂号\n收费", user_count=12)
        host = make_asset(
            kind="host", name="主机", ip="10.0.0.1", memory="64.5", cpu=8, antivirus=False, form="物理机",
            system="门户", warranty_until="2027-01-31", in_use_since="2025-01-01",
        )  # fmt: skip
        for asset in (host, Asset.objects.get(name="门户")):
            address = url("edit", asset.pk)
            form = {name: str(value).replace("\n", "\r\n") for name, value in filled(clerk, address).items()}
            clerk.post(address, form)
            assert [event.action for event in asset.events.all()] == ["register"]

    def test_what_others_changed_meanwhile_stays(self, clerk, make_asset, now):
        pda = make_asset(name="甲", serial_number="1", place="东城", custodian="王")
        address = url("edit", pda.pk)
        form = filled(clerk, address, custodian="李")
        assert '<input type="hidden" name="initial-place" value="东城"' in clerk.get(address).content.decode()
        actions.edit(asset=pda, values={"place": "西城", "model": "i6310"}, actor=TESTER, now=now)
        clerk.post(address, form)
        pda.refresh_from_db()
        assert (pda.place, pda.custodian, pda.attributes) == ("西城", "李", {"model": "i6310"})
        assert pda.events.first().changes == {"custodian": ["王", "李"]}

    def test_what_was_shown_is_kept_where_a_form_comes_back_with_faults(self, clerk, make_asset, now):
        pda = make_asset(name="甲", serial_number="1", place="东城")
        address = url("edit", pda.pk)
        form = filled(clerk, address, in_use_since="何时")
        actions.edit(asset=pda, values={"place": "西城"}, actor=TESTER, now=now)
        page = clerk.post(address, form)
        assert page.status_code == 422
        assert '<input type="hidden" name="initial-place" value="东城"' in page.content.decode()

    def test_a_form_that_does_not_say_what_it_showed_is_compared_with_what_is_known(self, clerk, make_asset):
        pda = make_asset(name="甲", serial_number="1", place="东城", note="旧")
        clerk.post(url("edit", pda.pk), {"number": pda.number, "name": "甲", "serial_number": "1", "state": "in_use"})
        pda.refresh_from_db()
        assert (pda.name, pda.place, pda.note) == ("甲", "", "")

    def test_what_is_scrapped_stays_so(self, clerk, make_asset):
        pda = make_asset(name="甲", serial_number="1", state="scrapped")
        address = url("edit", pda.pk)
        assert clerk.get(address).context["form"].fields["state"].disabled
        clerk.post(address, filled(clerk, address, state="in_use", note="核销单号 7"))
        pda.refresh_from_db()
        assert (pda.state, pda.note) == ("scrapped", "核销单号 7")

    def test_a_number_cannot_be_taken_away(self, clerk, make_asset):
        address = url("edit", make_asset(name="甲", serial_number="1").pk)
        assert "number" in clerk.post(address, filled(clerk, address, number="")).context["form"].errors

    def test_a_value_is_taken_away(self, clerk, make_asset):
        pda = make_asset(name="甲", serial_number="1", note="旧", model="i6310")
        address = url("edit", pda.pk)
        clerk.post(address, filled(clerk, address, note="", model=""))
        pda.refresh_from_db()
        assert (pda.note, pda.attributes) == ("", {})

    def test_the_state_waits_for_an_open_repair(self, clerk, make_asset, now):
        pda = make_asset(name="甲", serial_number="1")
        actions.send_to_repair(
            asset=pda, fault="碎屏", vendor="", limit=None, calendar=bundled_calendar(), actor=TESTER, now=now
        )
        address = url("edit", pda.pk)
        assert clerk.get(address).context["form"].fields["state"].disabled
        clerk.post(address, filled(clerk, address, state="in_use", note="等配件"))
        pda.refresh_from_db()
        assert (pda.state, pda.note) == ("repair", "等配件")

    def test_a_state_from_a_ledger_is_put_right(self, clerk, make_asset):
        pda = make_asset(name="甲", serial_number="1", state="repair")
        address = url("edit", pda.pk)
        assert [value for value, _ in clerk.get(address).context["form"].fields["state"].choices] == [
            "repair", "in_use", "spare",
        ]  # fmt: skip
        clerk.post(address, filled(clerk, address, state="spare"))
        pda.refresh_from_db()
        assert pda.state == "spare"

    def test_a_system_not_seen_may_stay_but_not_be_chosen(self, client_of, supplier, make_asset, now):
        make_asset(kind="system", name="别家的系统")
        pda = make_asset(name="甲", serial_number="1", system="别家的系统")
        actions.assign_maintainer(asset=pda, maintainer=supplier, actor=TESTER, now=now)
        manager, address = client_of("project_manager", party=supplier), url("edit", pda.pk)
        assert manager.post(address, filled(manager, address, place="西城")).status_code == 302
        pda.refresh_from_db()
        assert (pda.place, pda.system.name) == ("西城", "别家的系统")
