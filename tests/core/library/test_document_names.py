"""The names of documents that come with Kangwei, against the contract files that come with it."""

from collections import defaultdict
from functools import cache

import pytest

from kangwei.core.documents.groups import bundled_groups, normalised
from tests.core.library.test_contracts import FILES, loaded

GROUPS = bundled_groups().groups
every_group = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)


@cache
def contracts_by_name() -> dict[str, set[str]]:
    """Every name of a document in the library, normalised → the contracts that use it."""
    found: dict[str, set[str]] = defaultdict(set)
    for code in FILES:
        for names in documents_of(code):
            for name in names:
                found[normalised(name)].add(code)
    return dict(found)


def documents_of(code: str) -> list[set[str]]:
    """The documents of a contract, each under every name that the contract itself says is the same."""
    contract = loaded(code)
    found = [{item.name, *item.aliases} for item in contract.deliverables]
    for item in contract.acceptance.documents:
        own = next((names for names in found if (item.of or item.name) in names), None)
        if own is None:
            found.append({item.name})
        else:
            own.add(item.name)
    return found


@every_group
def test_no_name_is_dead(group):
    assert [name for name in group.all_names() if normalised(name) not in contracts_by_name()] == []


@every_group
def test_a_group_serves_several_contracts(group):
    served = [contracts_by_name().get(normalised(name), set()) for name in group.all_names()]
    assert len(set().union(*served)) > 1


@every_group
def test_names_are_written_as_people_say_them(group):
    for name in group.all_names():
        assert name == name.strip() and "《" not in name and " " not in name


@pytest.mark.parametrize("code", FILES)
def test_what_a_contract_calls_one_document_is_not_torn_apart(code):
    for names in documents_of(code):
        groups = {group.name for name in names if (group := bundled_groups().of([name]))}
        assert len(groups) < 2, (names, groups)


@every_group
def test_a_sheet_and_a_report_are_no_one_document(group):
    # What ends in 报告 or 总结 is written from the sheets, not filled on site.
    written = {normalised(name).endswith(("单", "表", "记录")) for name in group.all_names()}
    reports = {"报告" in name for name in group.all_names()}
    assert not (True in written and True in reports)
