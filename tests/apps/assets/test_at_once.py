"""Two at the same time: what stands once only does so, nobody waits for ever, nothing is lost."""

from datetime import date

import pytest

from kangwei.assets import actions
from kangwei.assets.actions import NamedSystem
from kangwei.assets.enums import ImportState
from kangwei.assets.models import Asset, ImportBatch
from kangwei.base import audit
from kangwei.base.audit import System
from kangwei.base.models import Job
from tests.apps.assets.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = System("测试")


def test_a_serial_number_is_registered_once(make_asset):
    refused = at_once(lambda place: make_asset(name="PDA", serial_number="SN1", place=place), list("甲乙丙丁戊己"))
    assert len(refused) == 5 and all("已有序列号相同的" in text for text in refused)
    assert Asset.objects.count() == 1


def test_a_number_goes_to_one_of_those_who_change_theirs_to_it(make_asset, now):
    assets = [make_asset(name="PDA", serial_number=f"SN{n}") for n in range(5)]
    refused = at_once(lambda asset: actions.edit(asset=asset, values={"number": "N-1"}, actor=SYSTEM, now=now), assets)
    assert len(refused) == 4 and all("「N-1」已有" in text for text in refused)


def test_registering_while_a_ledger_comes_in(bring, make_asset, now):
    batch = bring([["名称", "序列号"], *[["PDA", f"L{n}"] for n in range(300)]], until="confirm")

    def work(number):
        if number:
            make_asset(name="PDA", serial_number=f"SN{number}")
        else:
            actions.run_import(batch_id=batch.pk, actor=SYSTEM, now=now)

    assert at_once(work, range(6)) == []
    assert len(set(Asset.objects.values_list("number", flat=True))) == 305


def test_many_are_renewed_while_each_is_edited(make_asset, now):
    rows = [
        make_asset(kind="certificate-personal", name=f"张{n}", serial_number=f"C{n}", valid_until="2026-12-01")
        for n in range(6)
    ]

    def work(asset):
        if asset is None:
            actions.renew_many(
                assets=rows, expires_on=date(2027, 12, 1), issued=None, approved_by="李", note="", actor=SYSTEM, now=now
            )
        else:
            actions.edit(asset=asset, values={"place": "西城"}, actor=SYSTEM, now=now)

    assert at_once(work, [*reversed(rows), None]) == []
    assert set(Asset.objects.values_list("expires_on", "place")) == {(date(2027, 12, 1), "西城")}
    assert audit.verify()[1] is None


def test_a_stock_take_moves_assets_while_each_is_edited(make_asset, owner, now):
    rows = [make_asset(name="PDA", serial_number=f"SN{n}", place="东城") for n in range(6)]
    stocktake = actions.open_stocktake(owner=owner, name="盘点", kind="pda", place="", actor=SYSTEM, now=now)
    for asset in rows:
        actions.count_asset(stocktake=stocktake, asset=asset, place="西城", actor=SYSTEM, now=now)

    def work(asset):
        if asset is None:
            actions.close_stocktake(stocktake=stocktake, apply_places=True, actor=SYSTEM, now=now)
        else:
            actions.edit(asset=asset, values={"custodian": "李"}, actor=SYSTEM, now=now)

    assert at_once(work, [*reversed(rows), None]) == []
    assert set(Asset.objects.values_list("place", "custodian")) == {("西城", "李")}


def test_contracts_name_a_system_while_somebody_edits_it(make_asset, owner, now):
    system = make_asset(kind="system", name="门诊系统")
    named = [NamedSystem(clause="1", name="门诊系统", attributes={"category": "业务系统"}),
             NamedSystem(clause="2", name="检验系统")]  # fmt: skip

    def work(contract):
        if contract:
            actions.match_systems(
                owner=owner, contract=contract, title=contract, supplier=None, systems=named, actor=SYSTEM, now=now
            )
        else:
            actions.edit(asset=system, values={"note": "核心"}, actor=SYSTEM, now=now)

    assert at_once(work, ["c-1", "", "c-2"]) == []
    system.refresh_from_db()
    assert (system.note, system.attributes, system.maintenances.count()) == ("核心", {"category": "业务系统"}, 2)
    assert Asset.objects.filter(name="检验系统").count() == 1


def test_a_ledger_is_brought_in_or_thrown_away(bring, now):
    for number in range(5):
        batch = bring([["名称", "序列号"], ["PDA", f"SN{number}"]], until="columns")
        asked = [(actions.discard_upload, {}), (actions.confirm_import, {"actor": SYSTEM, "now": now})]
        refused = at_once(lambda pair, batch=batch: pair[0](batch=batch, **pair[1]), asked)
        assert len(refused) == 1
        kept = ImportBatch.objects.filter(pk=batch.pk, state=ImportState.RUNNING).exists()
        assert kept == Job.objects.filter(key=f"asset-import:{batch.pk}").exists()
