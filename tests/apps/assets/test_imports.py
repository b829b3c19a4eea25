"""Ledgers of assets brought in: what is new, changed, unchanged and refused, and why."""

from datetime import date

import pytest

from kangwei.assets import actions, queries, storage
from kangwei.assets.enums import AssetState, ImportState
from kangwei.assets.models import Asset, AssetEvent, ColumnMapping, ImportBatch
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry, Job
from kangwei.core.ledgers import read_table
from tests.core.ledgers.workbooks import changed, compound, xlsx

pytestmark = pytest.mark.django_db
CLERK = System("张文员")
HEAD = ["PDA名称", "序列号", "型号", "采血点", "使用人", "启用日期", "状态"]


def row(n, **changes):
    values = dict(zip(HEAD, [f"手持机{n}", f"SN{n}", "H50", "西单献血车", "李四", "2024-01-05", "在用"], strict=True))
    return [(values | changes)[name] for name in HEAD]


def counts(batch):
    return batch.created, batch.updated, batch.unchanged, batch.refused


def reasons(batch):
    """(row, heading, reason) of everything that was refused."""
    return [
        (refusal.number, heading, reason) for refusal in batch.refusals.all() for heading, _, reason in refusal.faults
    ]


class TestGoodRows:
    def test_new_rows_become_assets_with_numbers_of_the_kinds_series(self, bring, owner):
        batch = bring([HEAD, row(1), row(2)])
        assert (batch.state, counts(batch)) == (ImportState.DONE, (2, 0, 0, 0))
        asset = Asset.objects.get(serial_number="SN2")
        assert (asset.owner, asset.kind, asset.number, asset.name) == (owner, "pda", "PDA-000002", "手持机2")
        assert (asset.place, asset.custodian, asset.in_use_since) == ("西单献血车", "李四", date(2024, 1, 5))
        assert asset.attributes == {"model": "H50"}
        assert list(queries.search_assets(Asset.objects.all(), "pda-000002 h50 西单")) == [asset]

    def test_the_same_ledger_again_changes_nothing_and_leaves_no_event(self, bring):
        bring([HEAD, row(1), row(2)])
        batch = bring([HEAD, row(1), row(2)])
        assert counts(batch) == (0, 0, 2, 0)
        assert Asset.objects.count() == AssetEvent.objects.count() == 2

    def test_a_changed_ledger_updates_instead_of_doubling(self, bring):
        bring([HEAD, row(1), row(2)])
        batch = bring([HEAD, row(1), row(2, 使用人="王五", 启用日期="2024年2月1日"), row(3)])
        assert counts(batch) == (1, 1, 1, 0)
        asset = Asset.objects.get(serial_number="SN2")
        assert (asset.custodian, asset.in_use_since, asset.number) == ("王五", date(2024, 2, 1), "PDA-000002")
        event = asset.events.get(label="导入修改")
        assert event.changes == {"custodian": ["李四", "王五"], "in_use_since": ["2024-01-05", "2024-02-01"]}
        assert (event.by, event.action, event.note, event.batch) == ("张文员", "import", "台账.xlsx 第 3 行", batch)

    def test_each_new_asset_has_one_event_and_the_whole_import_one_entry_in_the_audit_trail(self, bring):
        batch = bring([HEAD, row(1), row(2), row(3, 序列号="")])
        assert list(batch.events.values_list("label", flat=True)) == ["导入登记", "导入登记"]
        entry = AuditEntry.objects.get(action="assets.import_ledger")
        assert (entry.actor, entry.subject_id) == ("张文员", str(batch.pk))
        told = {name: entry.data[name] for name in ("file", "rows", "created", "refused", "sha256")}
        assert told == {"file": "台账.xlsx", "rows": 3, "created": 2, "refused": 1, "sha256": batch.sha256}

    def test_a_number_of_the_clerks_own_is_kept_and_the_series_goes_around_it(self, bring):
        bring([["资产编号", *HEAD], ["", *row(1)], ["PDA-000001", *row(2)], ["", *row(3)]])
        numbers = dict(Asset.objects.values_list("serial_number", "number"))
        assert numbers == {"SN1": "PDA-000002", "SN2": "PDA-000001", "SN3": "PDA-000003"}

    def test_the_series_goes_around_numbers_that_are_taken_in_the_register(self, bring, make_asset):
        make_asset(kind="id-reader", name="识别器", serial_number="R1", number="PDA-000001")
        bring([HEAD, row(1), row(2)])
        assert sorted(Asset.objects.filter(kind="pda").values_list("number", flat=True)) == ["PDA-000002", "PDA-000003"]

    def test_another_match_key(self, bring, make_asset):
        asset = make_asset(name="手持机", number="固-1", serial_number="旧号")
        batch = bring([["资产编号", "名称", "序列号"], ["固-1", "手持机", "SN1"]], key=["number"])
        asset.refresh_from_db()
        assert (counts(batch), asset.serial_number) == ((0, 1, 0, 0), "SN1")

    def test_a_key_of_an_attribute(self, bring):
        head = ["主机名", "IP地址", "内存(GB)"]
        bring([head, ["主机一", "10.1.1.1", 16], ["主机二", "10.1.1.2", 16]], kind="host")
        batch = bring([head, ["主机一", "10.1.1.1", 32], ["主机二", "10.1.1.2", 16.0]], kind="host")
        assert counts(batch) == (0, 1, 1, 0)
        assert Asset.objects.get(name="主机一").attributes == {"ip": "10.1.1.1", "memory": "32"}

    def test_a_key_with_the_system_in_it(self, bring, make_asset):
        for name in ("血液系统", "献血系统"):
            make_asset(kind="system", name=name)
        head = ["所属系统", "账号", "姓名"]
        bring([head, ["血液系统", "zhang", "张三"], ["献血系统", "zhang", "张三"]], kind="account")
        batch = bring([head, ["血液系统", "zhang", "张三丰"], ["献血系统", "zhang", "张三"]], kind="account")
        assert counts(batch) == (0, 1, 1, 0)
        assert Asset.objects.get(kind="account", name="张三丰").system.name == "血液系统"

    def test_the_same_key_of_another_party_is_another_asset(self, bring, make_asset, make_party):
        make_asset(owner=make_party("另一家医院", "buyer"), name="PDA", serial_number="SN1")
        assert counts(bring([HEAD, row(1)])) == (1, 0, 0, 0)

    def test_systems_and_their_subsystems_in_one_ledger_in_any_order(self, bring):
        batch = bring([["系统名称", "上级系统"], ["采血子系统", "血液系统"], ["血液系统", ""]], kind="system")
        assert counts(batch) == (2, 0, 0, 0)
        assert Asset.objects.get(name="采血子系统").system.name == "血液系统"

    def test_the_date_of_expiry_follows(self, bring):
        bring([[*HEAD, "质保期"], [*row(1), "2027-03-01"]])
        assert Asset.objects.get().expires_on == date(2027, 3, 1)

    def test_a_practice_party_gets_practice_assets(self, bring, owner):
        owner.practice = True
        owner.save()
        bring([HEAD, row(1)])
        assert Asset.objects.get().practice


