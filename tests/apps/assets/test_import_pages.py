"""The pages by which a clerk brings a ledger in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kangwei.assets import queries, storage
from kangwei.assets.enums import RELATIONS, ImportState
from kangwei.assets.models import Asset, ImportBatch, Relation
from kangwei.base import jobs
from kangwei.base.models import Job
from kangwei.core.ledgers import guess_mapping, read_table
from tests.core.ledgers.workbooks import compound, xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_var")]
HEAD = ["PDA名称", "序列号", "采血点", "启用日期", "编外"]
ROWS = [
    ["手持机1", "SN1", "西单", "2024-01-05", "a"],
    ["手持机2", "SN2", "西单", "长期", "b"],
    ["手持机3", "SN3", "东单", "2024-01-05", "c"],
]
COLUMNS = {
    "column-0": "name", "column-1": "serial_number", "column-2": "place", "column-3": "in_use_since", "column-4": "",
    "key": ["serial_number"],
}  # fmt: skip


@pytest.fixture
def clerk(owner, client_of):
    """A clerk of the buyer."""
    return client_of("clerk", party=owner)


def upload(client, content=None, kind="pda", name="PDA台账.xlsx", **more):
    file = SimpleUploadedFile(name, xlsx([HEAD, *ROWS]) if content is None else content)
    return client.post(reverse("assets:import"), {"kind": kind, "file": file, **more})


def page(client, name, *arguments):
    return client.get(reverse(f"assets:{name}", args=arguments))


def work():
    """What the worker does."""
    for job in Job.objects.filter(state=Job.State.WAITING):
        jobs.run(job.pk, now=timezone.now())


def text(response):
    return response.content.decode()


class TestTheWholeWay:
    def test_from_the_upload_to_the_corrected_rows(self, clerk, owner, now):
        response = upload(clerk)
        batch = ImportBatch.objects.get()
        assert response["Location"] == reverse("assets:import_columns", args=[batch.pk])
        assert (batch.owner, batch.maintainer, batch.uploaded_by) == (owner, None, "测试人员（clerk）")

        shown = text(page(clerk, "import_columns", batch.pk))
        assert '<option value="serial_number" selected>序列号' in shown
        # What the first cells say, each once.
        assert "手持机1；手持机2；手持机3" in shown and "西单；东单" in shown

        response = clerk.post(reverse("assets:import_columns", args=[batch.pk]), COLUMNS)
        assert response["Location"] == reverse("assets:import_preview", args=[batch.pk])
        shown = text(clerk.get(response["Location"]))
        assert "导入 2 行" in shown and "不是日期" in shown and "手持机3" in shown
        assert not Asset.objects.exists()

        response = clerk.post(reverse("assets:import_confirm", args=[batch.pk]))
        assert response["Location"] == reverse("assets:import_detail", args=[batch.pk])
        assert "随即开始" in text(clerk.get(response["Location"]))
        work()

        shown = text(clerk.get(response["Location"]))
        assert "已导入" in shown and "下载退回的 1 行" in shown and "不是日期" in shown
        back = page(clerk, "import_refused", batch.pk)
        assert "PDA%E5%8F%B0%E8%B4%A6-%E9%80%80%E5%9B%9E%E7%9A%84%E8%A1%8C.xlsx" in back["Content-Disposition"]
        table = read_table(back.content, "x.xlsx")
        assert [cells[:3] for _, cells in table.rows] == [[3, "手持机2", "SN2"]]

        corrected = [list(table.headers), [3, "手持机2", "SN2", "西单", "2024-01-06", "b", ""]]
        upload(clerk, xlsx(corrected))
        again = ImportBatch.objects.first()
        shown = text(page(clerk, "import_columns", again.pk))
        assert "已按那一次对应好" in shown
        answers = {f"column-{place}": "" for place in range(7)} | {"key": ["serial_number"]}
        answers |= {"column-1": "name", "column-2": "serial_number", "column-3": "place", "column-4": "in_use_since"}
        clerk.post(reverse("assets:import_columns", args=[again.pk]), answers)
        clerk.post(reverse("assets:import_confirm", args=[again.pk]))
        work()
        assert sorted(Asset.objects.values_list("serial_number", flat=True)) == ["SN1", "SN2", "SN3"]

    def test_of_relations(self, clerk, make_asset, now):
        for n, name in enumerate("甲乙", 1):
            make_asset(kind="host", name=name, ip=f"10.1.1.{n}")
        upload(clerk, xlsx([["资产", "关系", "对象"], ["甲", "依赖", "乙"]]), kind=RELATIONS)
        batch = ImportBatch.objects.get()
        answers = {"column-0": "source", "column-1": "kind", "column-2": "target"}
        assert "空单元格" not in text(page(clerk, "import_columns", batch.pk))
        response = clerk.post(reverse("assets:import_columns", args=[batch.pk]), answers)
        assert "导入 1 行" in text(clerk.get(response["Location"]))
        clerk.post(reverse("assets:import_confirm", args=[batch.pk]))
        work()
        assert Relation.objects.count() == 1
        assert page(clerk, "import_detail", batch.pk).status_code == 200


class TestUpload:
    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (compound({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"x"}), "密码"),
            (b"\x89PNG\r\n\x1a\n" + bytes(100), "不是表格文件"),
        ],
    )
    def test_what_cannot_be_read_is_refused_at_the_file(self, clerk, content, told):
        response = upload(clerk, content)
        assert response.status_code == 422 and told in text(response)
        assert not ImportBatch.objects.exists()
        assert upload(clerk).status_code == 302

    def test_a_file_over_the_limit(self, clerk, settings):
        settings.UPLOAD_LIMIT = 100
        assert "超过" in text(upload(clerk))
        settings.UPLOAD_LIMIT = 100_000
        assert upload(clerk).status_code == 302

    def test_a_sheet_by_name(self, clerk):
        content = xlsx([HEAD, *ROWS], [HEAD, ROWS[0]])
        assert "没有名为「表9」的可见工作表" in text(upload(clerk, content, sheet="表9"))
        upload(clerk, content, sheet="表2")
        assert (ImportBatch.objects.get().sheet, ImportBatch.objects.get().rows) == ("表2", 1)

    def test_the_platform_says_for_whom(self, client_of, owner, make_party):
        other = make_party("另一家医院", "buyer")
        client = client_of("buyer_manager")
        assert upload(client).status_code == 422
        assert upload(client, owner=str(other.pk)).status_code == 302
        assert ImportBatch.objects.get().owner == other

    def test_a_suppliers_clerk_brings_what_the_supplier_maintains(self, client_of, make_party, make_asset):
        party = make_party("乙方公司", "supplier")
        client = client_of("clerk", party=party)
        assert "还没有可以登记资产的单位" in text(page(client, "import"))
        assert not ImportBatch.objects.exists()
        make_asset(name="PDA", serial_number="SN9")
        Asset.objects.update(maintainer=party)
        upload(client)
        assert ImportBatch.objects.get().maintainer == party

    def test_an_empty_ledger_of_a_kind_is_recognised_when_it_comes_back(self, clerk):
        for kind in queries.ledger_kinds().values():
            response = page(clerk, "import_blank", kind.id)
            filled = read_table(_with_row(response.content), "x.xlsx")
            assert guess_mapping(filled.headers, kind) == {field.id: n for n, field in enumerate(kind.fields)}
        assert page(clerk, "import_blank", "spaceship").status_code == 404

    def test_the_kind_of_the_page_one_comes_from_is_chosen(self, clerk):
        shown = text(clerk.get(reverse("assets:import") + "?kind=pda"))
        assert '<option value="pda" selected>' in shown and "空白的PDA手持终端台账" in shown


def _with_row(content):
    from io import BytesIO

    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    return xlsx([rows[0], ["x"] * len(rows[0])])


class TestColumns:
    @pytest.fixture
    def batch(self, clerk):
        upload(clerk)
        return ImportBatch.objects.get()

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"column-2": "name"}, "一个字段只能有一列"),
            ({"column-0": ""}, "还没有指定哪一列是：名称"),
            ({"key": []}, "请选择用哪些字段"),
            ({"key": ["number"]}, "还没有指定哪一列是：资产编号"),
            ({"column-0": "colour"}, "colour"),
        ],
    )
    def test_what_does_not_fit_is_said(self, clerk, batch, changes, told):
        address = reverse("assets:import_columns", args=[batch.pk])
        response = clerk.post(address, COLUMNS | changes)
        assert response.status_code == 422 and told in text(response)
        assert clerk.post(address, COLUMNS).status_code == 302

    def test_what_was_chosen_stands_there_when_one_comes_back(self, clerk, batch):
        address = reverse("assets:import_columns", args=[batch.pk])
        clerk.post(address, COLUMNS | {"column-4": "note", "blanks_clear": "on"})
        shown = text(clerk.get(address))
        assert '<option value="note" selected>' in shown and 'name="blanks_clear" class="form-check-input"' in shown
        assert "checked" in shown.partition('name="blanks_clear"')[2].partition(">")[0]

    def test_another_sheet(self, clerk):
        upload(clerk, xlsx([HEAD, *ROWS], [HEAD, ROWS[0]]))
        batch = ImportBatch.objects.first()
        clerk.post(reverse("assets:import_sheet", args=[batch.pk]), {"sheet": "表2"})
        batch.refresh_from_db()
        assert (batch.sheet, batch.rows) == ("表2", 1)
        response = clerk.post(reverse("assets:import_sheet", args=[batch.pk]), {"sheet": "表9"}, follow=True)
        assert "没有名为「表9」的可见工作表" in text(response)

    def test_without_columns_there_is_no_preview(self, clerk, batch):
        response = page(clerk, "import_preview", batch.pk)
        assert response["Location"] == reverse("assets:import_columns", args=[batch.pk])
        assert page(clerk, "import_preview_refused", batch.pk).status_code == 302

    def test_an_upload_can_be_given_up(self, clerk, batch, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            clerk.post(reverse("assets:import_discard", args=[batch.pk]))
        assert not ImportBatch.objects.exists() and not storage.ledger_path(batch.pk).exists()


class TestPreview:
    def test_of_a_ledger_without_a_good_row_offers_no_import(self, clerk):
        upload(clerk, xlsx([HEAD, ROWS[1]]))
        batch = ImportBatch.objects.get()
        clerk.post(reverse("assets:import_columns", args=[batch.pk]), COLUMNS)
        shown = text(page(clerk, "import_preview", batch.pk))
        assert "没有一行可以导入" in shown and reverse("assets:import_confirm", args=[batch.pk]) not in shown

    def test_gives_the_refused_rows_before_anything_is_brought_in(self, clerk):
        upload(clerk)
        batch = ImportBatch.objects.get()
        clerk.post(reverse("assets:import_columns", args=[batch.pk]), COLUMNS)
        table = read_table(page(clerk, "import_preview_refused", batch.pk).content, "x.xlsx")
        assert [cells[0] for _, cells in table.rows] == [3]

    def test_shows_what_a_cell_says_as_text(self, clerk):
        upload(clerk, xlsx([HEAD, ["<script>alert(1)</script>", "SN1", "=1+1", "2024-01-05", ""]]))
        batch = ImportBatch.objects.get()
        assert "<script>alert(1)" not in text(page(clerk, "import_columns", batch.pk))
        clerk.post(reverse("assets:import_columns", args=[batch.pk]), COLUMNS)
        shown = text(page(clerk, "import_preview", batch.pk))
        assert "&lt;script&gt;" in shown and "<script>alert(1)" not in shown


class TestProgress:
    def test_is_asked_for_until_the_import_has_ended(self, clerk, bring, now):
        batch = bring([HEAD, *ROWS], until="confirm")
        running = page(clerk, "import_progress", batch.pk)
        assert "HX-Refresh" not in running and "every 1s" in text(running)
        work()
        ended = page(clerk, "import_progress", batch.pk)
        assert ended["HX-Refresh"] == "true" and "every 1s" not in text(ended)

    def test_a_failed_import_says_why_and_what_was_done(self, clerk, bring, now):
        batch = bring([HEAD, *ROWS], until="confirm")
        storage.ledger_path(batch.pk).unlink()
        work()
        assert "没有导入完：上传的文件已不在或已被改动" in text(page(clerk, "import_detail", batch.pk))

    def test_after_the_confirmation_nothing_can_be_changed(self, clerk, bring):
        batch = bring([HEAD, *ROWS])
        for name in ("import_columns", "import_preview", "import_preview_refused"):
            assert page(clerk, name, batch.pk)["Location"] == reverse("assets:import_detail", args=[batch.pk])
        for name in ("import_confirm", "import_discard", "import_sheet"):
            clerk.post(reverse(f"assets:{name}", args=[batch.pk]))
        batch.refresh_from_db()
        assert (batch.state, Asset.objects.count()) == (ImportState.DONE, 2)

    def test_rows_that_went_back_long_ago_are_still_named(self, clerk, bring):
        batch = bring([HEAD, *ROWS])
        storage.refused_path(batch.pk).unlink()
        assert "不是日期" in text(page(clerk, "import_detail", batch.pk))
        assert "不再保留" in text(clerk.get(reverse("assets:import_refused", args=[batch.pk]), follow=True))


class TestHistory:
    def test_lists_filters_and_searches(self, clerk, bring):
        bring([HEAD, *ROWS], file_name="甲.xlsx")
        bring([["识别器名称", "序列号"], ["识别器", "R1"]], kind="id-reader", file_name="乙.xlsx", until="upload")
        address = reverse("assets:imports")
        everything = text(clerk.get(address))
        assert "甲.xlsx" in everything and "乙.xlsx" in everything and "身份证识别器" in everything
        for query, shown, hidden in [
            ("?kind=pda", "甲.xlsx", "乙.xlsx"), ("?state=uploaded", "乙.xlsx", "甲.xlsx"),
            ("?q=乙", "乙.xlsx", "甲.xlsx"),
        ]:  # fmt: skip
            found = text(clerk.get(address + query))
            assert shown in found and hidden not in found
        assert clerk.get(address + "?export=1")["Content-Type"].startswith("application/vnd.openxml")

    def test_costs_the_same_queries_however_many(self, clerk, bring):
        asked = []
        for _ in range(2):
            for _ in range(3):
                bring([HEAD, *ROWS], until="upload")
            with CaptureQueriesContext(connection) as queries_made:
                clerk.get(reverse("assets:imports"))
            asked.append(len(queries_made))
        assert asked[0] == asked[1] <= 8

    def test_says_what_to_do_first(self, clerk):
        assert "还没有导入过台账" in text(clerk.get(reverse("assets:imports")))


class TestAccess:
    @pytest.fixture
    def batch(self, bring):
        return bring([HEAD, *ROWS])

    READ = ("import_detail", "import_progress", "import_refused")
    WRITE = ("import_columns", "import_preview", "import_preview_refused")
    POST = ("import_confirm", "import_discard", "import_sheet")

    def test_who_only_reads_brings_nothing_in(self, client_of, owner, batch):
        reader = client_of("engineer", party=owner)
        for name in self.READ:
            assert page(reader, name, batch.pk).status_code == 200
        for name in self.WRITE:
            assert page(reader, name, batch.pk).status_code == 403
        for name in self.POST:
            assert reader.post(reverse(f"assets:{name}", args=[batch.pk])).status_code == 403
        assert upload(reader).status_code == 403
        assert ImportBatch.objects.count() == 1

    def test_and_the_clerk_does(self, clerk, batch):
        for name in (*self.READ, *self.WRITE):
            assert page(clerk, name, batch.pk).status_code in (200, 302)
        for name in self.POST:
            assert clerk.post(reverse(f"assets:{name}", args=[batch.pk])).status_code == 302
        assert upload(clerk).status_code == 302

    @pytest.mark.parametrize("kind", ["buyer", "supplier"])
    def test_other_parties_see_nothing_of_it(self, client_of, make_party, make_asset, batch, kind):
        party = make_party("别家", kind)
        make_asset(kind="host", name="主机", ip="10.1.1.1")
        # The supplier maintains something of this owner, so that it may register for it.
        Asset.objects.filter(kind="host").update(maintainer=party)
        stranger = client_of("clerk", party=party)
        for name in (*self.READ, *self.WRITE):
            assert page(stranger, name, batch.pk).status_code == 404
        for name in self.POST:
            assert stranger.post(reverse(f"assets:{name}", args=[batch.pk])).status_code == 404
        assert "PDA" not in text(stranger.get(reverse("assets:imports") + "?state=done")).partition("<tbody>")[2]
        assert upload(stranger, owner="1").status_code in (302, 422)

    def test_a_buyer_brings_nothing_into_anothers_register(self, client_of, make_party, owner):
        stranger = client_of("clerk", party=make_party("别家", "buyer"))
        upload(stranger, owner=str(owner.pk))
        assert ImportBatch.objects.get().owner.name == "别家"
