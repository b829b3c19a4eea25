"""Stock-takes: what is listed, counted by several people, closed and printed."""

from datetime import timedelta

import pytest
from django.db.models import Q

from kangwei.assets import actions, counting
from kangwei.assets.enums import AssetState, CountState
from kangwei.assets.models import Asset, AssetEvent, StockTake, StockTakeLine
from kangwei.base import audit
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.documents import queries as documents
from tests.apps.assets.at_once import at_once

pytestmark = pytest.mark.django_db
CLERK, OTHER = System("王芳"), System("李强")


@pytest.fixture
def pdas(make_asset):
    """Three handhelds: two in the store, one in the ward."""
    return [
        make_asset(name="PDA", serial_number="SN1", place="二层库房"),
        make_asset(name="PDA", serial_number="SN2", place="二层库房"),
        make_asset(name="PDA", serial_number="SN3", place="三层护士站"),
    ]


@pytest.fixture
def begin(owner, pdas, now):
    def make(kind="pda", place="", **changes) -> StockTake:
        return actions.open_stocktake(
            **{"owner": owner, "name": "年度盘点", "kind": kind, "place": place, "actor": CLERK, "now": now} | changes
        )

    return make


def count(stocktake, asset, now, actor=CLERK, **changes):
    return actions.count_asset(stocktake=stocktake, asset=asset, actor=actor, now=now, **changes)


def states(stocktake) -> list[str]:
    return list(stocktake.lines.values_list("state", flat=True))


class TestOpening:
    def test_every_asset_of_the_kind_is_listed_with_its_place(self, begin, make_asset):
        make_asset("printer", name="打印机", serial_number="P1", brand="某牌", model="M")
        found = begin()
        assert list(found.lines.values_list("asset__serial_number", "expected_place", "state")) == [
            ("SN1", "二层库房", "expected"), ("SN2", "二层库房", "expected"), ("SN3", "三层护士站", "expected"),
        ]  # fmt: skip
        entry = audit.latest("stocktake", str(found.pk))
        assert (entry.action, entry.data["lines"]) == ("assets.open_stocktake", 3)

    def test_scrapped_ones_are_not(self, begin, pdas, now):
        actions.scrap(asset=pdas[0], reason="老化", approved_by="赵", actor=CLERK, now=now)
        assert begin().lines.count() == 2

    def test_only_those_at_a_place(self, begin):
        assert begin(place="二层").lines.count() == 2

    def test_nothing_to_count_is_refused(self, begin):
        with pytest.raises(ActionError, match="存放地点含「地下室」的PDA手持终端一项也没有"):
            begin(place="地下室")
        with pytest.raises(ActionError, match="没有在册的主机"):
            begin(kind="host")
        assert not StockTake.objects.exists()

    def test_only_assets_in_the_scope_of_who_asks(self, begin, pdas):
        assert begin(scope=Q(pk=pdas[0].pk)).lines.count() == 1

    def test_thousands_are_listed_at_once(self, begin, owner, pdas, now, django_assert_max_num_queries):
        Asset.objects.bulk_create(
            Asset(owner=owner, kind="usb-key", number=f"KEY-{n:06d}", name="Key", created_at=now, updated_at=now)
            for n in range(2452)
        )
        with django_assert_max_num_queries(40):
            assert begin(kind="usb-key").lines.count() == 2452


