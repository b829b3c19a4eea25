"""What is done with an asset in its life, through the page: the form, who may, what is refused, what it does."""

from datetime import UTC, datetime

import pytest

from kangwei.assets import actions
from kangwei.assets.models import Asset, Repair
from kangwei.base.audit import System
from kangwei.core.ledgers import bundled_kinds
from tests.apps.assets.pages import text_of, url

pytestmark = pytest.mark.usefixtures("frozen")
TESTER = System("测试")
REPAIR = {"fault": "屏幕碎裂", "vendor": "厂商", "limit_amount": "7", "limit_unit": "wd"}
FORMS = {
    "repair": REPAIR,
    "move": {"place": "密云", "custodian": "赵", "note": "区域调整"},
    "lend": {"borrower": "采血二队", "note": "周五归还"},
}


@pytest.fixture
def engineer(client_of, owner):
    """The buyer's engineer, who may operate and not write."""
    return client_of("engineer", party=owner)


@pytest.fixture
def clerk(client_of, owner):
    """The buyer's clerk, who may write as well."""
    return client_of("clerk", party=owner)


@pytest.fixture
def pda(make_asset) -> Asset:
    return make_asset(name="采血PDA", serial_number="S1", place="东城", custodian="王")


def state_of(asset) -> str:
    asset.refresh_from_db()
    return asset.state


class TestWhoMay:
    @pytest.mark.parametrize("what", FORMS)
    def test_operating(self, client_of, engineer, pda, make_party, what):
        address = url("life", pda.pk, what)
        reader = client_of("auditor")
        stranger = client_of("engineer", party=make_party("别的医院", "buyer"), username="stranger")
        assert reader.get(address).status_code == reader.post(address, FORMS[what]).status_code == 403
        assert stranger.get(address).status_code == stranger.post(address, FORMS[what]).status_code == 404
        assert pda.events.count() == 1
        assert engineer.get(address).status_code == 200
        assert engineer.post(address, FORMS[what]).url == url("detail", pda.pk)
        assert pda.events.count() == 2

    def test_scrapping_takes_more(self, engineer, clerk, pda):
        address, form = url("scrap", pda.pk), {"reason": "进水", "approved_by": "周科长"}
        assert engineer.post(address, form).status_code == 403
        assert state_of(pda) == "in_use"
        assert "不能再次使用" in text_of(clerk.get(address))
        assert clerk.post(address, form).status_code == 302
        event = pda.events.first()
        assert (state_of(pda), event.approved_by, event.note) == ("scrapped", "周科长", "进水")

    def test_naming_who_maintains_is_the_buyers(self, client_of, engineer, clerk, pda, make_party, now):
        supplier = make_party("运维公司", "supplier")
        address, form = url("maintainer", pda.pk), {"maintainer": "运维公司"}
        assert engineer.post(address, form).status_code == 403
        assert clerk.post(address, form).status_code == 302
        pda.refresh_from_db()
        assert pda.maintainer == supplier
        assert pda.events.first().changes == {"maintainer": ["", "运维公司"]}
        assert "运维单位：空 → 运维公司" in clerk.get(url("detail", pda.pk)).context["timeline"][0].detail
        own = client_of("project_manager", party=supplier)
        assert own.post(address, {"maintainer": ""}).status_code == 404
        assert address not in own.get(url("detail", pda.pk)).content.decode()

    def test_naming_the_same_again_is_refused(self, clerk, pda):
        refused = clerk.post(url("maintainer", pda.pk), {"maintainer": ""})
        assert refused.status_code == 422 and "没有变化" in text_of(refused)

    def test_what_there_is_not(self, engineer, pda):
        assert engineer.get(url("life", pda.pk, "sell")).status_code == 404
        assert engineer.get(url("operate", pda.pk, "renew")).status_code == 404