class TestEmptyCells:
    def test_an_empty_cell_leaves_the_field_as_it_is(self, bring):
        bring([HEAD, row(1)])
        batch = bring([HEAD, row(1, 使用人="", 型号="", 状态="", 启用日期="")])
        assert counts(batch) == (0, 0, 1, 0)

    def test_or_empties_it_where_that_was_chosen(self, bring):
        bring([HEAD, row(1)])
        batch = bring([HEAD, row(1, 使用人="", 型号="", 状态="", 启用日期="")], blanks_clear=True)
        asset = Asset.objects.get()
        assert counts(batch) == (0, 1, 0, 0)
        assert (asset.custodian, asset.attributes, asset.in_use_since) == ("", {}, None)
        assert (asset.state, asset.number) == (AssetState.IN_USE, "PDA-000001")

    def test_a_field_without_a_column_always_stays(self, bring):
        bring([HEAD, row(1)])
        bring([["名称", "序列号"], ["手持机1", "SN1"]], blanks_clear=True)
        assert Asset.objects.get().custodian == "李四"


class TestStates:
    @pytest.mark.parametrize("state", ["在用", "备用", "报废", "借出"])
    def test_states_that_a_ledger_may_bring(self, bring, state):
        bring([HEAD, row(1)])
        batch = bring([HEAD, row(1, 状态=state)])
        assert batch.refused == 0
        assert Asset.objects.get().get_state_display() == state

    def test_repair_has_its_own_action(self, bring):
        batch = bring([HEAD, row(1, 状态="维修")])
        assert reasons(batch) == [(2, "状态", "台账不能改为维修：送修有时限，请在资产页办理「送修」")]
        assert not Asset.objects.exists()

    def test_a_row_that_says_repair_of_an_asset_in_repair_is_fine(self, bring):
        bring([HEAD, row(1)])
        Asset.objects.update(state=AssetState.REPAIR)
        assert counts(bring([HEAD, row(1, 状态="维修", 使用人="王五")])) == (0, 1, 0, 0)

    def test_an_asset_in_repair_comes_back_by_its_own_action(self, bring):
        bring([HEAD, row(1)])
        Asset.objects.update(state=AssetState.REPAIR)
        batch = bring([HEAD, row(1, 使用人="王五")])
        assert reasons(batch) == [(2, "状态", "资产正在维修，请在资产页办理「修复返回」后再改状态")]
        assert Asset.objects.get().custodian == "李四"

    def test_what_is_scrapped_stays_so(self, bring):
        bring([HEAD, row(1, 状态="报废")])
        assert reasons(bring([HEAD, row(1)])) == [(2, "状态", "资产已报废，不能再改为在用")]
        assert counts(bring([HEAD, row(1, 状态="报废")])) == (0, 0, 1, 0)


