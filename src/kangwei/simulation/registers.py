"""The practice registers: ledgers brought in as a clerk does it, related to each other, some of it in repair."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from kangwei.assets import actions, queries
from kangwei.assets.enums import RelationKind
from kangwei.core.calendars import bundled_calendar, local_day
from kangwei.core.ledgers import guess_mapping, read_table
from kangwei.simulation.copies import PREFIX
from kangwei.simulation.ledgers import Ledger, ledgers

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract

REPAIRS = 3
HOSTS_A_DATABASE = 2


def fill_registers(
    contracts: Sequence["Contract"], people: Mapping[str, "Person"], *, seed: int, at: datetime, now: datetime
) -> int:
    """Bring in the practice ledgers of the buyers of these contracts; how many assets that made.

    `people` are the buyers' who do it, by contract code; it happens at `at`, with dates that make sense `now`.
    Ledgers of contracts that are not there are left out.
    """
    by_code = {contract.code: contract for contract in contracts}
    total = 0
    for ledger in ledgers(local_day(now), seed):
        contract = by_code.get(PREFIX + ledger.contract)
        if contract:
            total += _bring_in(ledger, contract, people[contract.code], at)
    for contract in contracts:
        _relate(contract, people[contract.code], at)
        _send_to_repair(contract, people[contract.code], now)
    return total


def _bring_in(ledger: Ledger, contract: "Contract", person: "Person", at: datetime) -> int:
    content = ledger.content()
    kind = queries.kinds()[ledger.kind]
    batch = actions.upload_ledger(
        owner=contract.buyer, kind=ledger.kind, file_name=ledger.file_name, content=content, actor=person, now=at
    )
    mapping = guess_mapping(read_table(content, ledger.file_name).headers, kind)
    actions.map_columns(batch=batch, mapping=mapping, key=kind.key, blanks_clear=False)
    actions.confirm_import(batch=batch, actor=person, now=at)
    actions.run_import(batch_id=batch.pk, actor=person, now=at)
    batch.refresh_from_db()
    return batch.created


def _relate(contract: "Contract", person: "Person", at: datetime) -> None:
    """Every practice database runs on two hosts, and the system of the databases depends on each of them."""
    mine = queries.assets(person).filter(owner=contract.buyer)
    databases, hosts = list(mine.filter(kind="database", system__maintenances__contract=contract.code)), []
    if databases:
        hosts = list(mine.filter(kind="host").order_by("number"))
    for number, database in enumerate(databases):
        for host in hosts[number * HOSTS_A_DATABASE : (number + 1) * HOSTS_A_DATABASE]:
            _link(database, RelationKind.RUNS_ON, host, person, at)
        if database.system:
            _link(database.system, RelationKind.DEPENDS_ON, database, person, at)


def _link(source: "Asset", kind: RelationKind, target: "Asset", person: "Person", at: datetime) -> None:
    actions.relate(source=source, target=target, kind=kind, actor=person, now=at)


def _send_to_repair(contract: "Contract", person: "Person", now: datetime) -> None:
    kind = queries.kinds()["pda"]
    for asset in queries.assets(person).filter(owner=contract.buyer, kind=kind.id, state="in_use")[:REPAIRS]:
        actions.send_to_repair(
            asset=asset, fault="屏幕无响应（练习）", vendor="练习维修点", limit=kind.repair_limit,
            calendar=bundled_calendar(), actor=person, now=now,
        )  # fmt: skip
