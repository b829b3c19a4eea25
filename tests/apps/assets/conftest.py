"""A buyer, and makers of its assets."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from kangwei.accounts.models import Party
from kangwei.assets import actions
from kangwei.base.audit import System
from tests.core.ledgers.workbooks import xlsx


@pytest.fixture
def owner(make_party) -> Party:
    """The buyer whose assets these are."""
    return make_party("试验血液中心", "buyer")


@pytest.fixture
def frozen(now) -> Iterator[None]:
    """Pages read the clock: it stands still at `now`."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def manager(client_of) -> Client:
    """The manager on the platform, who sees every buyer's assets."""
    return client_of("buyer_manager")


@pytest.fixture
def supplier(make_party) -> Party:
    """A supplier that maintains nothing yet."""
    return make_party("运维公司", "supplier")


@pytest.fixture
def engineer(client_of, supplier) -> Client:
    """An engineer of that supplier."""
    return client_of("engineer", party=supplier, username="engineer")


@pytest.fixture
def supervisor(client_of, make_party) -> Client:
    """Somebody who only reads."""
    return client_of("supervisor", party=make_party("监理公司", "supervisor"), username="supervisor")


@pytest.fixture
def make_asset(owner, now) -> Callable:
    """`make_asset(kind="host", name="主机一")`, registered as the action does; a PDA where no kind is given."""

    def make(kind: str = "pda", owner: Party = owner, **values):
        return actions.register(owner=owner, kind=kind, values=values, actor=System("测试"), now=now)

    return make


@pytest.fixture
def own_var(settings, tmp_path) -> None:
    """Ledgers that are uploaded lie in a folder of the test's own."""
    settings.VAR = tmp_path


@pytest.fixture
def bring(owner, own_var, now) -> Callable:
    """`bring([["名称", "序列号"], ["PDA", "SN1"]])`: a ledger brought in as the pages do it; its ImportBatch.

    `mapping` and `key` replace what the headings tell; `until="upload"`, `"columns"` or `"confirm"` ends sooner.
    """

    def bring(rows, kind="pda", *, mapping=None, key=None, until="", blanks_clear=False, **changes):
        facts = {"owner": owner, "kind": kind, "file_name": "台账.xlsx", "actor": System("张文员"), "now": now}
        content = rows if isinstance(rows, bytes) else xlsx(rows)
        batch = actions.upload_ledger(**facts | {"content": content} | changes)
        if until == "upload":
            return batch
        found = actions.suggest_columns(batch)
        actions.map_columns(
            batch=batch, mapping=mapping or found.mapping, key=key or found.key, blanks_clear=blanks_clear
        )
        if until == "columns":
            return batch
        actions.confirm_import(batch=batch, actor=System("张文员"), now=now)
        if until != "confirm":
            actions.run_import(batch_id=batch.pk, actor=System("张文员"), now=now)
        batch.refresh_from_db()
        return batch

    return bring