class TestRefusedRows:
    def test_the_good_rows_come_in_and_the_others_do_not(self, bring):
        batch = bring([HEAD, row(1), row(2, 启用日期="2024年2月30日"), row(3), row(4, PDA名称="")])
        assert (counts(batch), batch.done, batch.rows) == ((2, 0, 0, 2), 4, 4)
        assert [(number, heading) for number, heading, _ in reasons(batch)] == [(3, "启用日期"), (5, "PDA名称")]
        assert sorted(Asset.objects.values_list("serial_number", flat=True)) == ["SN1", "SN3"]

    def test_an_eighteen_digit_number_that_excel_made_a_float(self, bring):
        batch = bring([HEAD, row(1, 序列号=860000000000000123.0), row(2, 序列号="860000000000000123")])
        assert counts(batch) == (1, 0, 0, 1)
        assert "Excel 已丢失末位" in reasons(batch)[0][2]
        assert Asset.objects.get().serial_number == "860000000000000123"

    def test_two_rows_with_the_same_key(self, bring):
        batch = bring([HEAD, row(1), row(2), row(1, 使用人="王五")])
        assert counts(batch) == (2, 0, 0, 1)
        assert reasons(batch) == [(4, "序列号", "与第 2 行的 序列号 相同")]
        assert Asset.objects.get(serial_number="SN1").custodian == "李四"

    def test_a_formula_that_went_wrong(self, bring):
        content = xlsx([HEAD, row(1), row(2)], formulas=[(2, 3, "=#REF!A1", "#REF!")])
        assert [line[:2] for line in reasons(bring(content))] == [(3, "采血点")]

    def test_an_unknown_system(self, bring, make_asset):
        make_asset(kind="system", name="血液系统")
        head = [*HEAD, "所属系统"]
        batch = bring([head, [*row(1), "血液系统"], [*row(2), "没有的系统"]])
        assert reasons(batch) == [(3, "所属系统", "没有名为「没有的系统」的系统，请先登记")]
        assert Asset.objects.get(serial_number="SN1").system.name == "血液系统"

    def test_a_key_that_two_assets_of_the_register_have(self, bring, make_asset):
        first, second = (make_asset(name="PDA", serial_number=f"X{n}") for n in (1, 2))
        Asset.objects.filter(kind="pda").update(serial_number="SN1")
        batch = bring([HEAD, row(1), row(2)])
        told = f"已登记的资产中有 2 项与此相同：{first.number}、{second.number}，请先改正它们"
        assert (counts(batch), reasons(batch)) == ((1, 0, 0, 1), [(2, "序列号", told)])

    def test_a_number_that_belongs_to_another_key(self, bring, make_asset):
        make_asset(name="护士站机", serial_number="SN9", number="固-9")
        batch = bring([["资产编号", *HEAD], ["固-9", *row(1)], ["固-9a", *row(2)]])
        told = "资产编号「固-9」已属于「护士站机」，而这一行的序列号不是它的"
        assert (counts(batch), reasons(batch)) == ((1, 0, 0, 1), [(2, "资产编号", told)])

    def test_a_number_of_another_kind(self, bring, make_asset):
        make_asset(kind="id-reader", name="识别器", serial_number="R1", number="固-9")
        assert counts(bring([["资产编号", *HEAD], ["固-9", *row(1)]])) == (0, 0, 0, 1)

    def test_an_attribute_that_stands_once_only(self, bring, make_asset):
        holder = make_asset(kind="host", name="主机九", ip="10.1.1.9", number="H-9")
        head = ["资产编号", "主机名", "IP地址"]
        batch = bring([head, ["H-1", "主机一", "10.1.1.9"], ["H-2", "主机二", "10.1.1.2"]], kind="host", key=["number"])
        assert counts(batch) == (1, 0, 0, 1)
        assert reasons(batch) == [(2, "IP地址", f"管理IP「10.1.1.9」已属于 {holder.number}")]

    def test_the_kinds_own_key_holds_where_another_one_was_chosen(self, bring, make_asset):
        make_asset(name="护士站机", serial_number="SN1", number="固-9")
        batch = bring([["资产编号", *HEAD], ["固-1", *row(1)]], key=["number"])
        assert reasons(batch) == [(2, "序列号", "序列号「SN1」已属于 固-9")]

    def test_addresses_may_move_on_within_one_ledger(self, bring):
        head = ["资产编号", "主机名", "IP地址"]
        bring([head, ["H-1", "主机一", "10.1.1.1"], ["H-2", "主机二", "10.1.1.2"]], kind="host", key=["number"])
        batch = bring([head, ["H-1", "主机一", "10.1.1.3"], ["H-2", "主机二", "10.1.1.1"]], kind="host", key=["number"])
        assert counts(batch) == (0, 2, 0, 0)

    def test_a_number_given_up_may_go_to_a_new_asset(self, bring):
        head = ["资产编号", "名称", "序列号"]
        bring([head, ["固-1", "手持机", "SN1"]])
        batch = bring([head, ["固-2", "手持机", "SN1"], ["固-1", "手持机", "SN2"]])
        assert counts(batch) == (1, 1, 0, 0)
        assert dict(Asset.objects.values_list("serial_number", "number")) == {"SN1": "固-2", "SN2": "固-1"}

    def test_a_system_is_no_part_of_itself(self, bring):
        bring([["系统名称", "版本"], ["血液系统", "1"]], kind="system")
        batch = bring([["系统名称", "上级系统"], ["血液系统", "血液系统"]], kind="system")
        assert reasons(batch) == [(2, "上级系统", "所属系统不能是它自身")]


