"""A contract lets its supplier read what the buyer has published."""

import importlib

import pytest
from django.apps import apps

from kangwei.base.audit import System
from kangwei.contracts import actions
from kangwei.knowledge.queries import owners
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
SYSTEM = System("测试")


@pytest.fixture
def engineer(make_person, make_party):
    return make_person("engineer", party=make_party("试验乙方公司", "supplier"))


def test_from_loading_on_until_another_supplier_is_named(now, engineer):
    assert not owners(engineer)
    contract = load_small(now)
    assert list(owners(engineer)) == [contract.buyer]
    actions.assign_supplier(contract=contract, supplier="接手公司", actor=SYSTEM, now=now)
    assert not owners(engineer)


def test_contracts_that_were_loaded_before_count_as_well(now, engineer):
    contract = load_small(now)
    migration = importlib.import_module("kangwei.contracts.migrations.0003_knowledge_readers")
    migration.empty(apps, None)
    assert not owners(engineer)
    migration.fill(apps, None)
    assert list(owners(engineer)) == [contract.buyer]