class TestRepair:
    def test_the_limit_of_the_kind_is_filled_in(self, engineer, pda, make_asset):
        form = engineer.get(url("life", pda.pk, "repair")).context["form"]
        assert (form["limit_amount"].value(), form["limit_unit"].value()) == (7, "wd")
        host = make_asset(kind="host", name="主机", ip="10.0.0.1")
        assert engineer.get(url("life", host.pk, "repair")).context["form"]["limit_amount"].value() is None

    def test_sent_and_returned(self, engineer, pda):
        engineer.post(url("life", pda.pk, "repair"), REPAIR)
        repair = Repair.objects.get()
        assert (repair.limit, repair.fault, repair.vendor) == ("7wd", "屏幕碎裂", "厂商")
        assert repair.due_at == datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)
        assert state_of(pda) == "repair"
        engineer.post(url("life", pda.pk, "return"), {"result": "换屏", "state": "spare"})
        repair.refresh_from_db()
        assert (repair.result, state_of(pda)) == ("换屏", "spare") and repair.returned_at

    def test_another_limit_or_none(self, engineer, pda, make_asset):
        engineer.post(url("life", pda.pk, "repair"), REPAIR | {"limit_amount": "24", "limit_unit": "h"})
        other = make_asset(name="乙", serial_number="S2")
        engineer.post(url("life", other.pk, "repair"), REPAIR | {"limit_amount": ""})
        assert {repair.asset.name: repair.limit for repair in Repair.objects.all()} == {"采血PDA": "24h", "乙": ""}

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"fault": ""}, "fault"), ({"fault": "碎" * 501}, "fault"), ({"limit_amount": "0"}, "limit_amount"),
         ({"limit_amount": "七"}, "limit_amount"), ({"limit_unit": "y"}, "limit_unit")],
    )  # fmt: skip
    def test_faults_stand_at_their_fields(self, engineer, pda, changes, field):
        refused = engineer.post(url("life", pda.pk, "repair"), REPAIR | changes)
        assert refused.status_code == 422 and set(refused.context["form"].errors) == {field}
        assert state_of(pda) == "in_use"

    def test_what_its_state_forbids_is_said_with_the_form(self, engineer, pda):
        engineer.post(url("life", pda.pk, "repair"), REPAIR)
        refused = engineer.post(url("life", pda.pk, "repair"), REPAIR | {"fault": "又坏了"})
        assert refused.status_code == 422 and "现为维修，不能送修" in text_of(refused)
        assert "又坏了" in refused.content.decode()
        assert Repair.objects.count() == 1


class TestHands:
    def test_moved(self, engineer, pda):
        address = url("life", pda.pk, "move")
        form = engineer.get(address).context["form"]
        assert (form["place"].value(), form["custodian"].value()) == ("东城", "王")
        same = engineer.post(address, {"place": "东城", "custodian": "王", "note": ""})
        assert same.status_code == 422 and "没有变化" in same.context["form"].errors["place"][0]
        engineer.post(address, {"place": "密云", "custodian": "王", "note": "区域调整"})
        assert pda.events.first().changes == {"place": ["东城", "密云"]}

    def test_lent_and_taken_back(self, engineer, pda):
        missing = engineer.post(url("life", pda.pk, "lend"), {"borrower": "", "note": ""})
        assert set(missing.context["form"].errors) == {"borrower"}
        engineer.post(url("life", pda.pk, "lend"), FORMS["lend"])
        pda.refresh_from_db()
        assert (pda.state, pda.custodian) == ("lent", "采血二队")
        engineer.post(url("life", pda.pk, "take-back"), {"custodian": "李", "note": ""})
        pda.refresh_from_db()
        assert (pda.state, pda.custodian) == ("spare", "李")

    def test_scrapping_wants_reason_and_approval(self, clerk, pda):
        refused = clerk.post(url("scrap", pda.pk), {"reason": "", "approved_by": ""})
        assert refused.status_code == 422 and set(refused.context["form"].errors) == {"reason", "approved_by"}
        assert state_of(pda) == "in_use"