class TestRowsThatWentBack:
    def test_they_come_as_a_workbook_that_can_be_corrected_and_brought_again(self, bring):
        ledger = [["列甲", "列乙", "启用"], ["手持机1", "SN1", "2024-01-05"], ["手持机2", "SN2", "长期"]]
        mapping = {"name": 0, "serial_number": 1, "in_use_since": 2}
        batch = bring(ledger, mapping=mapping)
        table = read_table(storage.refused_path(batch.pk).read_bytes(), "退回.xlsx")
        assert table.headers == ("原行号", "列甲", "列乙", "启用", "错误原因")
        assert [cells[:4] for _, cells in table.rows] == [[3, "手持机2", "SN2", "长期"]]
        corrected = [list(table.headers), [3, "手持机2", "SN2", "2024-01-06", ""]]
        # The columns of the first ledger are remembered for it, though nothing in its headings tells them.
        again = bring(corrected)
        assert (counts(again), Asset.objects.count()) == ((1, 0, 0, 0), 2)
        assert Asset.objects.get(serial_number="SN2").in_use_since == date(2024, 1, 6)

    def test_none_where_nothing_was_refused_and_the_ledger_is_gone(self, bring, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            batch = bring([HEAD, row(1)])
        assert not storage.refused_path(batch.pk).exists()
        assert not storage.ledger_path(batch.pk).exists()


class TestColumns:
    def test_are_remembered_for_the_next_ledger_with_the_same_headings(self, bring):
        ledger = [["列甲", "列乙"], ["手持机1", "SN1"]]
        bring(ledger, mapping={"name": 0, "serial_number": 1}, key=["serial_number"])
        batch = bring(ledger, until="upload")
        found = actions.suggest_columns(batch)
        assert (found.mapping, found.key, found.remembered) == (
            {"name": 0, "serial_number": 1}, ("serial_number",), True,
        )  # fmt: skip

    def test_are_guessed_for_other_headings_kinds_and_parties(self, bring, make_party):
        bring([["列甲", "列乙"], ["手持机1", "SN1"]], mapping={"name": 0, "serial_number": 1})
        others = [
            bring([["列甲", "列丙"], ["手持机1", "SN1"]], until="upload"),
            bring([["列甲", "列乙"], ["识别器", "SN1"]], kind="id-reader", until="upload"),
            bring([["列甲", "列乙"], ["手持机1", "SN1"]], owner=make_party("另一家医院", "buyer"), until="upload"),
        ]
        assert [actions.suggest_columns(batch).remembered for batch in others] == [False] * 3

    def test_are_remembered_only_when_the_ledger_is_confirmed(self, bring):
        bring([HEAD, row(1)], until="columns")
        assert not ColumnMapping.objects.exists()

    @pytest.mark.parametrize(
        ("mapping", "key", "reason"),
        [
            ({"serial_number": 1}, ["serial_number"], "名称"),
            ({"name": 0}, ["serial_number"], "序列号"),
            ({"name": 0, "serial_number": 1}, [], "请选择"),
            ({"name": 0, "serial_number": 9}, ["serial_number"], "没有这一列"),
            ({"name": 0, "serial_number": 1, "colour": 2}, ["serial_number"], "没有这些字段"),
        ],
    )
    def test_by_which_nothing_can_be_read_are_refused(self, bring, mapping, key, reason):
        batch = bring([HEAD, row(1)], until="upload")
        with pytest.raises(ActionError, match=reason):
            actions.map_columns(batch=batch, mapping=mapping, key=key, blanks_clear=False)
        actions.map_columns(
            batch=batch, mapping={"name": 0, "serial_number": 1}, key=["serial_number"], blanks_clear=False
        )

    def test_have_to_be_chosen_before_a_ledger_is_confirmed(self, bring, now):
        batch = bring([HEAD, row(1)], until="upload")
        with pytest.raises(ActionError):
            actions.confirm_import(batch=batch, actor=CLERK, now=now)
        batch.refresh_from_db()
        assert (batch.state, Job.objects.count()) == (ImportState.UPLOADED, 0)


class TestSheets:
    def test_the_first_visible_one_is_read_and_another_can_be_chosen(self, bring):
        batch = bring(xlsx([HEAD, row(1)], [HEAD, row(2), row(3)]), until="columns")
        assert (batch.sheet, batch.rows, batch.outline["sheets"]) == ("表1", 1, ["表1", "表2"])
        actions.choose_sheet(batch=batch, sheet="表2")
        assert (batch.sheet, batch.rows, batch.mapping) == ("表2", 2, {})

    def test_a_hidden_one_is_not_read_and_said_so(self, bring):
        batch = bring(xlsx([HEAD, row(1)], [HEAD, row(2)], hidden=[2]), until="upload")
        assert any("隐藏" in warning for warning in batch.warnings)
        with pytest.raises(ActionError):
            actions.choose_sheet(batch=batch, sheet="表2")


class TestUpload:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "空"),
            (b"PK\x03\x04 no zip", "损坏"),
            (xlsx([["只有表头", "两列"]]), "没有数据"),
            (xlsx([["序列号", "名称", "序列号"], ["SN1", "手持机", "SN2"]]), "序列号"),
            (changed(xlsx([HEAD, row(1)]), "xl/vbaProject.bin", lambda _: b"macro"), "宏"),
            (compound({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"x"}), "密码|加密|保护"),
        ],
        ids=["empty", "damaged", "no rows", "one heading twice", "macros", "password"],
    )
    def test_what_is_no_ledger_is_refused_and_not_kept(self, bring, content, reason):
        with pytest.raises(ActionError, match=reason) as refusal:
            bring(content)
        assert refusal.value.field == "file"
        assert not ImportBatch.objects.exists() and not list(storage.folder().iterdir())

    def test_too_many_rows_are_refused_and_as_many_as_may_be_are_taken(self, bring, monkeypatch):
        monkeypatch.setattr("kangwei.core.ledgers.reading.MAX_ROWS", 2)
        with pytest.raises(ActionError, match="共 3 行数据，一次最多导入 2 行"):
            bring([HEAD, row(1), row(2), row(3)])
        assert counts(bring([HEAD, row(1), row(2)])) == (2, 0, 0, 0)

    def test_merged_cells_are_named_and_only_their_first_row_has_the_value(self, bring):
        content = xlsx([HEAD, row(1), row(2, 采血点="")], merge=[(1, 3, 2, 3)])
        batch = bring(content)
        assert any("合并" in warning for warning in batch.warnings)
        assert dict(Asset.objects.values_list("serial_number", "place")) == {"SN1": "西单献血车", "SN2": ""}

    def test_an_unknown_kind(self, bring):
        with pytest.raises(ActionError, match="没有类别"):
            bring([HEAD, row(1)], kind="spaceship")

    def test_the_name_of_the_file_is_only_shown(self, bring):
        batch = bring([HEAD, row(1)], file_name="..\\..\\etc/台\x07账.xlsx", until="upload")
        assert batch.file_name == "台账.xlsx"
        assert [path.name for path in storage.folder().iterdir()] == [f"{batch.pk}.ledger"]

    def test_a_csv_in_gb18030(self, bring):
        text = "PDA名称,序列号,启用日期\r\n手持机㐀,SN1,2024年3月5日\r\n"
        bring(text.encode("gb18030"), file_name="台账.csv")
        asset = Asset.objects.get()
        assert (asset.name, asset.in_use_since) == ("手持机㐀", date(2024, 3, 5))