class TestCounting:
    def test_an_asset_at_its_place_is_there(self, begin, pdas, now):
        stocktake = begin()
        line = count(stocktake, pdas[0], now)
        assert (line.state, line.place, line.at, line.by) == (CountState.FOUND, "", now, "王芳")
        assert count(stocktake, pdas[1], now, place="二层库房").state == CountState.FOUND

    def test_at_another_place_it_is_moved(self, begin, pdas, now):
        line = count(begin(), pdas[0], now, place="急诊", note="借用")
        assert (line.state, line.place, line.note) == (CountState.MOVED, "急诊", "借用")

    def test_one_outside_of_the_list_is_extra(self, begin, pdas, now):
        line = count(begin(place="二层"), pdas[2], now, place="二层库房")
        assert (line.state, line.expected_place, line.place) == (CountState.EXTRA, "三层护士站", "二层库房")

    def test_of_another_kind_or_party_it_is_refused(self, begin, make_asset, make_party, now):
        stocktake = begin()
        with pytest.raises(ActionError, match="不在这次PDA手持终端盘点之内"):
            count(stocktake, make_asset("host", name="主机一", hostname="h1", ip="10.0.0.1"), now)
        foreign = make_asset(owner=make_party("别的中心", "buyer"), name="PDA", serial_number="SN1")
        with pytest.raises(ActionError, match="不是试验血液中心的资产"):
            count(stocktake, foreign, now)
        assert states(stocktake) == ["expected"] * 3

    def test_two_who_scan_the_same_one_do_not_overwrite_each_other(self, begin, pdas, now):
        stocktake = begin()
        count(stocktake, pdas[0], now, place="急诊")
        with pytest.raises(ActionError, match="已由王芳于11-20 10:00盘为位置不符（急诊）"):
            count(stocktake, pdas[0], now + timedelta(minutes=1), OTHER)
        with pytest.raises(ActionError, match="已由王芳"):
            count(stocktake, pdas[0], now + timedelta(minutes=1), OTHER, seen=now - timedelta(minutes=5))
        line = stocktake.lines.get(asset=pdas[0])
        assert (line.state, line.by) == (CountState.MOVED, "王芳")

    def test_who_has_seen_the_result_may_correct_it(self, begin, pdas, now):
        stocktake = begin()
        seen = count(stocktake, pdas[0], now, place="急诊", note="借用").at
        line = count(stocktake, pdas[0], now + timedelta(minutes=1), OTHER, seen=seen)
        assert (line.state, line.place, line.note, line.by) == (CountState.FOUND, "", "借用", "李强")

    def test_an_extra_one_stays_extra_when_its_place_is_corrected(self, begin, pdas, now):
        stocktake = begin(place="二层")
        seen = count(stocktake, pdas[2], now).at
        line = count(stocktake, pdas[2], now + timedelta(minutes=1), seen=seen, place="一层")
        assert (line.state, line.place) == (CountState.EXTRA, "一层")

    def test_several_at_once_leave_alone_what_is_counted(self, begin, pdas, now):
        stocktake = begin()
        count(stocktake, pdas[0], now, OTHER, place="急诊")
        everything = list(stocktake.lines.values_list("pk", flat=True))
        assert actions.count_lines(stocktake=stocktake, lines=everything, actor=CLERK, now=now) == 2
        assert list(stocktake.lines.values_list("state", "by")) == [
            ("moved", "李强"), ("found", "王芳"), ("found", "王芳"),
        ]  # fmt: skip
        assert audit.latest("stocktake", str(stocktake.pk)).data["numbers"] == [pdas[1].number, pdas[2].number]

    def test_several_at_another_place(self, begin, now):
        stocktake = begin()
        everything = list(stocktake.lines.values_list("pk", flat=True))
        actions.count_lines(stocktake=stocktake, lines=everything, place="三层护士站", actor=CLERK, now=now)
        assert states(stocktake) == ["moved", "moved", "found"]

    def test_lines_of_another_stocktake_are_not_touched(self, begin, now):
        stocktake, other = begin(), begin(name="另一次")
        lines = list(other.lines.values_list("pk", flat=True))
        assert actions.count_lines(stocktake=stocktake, lines=lines, actor=CLERK, now=now) == 0
        assert states(other) == ["expected"] * 3

    def test_a_remark_leaves_the_result(self, begin, now):
        stocktake = begin()
        line = stocktake.lines.first()
        actions.annotate_count(line=line, note="屏幕碎裂", actor=CLERK, now=now)
        line.refresh_from_db()
        assert (line.state, line.note, line.at) == (CountState.EXPECTED, "屏幕碎裂", None)

    def test_a_result_is_taken_back(self, begin, pdas, now):
        stocktake = begin(place="二层")
        for asset in (pdas[0], pdas[2]):
            line = count(stocktake, asset, now)
            with pytest.raises(ActionError, match="已由王芳"):
                actions.withdraw_count(line=line, seen=None, actor=OTHER, now=now)
            actions.withdraw_count(line=line, seen=line.at, actor=OTHER, now=now)
        assert list(stocktake.lines.values_list("asset__serial_number", "state", "by")) == [
            ("SN1", "expected", ""), ("SN2", "expected", ""),
        ]  # fmt: skip
        with pytest.raises(ActionError, match="没有可撤回的"):
            actions.withdraw_count(line=line, seen=line.at, actor=OTHER, now=now)


