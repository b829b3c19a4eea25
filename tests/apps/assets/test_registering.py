"""Registering, editing and handing over."""

import pytest

from kangwei.assets import actions, queries
from kangwei.assets.models import Asset, AssetEvent
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry

pytestmark = pytest.mark.django_db
SYSTEM = System("测试")


def test_an_asset_gets_the_next_number_of_its_kind(make_asset):
    assert [make_asset(name="PDA", serial_number=f"SN{n}").number for n in (1, 2)] == ["PDA-000001", "PDA-000002"]


def test_a_number_of_the_clerks_own_is_kept(make_asset):
    assert make_asset(name="PDA", serial_number="SN1", number="固-2023-17").number == "固-2023-17"


def test_a_number_that_was_given_by_hand_is_passed_over(make_asset):
    make_asset(name="PDA", serial_number="SN1", number="PDA-000001")
    assert make_asset(name="PDA", serial_number="SN2").number == "PDA-000002"


def test_registering_leaves_an_event_and_an_entry_in_the_audit_trail(make_asset):
    asset = make_asset(name="采血点手持机", serial_number="SN1")
    assert [event.label for event in asset.events.all()] == ["登记"]
    entry = AuditEntry.objects.get(action="assets.register")
    assert (entry.subject_id, entry.data["values"]["serial_number"]) == (str(asset.pk), "SN1")


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"name": "", "serial_number": "SN2"}, "name", "请填写"),
        ({"name": "PDA", "serial_number": "SN1"}, "serial_number", "序列号相同"),
        ({"name": "PDA", "serial_number": "SN2", "number": "PDA-000001"}, "number", "已有"),
        ({"name": "PDA", "serial_number": "SN2", "system": "没有的系统"}, "system", "没有名为「没有的系统」的系统"),
    ],
)
def test_what_cannot_be_registered_is_refused_at_its_field(make_asset, values, field, reason):
    make_asset(name="PDA", serial_number="SN1")
    with pytest.raises(ActionError, match=reason) as refusal:
        make_asset(**values)
    assert refusal.value.field == field
    assert Asset.objects.count() == 1


def test_two_parties_may_have_the_same_serial_number(make_asset, make_party):
    make_asset(name="PDA", serial_number="SN1")
    other = make_asset(owner=make_party("另一家医院", "buyer"), name="PDA", serial_number="SN1")
    assert Asset.objects.filter(serial_number="SN1").count() == 2
    assert other.number == "PDA-000002"


def test_an_edit_is_kept_with_before_and_after(make_asset, now):
    asset = make_asset(name="PDA", serial_number="SN1", place="库房")
    changes = actions.edit(asset=asset, values={"place": "献血车三"}, note="调拨", actor=SYSTEM, now=now)
    assert changes == {"place": ("库房", "献血车三")}
    event = AssetEvent.objects.get(action="edit")
    assert (event.by, event.note, event.changes) == ("测试", "调拨", {"place": ["库房", "献血车三"]})


def test_an_edit_that_changes_nothing_leaves_no_trace(make_asset, now):
    asset = make_asset(name="PDA", serial_number="SN1")
    assert actions.edit(asset=asset, values={"name": "PDA", "note": None}, actor=SYSTEM, now=now) == {}
    assert not AuditEntry.objects.filter(action="assets.edit").exists()


def test_fields_that_an_edit_does_not_name_stay(make_asset, now):
    asset = make_asset(name="PDA", serial_number="SN1", place="库房", custodian="王")
    actions.edit(asset=asset, values={"place": "车上"}, actor=SYSTEM, now=now)
    asset.refresh_from_db()
    assert (asset.custodian, asset.place, asset.serial_number) == ("王", "车上", "SN1")


def test_an_asset_is_found_by_every_word_in_any_field(make_asset):
    asset = make_asset(name="采血点手持机", serial_number="ABC-1", place="西单献血车")
    make_asset(name="备用手持机", serial_number="ABC-2", place="库房")
    assert list(queries.search_assets(Asset.objects.all(), "abc 西单")) == [asset]


def test_a_hand_over_names_place_and_person(make_asset, now):
    asset = make_asset(name="PDA", serial_number="SN1", place="库房", custodian="王")
    actions.move(asset=asset, place="献血车", custodian="李", note="", actor=SYSTEM, now=now)
    assert asset.events.first().changes == {"place": ["库房", "献血车"], "custodian": ["王", "李"]}
    with pytest.raises(ActionError, match="没有变化"):
        actions.move(asset=asset, place="献血车", custodian="李", note="", actor=SYSTEM, now=now)


class TestScope:
    """A buyer sees its own, a supplier what it maintains; each with its twin."""

    def test_a_buyer_sees_its_own_assets_only(self, make_asset, make_person, make_party, owner):
        mine = make_asset(name="PDA", serial_number="SN1")
        make_asset(owner=make_party("另一家医院", "buyer"), name="PDA", serial_number="SN2")
        assert list(queries.assets(make_person("clerk", party=owner))) == [mine]

    def test_a_supplier_sees_the_systems_it_maintains_and_what_belongs_to_them(
        self, make_asset, make_person, make_party, owner, now
    ):
        supplier, other = make_party("某公司", "supplier"), make_party("别的公司", "supplier")
        named = [actions.NamedSystem("system:a", "采供血系统")]
        actions.match_systems(
            owner=owner, contract="c-1", title="运维", supplier=supplier, systems=named, actor=SYSTEM, now=now
        )
        host = make_asset(kind="host", name="采供血主机", system="采供血系统")
        make_asset(kind="host", name="别的主机")
        assert set(queries.assets(make_person("engineer", party=supplier))) == {host, host.system}
        assert not queries.assets(make_person("engineer", party=other, username="other")).exists()

    def test_the_platform_sees_all(self, make_asset, make_person):
        asset = make_asset(name="PDA", serial_number="SN1")
        assert list(queries.assets(make_person("buyer_manager"))) == [asset]
