"""Ledgers of relations brought in."""

import pytest

from kangwei.assets import actions
from kangwei.assets.actions.imports import loading, running
from kangwei.assets.enums import RELATIONS, AssetState, ImportState, RelationKind
from kangwei.assets.models import Asset, Relation
from kangwei.base.audit import System
from kangwei.base.models import AuditEntry
from tests.apps.assets.test_imports import counts, reasons

pytestmark = pytest.mark.django_db
HEAD = ["资产", "关系", "对象"]


@pytest.fixture
def assets(make_asset):
    """甲, 乙, 丙 and 丁, numbered H-甲 …; hosts of one owner."""
    return {
        name: make_asset(kind="host", name=name, number=f"H-{name}", ip=f"10.1.1.{n}")
        for n, name in enumerate("甲乙丙丁", 1)
    }


def edges():
    rows = Relation.objects.order_by("pk").values_list("source__name", "kind", "target__name")
    return [" ".join(row) for row in rows]


def test_rows_become_relations_by_number_or_name(bring, assets):
    batch = bring([HEAD, ["甲", "运行于", "H-乙"], ["H-丙", "备份至", "丁"], ["甲", "依赖", "丁"]], kind=RELATIONS)
    assert (batch.state, counts(batch)) == (ImportState.DONE, (3, 0, 0, 0))
    assert edges() == ["甲 runs_on 乙", "丙 backs_up_to 丁", "甲 depends_on 丁"]
    entry = AuditEntry.objects.get(action="assets.import_ledger")
    assert (entry.actor, entry.data["created"], entry.data["kind"]) == ("张文员", 3, RELATIONS)
    assert not AuditEntry.objects.filter(action="assets.relate").exists()


def test_the_same_again_changes_nothing(bring, assets):
    ledger = [HEAD, ["甲", "运行于", "乙"], ["丙", "连接", "丁"]]
    bring(ledger, kind=RELATIONS)
    assert counts(bring([*ledger, ["丙", "依赖", "丁"]], kind=RELATIONS)) == (1, 0, 2, 0)
    assert Relation.objects.count() == 3


def test_headings_and_words_that_clerks_use(bring, assets):
    batch = bring(
        [["源资产编号", "关系类型", "目标资产"], ["H-甲", "部署于", "H-乙"], ["H-甲", "隶属于", "丙"]], kind=RELATIONS
    )
    assert edges() == ["甲 runs_on 乙", "甲 part_of 丙"] and batch.refused == 0


@pytest.mark.parametrize("word", ["属于", "运行于", "归属"])
def test_a_circle_is_refused_in_the_row_that_closes_it(bring, assets, word):
    batch = bring(
        [HEAD, ["甲", word, "乙"], ["乙", word, "丙"], ["丙", word, "甲"], ["丁", word, "甲"]], kind=RELATIONS
    )
    told = f"「甲」已经（间接）{word}「丙」，会形成循环"
    assert (counts(batch), reasons(batch)) == ((3, 0, 0, 1), [(4, "对象", told)])


def test_a_circle_with_what_is_in_the_register(bring, assets, now):
    actions.relate(source=assets["乙"], target=assets["甲"], kind=RelationKind.PART_OF, actor=System("测试"), now=now)
    batch = bring([HEAD, ["甲", "属于", "乙"], ["丙", "属于", "乙"]], kind=RELATIONS)
    assert counts(batch) == (1, 0, 0, 1)


def test_hosts_may_depend_on_one_another(bring, assets):
    assert counts(bring([HEAD, ["甲", "依赖", "乙"], ["乙", "依赖", "甲"]], kind=RELATIONS)) == (2, 0, 0, 0)


def test_each_row_that_cannot_be_taken_has_its_reason(bring, assets, make_asset):
    for n in (8, 9):
        make_asset(kind="host", name="同名", number=f"H-{n}", ip=f"10.1.1.{n}")
    rows = [
        ["甲", "运行于", "戊"], ["甲", "属于", "甲"], ["同名", "依赖", "甲"], ["甲", "挨着", "乙"],
        ["", "依赖", "乙"], ["H-9", "依赖", "甲"], ["H-9", "依赖", "甲"],
    ]  # fmt: skip
    batch = bring([HEAD, *rows], kind=RELATIONS)
    told = {number: (heading, reason) for number, heading, reason in reasons(batch)}
    assert told[2] == ("对象", "没有编号或名称为「戊」的资产")
    assert told[3] == ("对象", "不能与自身建立关系")
    assert told[4] == ("资产", "有 2 项资产名为「同名」：H-8、H-9，请写资产编号")
    assert told[5][0] == "关系" and "运行于" in told[5][1]
    assert told[6][0] == "资产" and "不能为空" in told[6][1]
    assert told[8][1].startswith("与第 7 行")
    assert edges() == ["同名 depends_on 甲"]


def test_a_name_means_the_asset_that_is_not_scrapped(bring, assets, make_asset):
    make_asset(kind="host", name="旧机", number="H-8", ip="10.1.1.8")
    Asset.objects.filter(number="H-8").update(state=AssetState.SCRAPPED)
    make_asset(kind="host", name="旧机", number="H-9", ip="10.1.1.9")
    bring([HEAD, ["旧机", "依赖", "甲"]], kind=RELATIONS)
    assert Relation.objects.get().source.number == "H-9"


def test_assets_of_others_are_not_found(bring, assets, make_asset, make_party):
    make_asset(owner=make_party("另一家医院", "buyer"), kind="host", name="别家主机", number="H-8", ip="10.9.9.9")
    assert counts(bring([HEAD, ["甲", "依赖", "别家主机"]], kind=RELATIONS)) == (0, 0, 0, 1)
    supplier = make_party("乙方公司", "supplier")
    assert counts(bring([HEAD, ["甲", "依赖", "乙"]], kind=RELATIONS, maintainer=supplier)) == (0, 0, 0, 1)
    Asset.objects.filter(name__in="甲乙").update(maintainer=supplier)
    assert counts(bring([HEAD, ["甲", "依赖", "乙"]], kind=RELATIONS, maintainer=supplier)) == (1, 0, 0, 0)


def test_the_preview_fits_what_then_happens_and_stores_nothing(bring, assets, now):
    rows = [HEAD, ["甲", "属于", "乙"], ["乙", "属于", "甲"], ["丙", "属于", "甲"]]
    found = actions.preview_import(batch=bring(rows, kind=RELATIONS, until="columns"), now=now)
    assert (found.created, found.refused, Relation.objects.count()) == (2, 1, 0)
    assert found.rows[0].values == ("甲", "属于", "乙")
    assert counts(bring(rows, kind=RELATIONS)) == (2, 0, 0, 1)


def test_a_circle_over_two_chunks_and_what_others_relate_between_them(bring, assets, now, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 1)
    save = loading.RelationRows.save

    def saving(self, *arguments):
        save(self, *arguments)
        actions.relate(
            source=assets["丙"], target=assets["丁"], kind=RelationKind.PART_OF, actor=System("别人"), now=now
        )

    monkeypatch.setattr(loading.RelationRows, "save", saving)
    batch = bring([HEAD, ["甲", "属于", "乙"], ["丁", "属于", "丙"], ["乙", "属于", "甲"]], kind=RELATIONS)
    assert [number for number, *_ in reasons(batch)] == [3, 4]