class TestSuppliers:
    @pytest.fixture
    def supplier(self, make_party):
        return make_party("乙方公司", "supplier")

    def test_what_a_supplier_brings_it_maintains(self, bring, supplier):
        bring([HEAD, row(1)], maintainer=supplier)
        assert Asset.objects.get().maintainer == supplier

    def test_what_others_maintain_is_refused_without_a_word_of_it(self, bring, make_asset, supplier):
        make_asset(name="秘密机", serial_number="SN1", number="固-1")
        batch = bring([["资产编号", *HEAD], ["", *row(1)], ["固-1", *row(2)], ["", *row(3)]], maintainer=supplier)
        assert counts(batch) == (1, 0, 0, 2)
        told = " ".join(reason for *_, reason in reasons(batch))
        assert "不由贵单位运维" in told and "其他资产" in told
        assert "秘密机" not in told
        assert Asset.objects.get(number="固-1").name == "秘密机"

    def test_its_own_it_may_change(self, bring, make_asset, supplier):
        asset = make_asset(name="手持机", serial_number="SN1")
        Asset.objects.update(maintainer=supplier)
        assert counts(bring([HEAD, row(1)], maintainer=supplier)) == (0, 1, 0, 0)
        asset.refresh_from_db()
        assert asset.name == "手持机1"

    def test_systems_of_others_it_cannot_name(self, bring, make_asset, supplier):
        make_asset(kind="system", name="别家的系统")
        batch = bring([[*HEAD, "所属系统"], [*row(1), "别家的系统"]], maintainer=supplier)
        assert counts(batch) == (0, 0, 0, 1)