class TestOperations:
    @pytest.fixture
    def certificate(self, make_asset) -> Asset:
        return make_asset(
            kind="certificate-tls",
            name="门户证书",
            serial_number="0A1",
            domain="a.example.cn",
            valid_until="2026-12-01",
        )

    @pytest.mark.parametrize(
        ("kind", "operation"),
        [(kind.id, operation.id) for kind in bundled_kinds().values() for operation in kind.operations],
    )
    def test_every_operation_of_every_kind_has_its_form(self, engineer, make_asset, kind, operation):
        if kind == "account":
            make_asset(kind="system", name="门诊系统")
        known = {"account": {"account": "a", "system": "门诊系统"}}
        asset = make_asset(
            kind=kind, name="甲", **known.get(kind, {name: "1" for name in bundled_kinds()[kind].key if name != "name"})
        )
        what = next(row for row in bundled_kinds()[kind].operations if row.id == operation)
        page = engineer.get(url("operate", asset.pk, operation))
        form = page.context["form"]
        assert tuple(form.attributes) == what.sets
        assert form.fields["approved-by"].required is what.approval
        assert what.label in text_of(page)

    def test_renewed_with_the_fields_it_sets(self, engineer, certificate):
        address = url("operate", certificate.pk, "renew")
        form = engineer.get(address).context["form"]
        assert form["valid_until"].value() == "2026-12-01"
        response = engineer.post(
            address,
            {"serial_number": "0A2", "ca": "", "issued": "2026-11-20", "valid_until": "2027-12-01", "approved-by": "",
             "operation-note": "年度续期", "name": "不该改"},
        )  # fmt: skip
        assert response.status_code == 302
        certificate.refresh_from_db()
        assert (certificate.serial_number, str(certificate.expires_on)) == ("0A2", "2027-12-01")
        assert certificate.name == "门户证书"
        event = certificate.events.first()
        assert (event.label, event.note) == ("更新", "年度续期")
        assert set(event.changes) == {"serial_number", "issued", "valid_until"}

    def test_faults_stand_at_their_fields(self, engineer, certificate):
        refused = engineer.post(
            url("operate", certificate.pk, "issue"),
            {"serial_number": "0A2", "domain": "http://x", "valid_until": "2027-02-30", "approved-by": ""},
        )
        assert refused.status_code == 422
        assert set(refused.context["form"].errors) == {"domain", "valid_until", "approved-by"}

    def test_an_approved_one_ends_its_life(self, engineer, client_of, certificate):
        address = url("operate", certificate.pk, "revoke")
        assert client_of("auditor").post(address, {"approved-by": "周科长"}).status_code == 403
        assert engineer.post(address, {"approved-by": "周科长", "operation-note": "私钥泄露"}).status_code == 302
        assert (state_of(certificate), certificate.events.first().approved_by) == ("scrapped", "周科长")
        again = engineer.post(address, {"approved-by": "周科长"})
        assert again.status_code == 422 and "已报废" in text_of(again)

    def test_a_required_field_is_not_blanked(self, engineer, make_asset):
        seal = make_asset(kind="seal", name="财务章", code="Z1")
        refused = engineer.post(
            url("operate", seal.pk, "change"), {"name": "无", "approved-by": "科长", "custodian": "李"}
        )
        assert refused.status_code == 422 and set(refused.context["form"].errors) == {"name"}


def test_actions_are_forms_for_dialogs(engineer, pda):
    page = engineer.get(url("detail", pda.pk)).content.decode()
    assert f'data-dialog href="{url("life", pda.pk, "repair")}"' in page
    assert "data-dialog-form" in engineer.get(url("life", pda.pk, "repair")).content.decode()
    actions.scrap(asset=pda, reason="坏", approved_by="科长", actor=TESTER, now=datetime.now(UTC))
    assert "data-dialog href" not in engineer.get(url("detail", pda.pk)).content.decode()