class TestClosing:
    def close(self, stocktake, now, *, apply_places=False):
        return actions.close_stocktake(stocktake=stocktake, apply_places=apply_places, actor=OTHER, now=now)

    def test_what_nobody_found_is_missing(self, begin, pdas, now):
        stocktake = begin()
        count(stocktake, pdas[0], now)
        closed = self.close(stocktake, now)
        assert list(closed.lines.values_list("state", "by")) == [("found", "王芳"), ("missing", ""), ("missing", "")]
        assert (closed.closed_at, closed.closed_by) == (now, "李强")
        assert {asset.state for asset in Asset.objects.all()} == {AssetState.IN_USE}

    def test_afterwards_nothing_changes(self, begin, pdas, now):
        stocktake = begin()
        line = count(stocktake, pdas[0], now)
        closed = self.close(stocktake, now)
        lines = list(closed.lines.values_list("pk", flat=True))
        for change in (
            lambda: count(stocktake, pdas[1], now),
            lambda: actions.count_lines(stocktake=stocktake, lines=lines, actor=CLERK, now=now),
            lambda: actions.annotate_count(line=line, note="晚了", actor=CLERK, now=now),
            lambda: actions.withdraw_count(line=line, seen=line.at, actor=CLERK, now=now),
            lambda: self.close(stocktake, now),
            lambda: actions.drop_stocktake(stocktake=stocktake, actor=CLERK, now=now),
        ):
            with pytest.raises(ActionError, match="已由李强于11-20 10:00结束，不能再改"):
                change()

    def test_the_places_found_go_into_the_register_if_wanted(self, begin, pdas, now):
        stocktake = begin(place="二层")
        count(stocktake, pdas[0], now, place="急诊")
        count(stocktake, pdas[1], now)
        count(stocktake, pdas[2], now, place="二层库房")
        self.close(stocktake, now, apply_places=True)
        assert [asset.place for asset in Asset.objects.order_by("pk")] == ["急诊", "二层库房", "二层库房"]
        event = AssetEvent.objects.get(asset=pdas[0], action="move")
        assert (event.changes, event.note, event.by) == (
            {"place": ["二层库房", "急诊"]}, "盘点「年度盘点」", "李强"
        )  # fmt: skip
        assert not AssetEvent.objects.filter(asset=pdas[1], action="move").exists()

    def test_otherwise_the_register_stays(self, begin, pdas, now):
        stocktake = begin()
        count(stocktake, pdas[0], now, place="急诊")
        self.close(stocktake, now)
        pdas[0].refresh_from_db()
        assert pdas[0].place == "二层库房"
        assert not AssetEvent.objects.filter(action="move").exists()

    def test_the_sheet_is_archived_with_what_it_was_made_from(self, begin, pdas, now):
        stocktake = begin()
        count(stocktake, pdas[0], now, place="急诊")
        closed = self.close(stocktake, now, apply_places=True)
        document = documents.documents([closed.document_id])[0]
        version = documents.latest(document)
        assert (document.title, document.kind) == ("资产盘点表 年度盘点", "stock-take-sheet")
        assert version.file_name == f"资产盘点表-年度盘点-{document.number}.docx"
        assert documents.content(version)[:2] == b"PK"
        context = version.context["context"]
        assert context["number"] == document.number
        assert (context["expected"], context["counters"]) == (3, ["王芳"])
        assert context["totals"] == [["在位", 0], ["位置不符", 1], ["盘亏", 2], ["盘盈", 0]]
        first = context["lines"][0]
        assert (first["place"], first["found_place"], first["result"]) == ("二层库房", "急诊", "位置不符")

    def test_opened_by_mistake_it_goes_away(self, begin, now):
        stocktake = begin()
        actions.drop_stocktake(stocktake=stocktake, actor=CLERK, now=now)
        assert not StockTake.objects.exists() and not StockTakeLine.objects.exists()
        with pytest.raises(ActionError, match="已被删除"):
            actions.close_stocktake(stocktake=stocktake, apply_places=False, actor=CLERK, now=now)

    def test_but_not_with_a_result_or_a_remark(self, begin, pdas, now):
        counted, noted = begin(), begin(name="另一次")
        count(counted, pdas[0], now)
        actions.annotate_count(line=noted.lines.first(), note="屏幕碎裂", actor=CLERK, now=now)
        for stocktake in (counted, noted):
            with pytest.raises(ActionError, match="已有盘点结果，不能删除"):
                actions.drop_stocktake(stocktake=stocktake, actor=CLERK, now=now)
        assert StockTake.objects.count() == 2