class TestPreview:
    def test_says_what_would_happen_and_stores_nothing(self, bring, now):
        bring([HEAD, row(1), row(2)])
        batch = bring(
            [HEAD, row(1), row(2, 使用人="王五"), row(3), row(4, 启用日期="长期"), row(5, 状态="维修")], until="columns"
        )
        found = actions.preview_import(batch=batch, now=now)
        assert (found.created, found.updated, found.unchanged, found.refused, found.good) == (1, 1, 1, 2, 3)
        assert [(line.number, line.outcome, line.changes) for line in found.rows] == [
            (2, "unchanged", ()), (3, "updated", ("保管人",)), (4, "created", ()),
        ]  # fmt: skip
        assert found.rows[2].values == ("手持机3", "SN3", "H50", "西单献血车", "李四", "2024-01-05", "在用")
        assert [(number, fault.heading) for number, fault in found.faults] == [(5, "启用日期"), (6, "状态")]
        assert Asset.objects.count() == 2 and batch.state == ImportState.UPLOADED

    def test_of_the_refused_rows_as_a_workbook(self, bring, now):
        batch = bring([HEAD, row(1), row(4, 启用日期="长期"), row(5, 状态="维修")], until="columns")
        table = read_table(actions.preview_refused(batch=batch, now=now), "x.xlsx")
        assert [cells[0] for _, cells in table.rows] == [3, 4]

    def test_fits_what_then_happens(self, bring, now, make_asset):
        make_asset(name="PDA", serial_number="SN2", number="固-2")
        ledger = [
            ["资产编号", *HEAD], ["", *row(1)], ["固-2", *row(3)], ["固-3", *row(2)], ["固-2", *row(4)], ["", *row(4)],
        ]  # fmt: skip
        batch = bring(ledger, until="columns")
        found = actions.preview_import(batch=batch, now=now)
        actions.confirm_import(batch=batch, actor=CLERK, now=now)
        actions.run_import(batch_id=batch.pk, actor=CLERK, now=now)
        batch.refresh_from_db()
        assert (found.created, found.updated, found.unchanged, found.refused) == counts(batch)
