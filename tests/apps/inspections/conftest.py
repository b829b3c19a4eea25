"""A contract that owes monthly inspections of three databases, people of both sides, and targets."""

from collections.abc import Callable

import pytest

from kangwei.base.audit import WORKER, System
from kangwei.inspections import actions
from kangwei.inspections.enums import Trigger
from tests.factories.contracts import DATABASES, load_small

TESTER = System("测试")
SUPPLIER = "试验乙方公司"
ADDRESS = "https://his.example.cn/"


@pytest.fixture
def contract(db, now):
    return load_small(now, supplier=SUPPLIER)


@pytest.fixture
def make_target(contract, now) -> Callable:
    """`make_target("业务库甲")` covers that database; `make_target("", name="门户")` covers no duty."""

    def make(slot: str = DATABASES[0], **changes):
        facts = {
            "contract": contract, "name": slot or "额外对象", "template": "http-service", "address": ADDRESS,
            "duty": "db-inspection" if slot else "", "slot": slot, "actor": TESTER, "now": now,
        }  # fmt: skip
        return actions.save_target(**facts | changes)

    return make


@pytest.fixture
def request_run(now) -> Callable:
    def request(target, **changes):
        facts = {"target": target, "trigger": Trigger.SCREEN, "actor": System("张工"), "now": now}
        return actions.request_run(**facts | changes)

    return request


@pytest.fixture
def perform(now) -> Callable:
    """`perform(run, FakeHttp(...))`: as the worker does."""

    def run(run, probe, **changes):
        return actions.perform_run(**{"run_id": run.pk, "actor": WORKER, "now": now, "probe": probe} | changes)

    return run


@pytest.fixture
def supplier_party(contract, make_party):
    return make_party(SUPPLIER, "supplier")


@pytest.fixture
def engineer(supplier_party, client_of):
    """The supplier's engineer, signed in."""
    return client_of("engineer", party=supplier_party)


@pytest.fixture
def stranger(contract, make_party, client_of):
    """Engineer and project manager of a supplier that holds another contract."""
    party = make_party("别家公司", "supplier")
    return client_of("engineer", "project_manager", party=party, username="stranger")


@pytest.fixture
def project_manager(supplier_party, client_of):
    """The supplier's project manager, signed in."""
    return client_of("project_manager", party=supplier_party)


@pytest.fixture
def manager(contract, client_of):
    """The buyer's manager on the platform, signed in."""
    return client_of("buyer_manager")
