"""The kinds that come with Kangwei."""

import pytest

from kangwei.core.ledgers import COMMON, GROUPS, KindError, bundled_kinds, guess_mapping, kinds
from kangwei.core.ledgers.mapping import normal

ALL = bundled_kinds()
JSON_LOOKUPS = {
    "contained_by", "contains", "endswith", "exact", "gt", "gte", "has_any_keys", "has_key", "has_keys", "icontains",
    "iendswith", "iexact", "in", "iregex", "isnull", "istartswith", "lt", "lte", "range", "regex", "startswith",
}  # fmt: skip


def test_the_kinds_in_the_order_of_their_groups():
    assert set(ALL) == {
        "account", "address-registration", "certificate-personal", "certificate-tls", "certificate-unit", "database",
        "domain", "host", "id-reader", "licence", "line", "middleware", "network-device", "pda", "printer", "seal",
        "software", "spare-part", "storage", "system", "terminal", "usb-key",
    }  # fmt: skip
    places = [GROUPS.index(kind.group) for kind in ALL.values()]
    assert places == sorted(places)
    assert set(places) == set(range(len(GROUPS)))


def test_every_kind_has_a_prefix_of_its_own():
    assert len({kind.prefix for kind in ALL.values()}) == len(ALL)


def test_two_kinds_of_one_prefix_are_refused(monkeypatch, tmp_path):
    folder = tmp_path / "library" / "assets"
    folder.mkdir(parents=True)
    for name in ("one", "two"):
        text = f"kangwei: asset-kind/1\nid: {name}\nname: {name}\ngroup: 登记\nprefix: AB\nkey: [name]\n"
        (folder / f"{name}.yaml").write_text(text)
    monkeypatch.setattr(kinds.resources, "files", lambda package: tmp_path)
    with pytest.raises(KindError, match="与 one 的前缀 AB 相同"):
        bundled_kinds.__wrapped__()


def test_the_life_of_devices_under_contract():
    assert {name: str(kind.repair_limit) for name, kind in ALL.items() if kind.repair_limit} == {
        "pda": "7wd",
        "id-reader": "7wd",
    }


@pytest.mark.parametrize(
    ("kind", "operations"),
    [
        ("certificate-personal", {"issue", "renew", "revoke", "unlock"}),
        ("certificate-unit", {"issue", "renew", "revoke", "unlock"}),
        ("certificate-tls", {"issue", "renew", "revoke", "unlock"}),
        ("usb-key", {"issue", "unlock", "replace", "revoke"}),
        ("account", {"open", "change", "region-change", "close"}),
        ("address-registration", {"admit", "withdraw"}),
    ],
)
def test_what_is_done_with_a_kind(kind, operations):
    assert {operation.id for operation in ALL[kind].operations} >= operations


def test_every_change_of_an_account_is_approved():
    assert all(operation.approval for operation in ALL["account"].operations)
    assert all(operation.approval for operation in ALL["seal"].operations)


@pytest.mark.parametrize("kind", ALL.values(), ids=ALL)
class TestEveryKind:
    def test_lists_show_some_of_its_fields(self, kind):
        assert any(attribute.listed for attribute in kind.attributes)

    def test_headings_are_those_of_one_field(self, kind):
        owners = {}
        for attribute in kind.attributes:
            for heading in (attribute.label, *attribute.headings):
                assert owners.setdefault(normal(heading), attribute.id) == attribute.id, heading

    def test_a_ledger_headed_by_the_labels_needs_no_help(self, kind):
        labels = [field.label for field in kind.fields]
        assert len(set(labels)) == len(labels)
        assert guess_mapping(labels, kind) == {field.id: column for column, field in enumerate(kind.fields)}

    def test_a_ledger_headed_otherwise_is_understood(self, kind):
        for attribute in kind.attributes:
            for heading in attribute.headings:
                assert guess_mapping(["序号", heading], kind) == {attribute.id: 1}, heading

    def test_queries_can_name_its_fields(self, kind):
        assert not JSON_LOOKUPS & {attribute.id for attribute in kind.attributes}

    def test_a_renewal_sets_the_day_of_expiry(self, kind):
        for operation in kind.operations:
            if operation.id == "renew":
                assert kind.expires in operation.sets


def test_common_fields_are_not_longer_than_their_columns():
    limits = {field.id: field.limit for field in COMMON if field.type == "text"}
    assert limits == {
        "number": 60, "name": 200, "serial_number": 120, "system": 200, "place": 200, "custodian": 60,
        "institution": 200, "note": 500,
    }  # fmt: skip