class TestScanned:
    @pytest.mark.parametrize(
        "code",
        ["SN2", " sn2 ", "ＳＮ２", "sn2\u200b", "PDA-000002", "pda-000002", "https://10.1.2.3:8000/assets/scan/{pk}/"],
    )
    def test_number_serial_number_or_label(self, pdas, code):
        tidied = counting.tidied(code.format(pk=pdas[1].pk))
        assert counting.scanned(Asset.objects.all(), tidied) == [pdas[1]]

    @pytest.mark.parametrize("code", ["", "SN", "SN22", "https://10.1.2.3/assets/scan/999/", "%", "SN_"])
    def test_nothing_else(self, pdas, code):
        assert counting.scanned(Asset.objects.all(), counting.tidied(code)) == []

    def test_a_serial_number_of_two_kinds_means_the_one_that_is_counted(self, pdas, make_asset):
        other = make_asset("printer", name="打印机", serial_number="SN1", brand="某牌", model="M")
        assert set(counting.scanned(Asset.objects.all(), "SN1")) == {pdas[0], other}
        assert counting.scanned(Asset.objects.all(), "SN1", kind="pda") == [pdas[0]]

    def test_a_number_goes_before_a_serial_number(self, pdas, make_asset):
        make_asset(name="PDA", serial_number=pdas[0].number)
        assert counting.scanned(Asset.objects.all(), pdas[0].number) == [pdas[0]]


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_no_mark_is_lost_and_none_counts_twice(self, begin, make_asset, now):
        assets = [make_asset(name="PDA", serial_number=f"X{n}") for n in range(6)]
        stocktake = begin()
        refused = at_once(lambda asset: count(stocktake, asset, now), assets + assets)
        assert len(refused) == len(assets)
        assert stocktake.lines.filter(state=CountState.FOUND).count() == len(assets)
        assert audit.verify()[1] is None

    def test_nothing_is_counted_behind_the_close(self, begin, make_asset, now):
        assets = [make_asset(name="PDA", serial_number=f"X{n}") for n in range(5)]
        stocktake = begin()
        close = "close"

        def work(asset):
            if asset is close:
                actions.close_stocktake(stocktake=stocktake, apply_places=False, actor=OTHER, now=now)
            else:
                count(stocktake, asset, now)

        refused = at_once(work, [*assets, close])
        closed = StockTake.objects.get()
        context = documents.latest(documents.documents([closed.document_id])[0]).context["context"]
        assert [line["result"] for line in context["lines"]] == [
            line.get_state_display() for line in closed.lines.order_by("asset__number")
        ]
        assert closed.lines.filter(state=CountState.FOUND).count() == len(assets) - len(refused)
