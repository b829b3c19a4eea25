"""Pages of contracts: who sees which, what they show, and how many queries they take."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from kangwei.base.audit import System
from kangwei.contracts import actions
from kangwei.contracts.models import Contract, Evidence
from kangwei.core.contracts import TABS
from tests.factories.contracts import load_small, small_contract_text

pytestmark = pytest.mark.django_db
SYSTEM = System("测试")


@pytest.fixture
def contract(now):
    return load_small(now)


@pytest.fixture
def frozen(time_machine, now):
    time_machine.move_to(now, tick=False)
    return now


@pytest.fixture
def manager(client_of, frozen):
    return client_of("buyer_manager")


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


class TestScope:
    """A supplier sees its own contracts; each refusal has its allowed twin."""

    PATHS = ("detail", "file")

    @pytest.fixture
    def own(self, contract, make_party, client_of, frozen):
        return client_of("project_manager", party=make_party("试验乙方公司", "supplier"))

    @pytest.fixture
    def other(self, contract, make_party, client_of, frozen):
        return client_of("project_manager", party=make_party("别家公司", "supplier"), username="other")

    @pytest.mark.parametrize("name", PATHS)
    def test_contract_pages(self, own, other, contract, name):
        address = reverse(f"contracts:{name}", args=[contract.code])
        assert other.get(address).status_code == 404
        assert own.get(address).status_code == 200

    def test_occurrence(self, own, other, contract):
        address = reverse("contracts:occurrence", args=[contract.occurrences.first().pk])
        assert other.get(address).status_code == 404
        assert own.get(address).status_code == 200

    def test_lists(self, own, other, contract):
        for name, word in (("list", contract.title), ("occurrence_list", "业务库甲")):
            address = reverse(f"contracts:{name}")
            assert word not in text_of(other.get(address))
            assert word in text_of(own.get(address))

    def test_documents(self, own, other, contract, now):
        row = contract.occurrences.filter(clause__key="duty:db-inspection").first()
        evidence = actions.upload_evidence(
            contract=contract, occurrence=row, deliverable="", file_name="单.txt", content=b"ok", note="",
            actor=SYSTEM, now=now,
        )  # fmt: skip
        for address in (
            reverse("contracts:document", args=[evidence.document_id]),
            reverse("contracts:document_file", args=[evidence.document_id, 1]),
        ):
            assert other.get(address).status_code == 404
            assert own.get(address).status_code == 200

    def test_a_buyer_sees_what_it_buys(self, contract, make_party, client_of, frozen):
        theirs = client_of("buyer_manager", party=make_party("试验甲方中心", "buyer"), username="theirs")
        strangers = client_of("buyer_manager", party=make_party("别的中心", "buyer"), username="strangers")
        address = reverse("contracts:detail", args=[contract.code])
        assert theirs.get(address).status_code == 200
        assert strangers.get(address).status_code == 404

    def test_a_supplier_learns_no_other_suppliers_name(self, own, other, manager, contract):
        for name in ("calendar", "occurrence_list"):
            address = reverse(f"contracts:{name}")
            assert "试验乙方公司" not in text_of(other.get(address))
            assert "试验乙方公司" in text_of(own.get(address)) and "试验乙方公司" in text_of(manager.get(address))

    def test_a_buyer_takes_no_contract_over_and_gives_none_away(self, contract, make_party, client_of, frozen):
        theirs = client_of("buyer_manager", party=make_party("试验甲方中心", "buyer"), username="theirs")
        strangers = client_of("buyer_manager", party=make_party("别的中心", "buyer"), username="strangers")
        taken = {"text": small_contract_text(buyer="别的中心"), "name": "a.yaml"}
        assert "已属于别的单位" in text_of(strangers.post(reverse("contracts:load"), taken))
        foisted = {"text": small_contract_text(id="new-1", buyer="试验甲方中心"), "name": "a.yaml"}
        assert "只能载入本单位" in text_of(strangers.post(reverse("contracts:load"), foisted))
        contract.refresh_from_db()
        assert contract.buyer.name == "试验甲方中心" and Contract.objects.count() == 1
        edited = {"text": small_contract_text(title="改名"), "name": "a.yaml"}
        assert theirs.post(reverse("contracts:load"), edited).status_code == 302

    def test_a_supplier_neither_waives_nor_loads(self, own, manager, contract):
        row = contract.occurrences.first()
        waive = reverse("contracts:waive", args=[row.pk])
        assert own.post(waive, {"reason": "x"}).status_code == 403
        assert own.get(reverse("contracts:load")).status_code == 403
        assert manager.post(waive, {"reason": "甲方停用"}).status_code == 302
        assert manager.get(reverse("contracts:load")).status_code == 200


def test_the_contract_page_shows_clauses_with_their_citations(manager, contract):
    page = text_of(manager.get(reverse("contracts:detail", args=[contract.code]), {"tab": "duties"}))
    assert "数据库月度巡检" in page and "每月1次" in page and "20-21" in page


def test_a_duty_shows_how_much_each_time_and_what_the_term_will_lack(manager, now):
    import yaml

    duties = yaml.safe_load(small_contract_text())["duties"]
    duties[0]["quantity"] = 8
    contract = load_small(now, duties=duties)
    page = text_of(manager.get(reverse("contracts:detail", args=[contract.code]), {"tab": "duties"}))
    assert "每次：8 个" in page
    assert "差 36" in page  # nothing done so far: at this pace none of the 36 will be


@pytest.mark.parametrize("tab", ["", *TABS, "nonsense"])
def test_every_tab_opens(manager, contract, tab):
    assert contract.title in text_of(manager.get(reverse("contracts:detail", args=[contract.code]), {"tab": tab}))


def test_a_tab_as_excel_has_a_sheet_a_section(manager, contract, tmp_path):
    answer = manager.get(reverse("contracts:detail", args=[contract.code]), {"tab": "acceptance", "export": "1"})
    file = tmp_path / "a.xlsx"
    file.write_bytes(answer.content)
    book = CalamineWorkbook.from_path(file)
    assert book.sheet_names == ["验收项", "验收步骤"]
    headers, first = book.get_sheet_by_name("验收项").to_python()[:2]
    assert (headers[0], headers[-1]) == ("验收文件", "出处")
    assert first[-1].startswith("small-2026.txt:")


def test_the_calendar_counts_by_day_and_links_to_the_list(manager, contract):
    page = manager.get(reverse("contracts:calendar"), {"month": "2026-11"})
    days = {day["date"].isoformat(): day for week in page.context["weeks"] for day in week}
    counts = days["2026-11-30"]["counts"]
    assert [(count["state"], count["count"]) for count in counts] == [("current", 3)]
    behind = manager.get(counts[0]["url"])
    assert len(behind.context["page_obj"].object_list) == 3


def test_make_up_days_and_holidays_are_named(manager, contract):
    page = manager.get(reverse("contracts:calendar"), {"month": "2026-10"})
    days = {day["date"].isoformat(): day for week in page.context["weeks"] for day in week}
    assert days["2026-10-01"]["note"] == "国庆节" and not days["2026-10-01"]["is_working"]
    assert days["2026-10-10"]["note"] == "国庆节调休上班" and days["2026-10-10"]["is_working"]


@pytest.mark.parametrize("month", ["2026-13", "9999-12", "0001-01", "x"])
def test_a_month_that_makes_no_sense_shows_this_month(manager, contract, month):
    assert "2026年11月" in text_of(manager.get(reverse("contracts:calendar"), {"month": month}))


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"standing": "current"}, 4),
        ({"standing": "overdue", "duty": "duty:service-report"}, 3),
        ({"q": "业务库乙"}, 12),
        ({"activity": "report"}, 4),
        ({"month": "2026-02"}, 3),
        ({"day": "2026-03-31"}, 4),
        ({"contract": "no-such"}, 0),
        ({"supplier": "x"}, 40),
        ({"supplier": "²"}, 40),
        ({"day": "9999-12-31"}, 40),
    ],
)
def test_filters_of_the_list(manager, contract, query, rows):
    page = manager.get(reverse("contracts:occurrence_list"), query)
    assert page.context["page_obj"].paginator.count == rows


def test_the_list_as_excel(manager, contract, tmp_path):
    response = manager.get(reverse("contracts:occurrence_list"), {"month": "2026-11", "export": "1"})
    file = tmp_path / "a.xlsx"
    file.write_bytes(response.content)
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + 3
    assert rows[1][2:5] == ["数据库月度巡检", "业务库甲", "2026年11月"]
    assert rows[1][5:8] == ["2026-11-01 00:00", "2026-11-30 23:59", "进行中"]


def test_a_list_too_long_for_one_file_is_not_cut_off_silently(manager, contract, monkeypatch):
    monkeypatch.setattr("kangwei.base.web.EXPORT_LIMIT", 39)
    response = manager.get(
        reverse("contracts:occurrence_list"), {"export": "1", "contract": contract.code}, follow=True
    )
    assert "超过 39 条" in text_of(response)
    assert response.request["QUERY_STRING"] == f"contract={contract.code}"
    month = {"export": "1", "month": "2026-11"}
    assert "spreadsheet" in manager.get(reverse("contracts:occurrence_list"), month)["Content-Type"]


def test_figures_of_the_contract_list(manager, contract, now):
    actions.waive_occurrence(
        occurrence=contract.occurrences.get(clause__key="duty:service-report", period="2026-Q1"), reason="停用",
        actor=SYSTEM, now=now,
    )  # fmt: skip
    row = manager.get(reverse("contracts:list")).context["page_obj"][0]
    owed_by_now = 3 * 10 + 3 - 1
    assert (row.owed, row.done, row.overdue) == (owed_by_now, 0, owed_by_now)
    assert f"{row.next_due:%Y-%m-%d %H:%M}" == "2026-11-30 15:59"


class TestQueryCounts:
    """A list takes the same number of queries however many rows it shows."""

    def more(self, now, n):
        for i in range(n):
            load_small(now, id=f"more-{i}", title=f"合同{i}")

    @pytest.mark.parametrize("contracts", [1, 3])
    def test_contracts(self, manager, now, django_assert_num_queries, contracts):
        self.more(now, contracts)
        with django_assert_num_queries(7):
            manager.get(reverse("contracts:list"))

    @pytest.mark.parametrize("contracts", [1, 3])
    def test_occurrences(self, manager, now, django_assert_num_queries, contracts):
        self.more(now, contracts)
        with django_assert_num_queries(9):
            manager.get(reverse("contracts:occurrence_list"))

    @pytest.mark.parametrize("contracts", [1, 3])
    def test_calendar(self, manager, now, django_assert_num_queries, contracts):
        self.more(now, contracts)
        with django_assert_num_queries(8):
            manager.get(reverse("contracts:calendar"))

    @pytest.mark.parametrize("contracts", [1, 3])
    def test_home(self, manager, now, django_assert_num_queries, contracts):
        self.more(now, contracts)
        with django_assert_num_queries(16):
            manager.get("/")


class TestUploading:
    def address(self, contract):
        row = contract.occurrences.get(clause__key="duty:service-report", period="2026-Q3")
        return reverse("contracts:occurrence", args=[row.pk]), row

    def test_a_file_becomes_evidence(self, manager, contract):
        address, row = self.address(contract)
        file = SimpleUploadedFile("三季度报告.txt", "内容".encode())
        response = manager.post(address, {"file": file, "deliverable": "季度运维服务报告", "note": ""}, follow=True)
        assert "已归档并登记为佐证" in text_of(response)
        row.refresh_from_db()
        assert row.state == "done"

    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("报告.txt", b"", "空"),
            ("报告.exe", b"MZ...", "不接受"),
            ("报告.pdf", b"\x89PNG\r\n\x1a\n....", "不符"),
            ("报告.docx", b"PK\x03\x04broken", "损坏"),
        ],
    )
    def test_a_bad_file_is_refused_with_the_reason_and_nothing_is_recorded(
        self, manager, contract, name, content, reason
    ):
        address, row = self.address(contract)
        file = SimpleUploadedFile(name, content)
        page = text_of(manager.post(address, {"file": file, "deliverable": "季度运维服务报告", "note": "留下的说明"}))
        assert reason in page and "留下的说明" in page
        assert not Evidence.objects.exists()
        assert row.state == "open"

    def test_a_file_over_the_limit_is_refused(self, manager, contract, settings):
        settings.UPLOAD_LIMIT = 1024 * 1024
        address, _ = self.address(contract)
        file = SimpleUploadedFile("大.txt", b"a" * (1024 * 1024 + 1))
        page = text_of(manager.post(address, {"file": file, "deliverable": "季度运维服务报告", "note": ""}))
        assert "超过 1 MB" in page

    def test_an_edited_document_becomes_the_next_version(self, manager, contract):
        address, row = self.address(contract)
        form = {"deliverable": "季度运维服务报告", "note": ""}
        manager.post(address, form | {"file": SimpleUploadedFile("报告.txt", "一".encode())})
        document = reverse("contracts:document", args=[row.evidence.get().document_id])
        same = manager.post(document, {"file": SimpleUploadedFile("报告.txt", "一".encode()), "note": "没改"})
        assert "完全相同" in text_of(same)
        manager.post(document, {"file": SimpleUploadedFile("报告.txt", "二".encode()), "note": "改了数字"})
        files = reverse("contracts:document_file", args=[row.evidence.get().document_id, 2])
        response = manager.get(files)
        assert response.content == "二".encode()
        assert "attachment" in response["Content-Disposition"]
        assert manager.get(files.replace("/v2/", "/v1/")).content == "一".encode()


class TestLoadingPage:
    def post(self, client, text, name="小型.yaml"):
        return client.post(reverse("contracts:load"), {"file": SimpleUploadedFile(name, text.encode())})

    def test_a_file_is_shown_first_and_loaded_when_confirmed(self, manager):
        page = self.post(manager, small_contract_text())
        assert "全期应履行项 40 项" in text_of(page)
        assert not Contract.objects.exists()
        confirm = page.context["confirm"].initial
        assert manager.post(reverse("contracts:load"), confirm).status_code == 302
        assert Contract.objects.get().occurrences.count() == 40

    def test_an_edited_file_shows_its_changes(self, manager, contract):
        page = text_of(self.post(manager, small_contract_text(title="新的名称")))
        assert "1 处条款有变化" in page and "新的名称" in page

    def test_faults_are_listed_by_line(self, manager):
        page = self.post(manager, small_contract_text(package=7, buyer=""))
        problems = page.context["problems"]
        assert len(problems) == 2 and all(problem.line > 1 for problem in problems)
        assert "没有载入任何内容" in text_of(page)

    def test_a_browser_sends_crlf_and_the_file_stays_the_same(self, manager, contract):
        text = small_contract_text().replace("\n", "\r\n")
        manager.post(reverse("contracts:load"), {"text": text, "name": "small.yaml"})
        assert contract.files.count() == 1

    def test_a_file_too_large_to_be_one(self, manager):
        assert "超过 1 MB" in text_of(self.post(manager, "#" * (1024 * 1024 + 1)))

    def test_a_file_that_is_no_text(self, manager):
        file = SimpleUploadedFile("a.yaml", b"\xff\xfe\x00")
        assert "UTF-8" in text_of(manager.post(reverse("contracts:load"), {"file": file}))


def test_the_supplier_is_named_on_the_page(manager, contract):
    manager.post(reverse("contracts:supplier", args=[contract.code]), {"supplier": "新乙方公司"})
    contract.refresh_from_db()
    assert (contract.supplier.name, contract.supplier.kind) == ("新乙方公司", "supplier")


def test_a_document_of_the_acceptance_list_that_no_duty_produces(manager, contract):
    address = reverse("contracts:contract_evidence", args=[contract.code])
    assert "系统运行维护手册" in text_of(manager.get(address))
    file = SimpleUploadedFile("手册.txt", "手册".encode())
    manager.post(address, {"file": file, "deliverable": "系统运行维护手册", "note": ""})
    assert Evidence.objects.get().deliverable == "系统运行维护手册"


def test_an_empty_system_says_what_to_do_next(manager):
    assert "还没有合同" in text_of(manager.get(reverse("contracts:list")))
    assert "还没有您可以看到的合同" in text_of(manager.get("/"))


def test_a_page_that_is_not_there(manager):
    assert manager.get("/contracts/no-such/").status_code == 404


def test_a_start_that_no_contract_has_is_refused(manager, contract):
    page = manager.post(reverse("contracts:start", args=[contract.code]), {"first_day": "9999-12-31"}, follow=True)
    assert "请填写合同起始日" in text_of(page)


def test_a_document_is_shown_by_the_evidence_that_stands(manager, contract, now):
    rows = contract.occurrences.filter(clause__key="duty:db-inspection", period="2026-11").order_by("target")
    first = actions.upload_evidence(
        contract=contract, occurrence=rows[0], deliverable="", file_name="单.txt", content=b"ok", note="",
        actor=SYSTEM, now=now,
    )  # fmt: skip
    second = actions.record_evidence(
        contract=contract, occurrence=rows[1], kind="document", reference="again", document_id=first.document_id,
        actor=SYSTEM, now=now,
    )  # fmt: skip
    actions.withdraw_evidence(evidence=first, reason="选错", actor=SYSTEM, now=now)
    page = manager.get(reverse("contracts:document", args=[first.document_id]))
    assert page.context["evidence"] == second
