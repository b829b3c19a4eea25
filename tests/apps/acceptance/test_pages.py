"""The pages: what they show, whom they refuse, how many queries they cost."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from kangwei.acceptance import actions, forms, storage
from kangwei.base.audit import System

TESTER = System("测试")


@pytest.fixture(autouse=True)
def fixed_time(time_machine, now):
    time_machine.move_to(now, tick=False)


@pytest.fixture
def buyer(client_of):
    return client_of("buyer_manager")


@pytest.fixture
def package(contract, now, run_jobs, file_document):
    """A package that is ready, with one document."""
    file_document(contract, "项目合同")
    package = actions.request_package(contract=contract, actor=TESTER, now=now)
    run_jobs()
    package.refresh_from_db()
    return package


def status(client, url: str) -> int:
    """The answer's status; a streamed file is read to its end, which closes it."""
    response = client.get(url)
    if response.streaming:
        response.getvalue()
    return response.status_code


# ---- List ----


def test_the_list_shows_how_complete_each_contract_is(buyer, contract, package):
    page = buyer.get(reverse("acceptance:list")).content.decode()

    assert "小型运维合同" in page
    assert re.search(r"1\s*/\s*5", page)
    assert f"{reverse('acceptance:detail', args=[contract.code])}?show=missing" in page
    assert package.number in page


def test_the_list_can_be_searched_and_exported(buyer, make_contract):
    make_contract()
    make_contract(id="other-2026", title="机房运维")

    response = buyer.get(reverse("acceptance:list"), {"q": "机房", "export": "1"})

    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == ["other-2026"]
    assert rows[1][rows[0].index("缺")] == 34


def test_the_list_costs_the_same_for_one_and_for_three_contracts(buyer, make_contract, django_assert_num_queries):
    make_contract()
    with django_assert_num_queries(11):
        buyer.get(reverse("acceptance:list"))
    make_contract(id="second-2026")
    make_contract(id="third-2026")
    with django_assert_num_queries(11):
        buyer.get(reverse("acceptance:list"))


# ---- One contract ----


def test_the_contract_page_names_what_is_missing_and_links_what_is_there(buyer, contract, file_document):
    evidence = file_document(contract, "项目合同")

    page = buyer.get(reverse("acceptance:detail", args=[contract.code])).content.decode()

    assert "缺：数据库月度巡检 业务库甲 2026年1月；" in page
    assert reverse("contracts:document", args=[evidence.document_id]) in page
    assert (
        f"{reverse('contracts:contract_evidence', args=[contract.code])}?name=%E8%BF%90%E7%BB%B4%E6%89%8B%E5%86%8C"
        in page
    )
    assert "第 41 行" in page


@pytest.mark.parametrize(
    ("show", "names"),
    [
        ("missing", {"数据库月度巡检单", "培训方案", "培训签到表", "运维手册"}),
        ("complete", {"项目合同"}),
        ("on_demand", {"故障分析报告"}),
        ("late", set()),
        ("", {"项目合同", "数据库月度巡检单", "培训方案", "培训签到表", "故障分析报告", "运维手册"}),
    ],
)
def test_the_tabs_filter_the_items(buyer, contract, file_document, show, names):
    file_document(contract, "项目合同")

    response = buyer.get(reverse("acceptance:detail", args=[contract.code]), {"show": show})

    assert {row.line.item.name for _, _, rows in response.context["groups"] for row in rows} == names


def test_the_contract_page_costs_the_same_with_one_and_with_many_documents(
    buyer, contract, file_document, now, django_assert_num_queries
):
    url = reverse("acceptance:detail", args=[contract.code])
    file_document(contract, "项目合同")
    with django_assert_num_queries(12):
        buyer.get(url)
    for occurrence in contract.occurrences.filter(due_at__lte=now)[:20]:
        file_document(contract, occurrence.clause.data["produces"][0], occurrence)
    with django_assert_num_queries(12):
        buyer.get(url)


def test_an_engineer_may_not_make_a_package_and_sees_no_button(client_of, contract):
    page = client_of("engineer").get(reverse("acceptance:detail", args=[contract.code])).content.decode()

    assert reverse("acceptance:request_package", args=[contract.code]) not in page


# ---- One item ----


@pytest.mark.parametrize(("show", "rows"), [("missing", 28), ("late", 1), ("owed", 30), ("pending", 5), ("present", 3)])
def test_each_number_of_an_item_opens_the_list_behind_it(buyer, contract, file_document, occurrence_of, show, rows):
    for month in (3, 10, 11):
        occurrence = occurrence_of(contract, "db-inspection", f"2026年{month}月", "业务库甲")
        at = occurrence.due_at - timedelta(days=1) if month == 10 else None
        file_document(contract, "数据库巡检报告", occurrence, **({"at": at} if at else {}))

    response = buyer.get(reverse("acceptance:item", args=[contract.code, "02-01"]), {"show": show})

    figures = response.context["line"].figures
    assert getattr(figures, show) == rows
    assert response.context["page_obj"].paginator.count == rows


def test_a_missing_document_links_to_where_it_is_filed(buyer, contract, occurrence_of):
    scheduled = buyer.get(reverse("acceptance:item", args=[contract.code, "02-01"])).content.decode()
    once = buyer.get(reverse("acceptance:item", args=[contract.code, "03-01"])).content.decode()

    january = occurrence_of(contract, "db-inspection", "2026年1月", "业务库甲")
    assert reverse("contracts:occurrence", args=[january.pk]) in scheduled
    assert reverse("contracts:contract_evidence", args=[contract.code]) in once


def test_an_item_that_the_list_has_not_is_not_found(buyer, contract):
    assert buyer.get(reverse("acceptance:item", args=[contract.code, "09-01"])).status_code == 404


# ---- Index and packages ----


def test_the_index_of_today_can_be_saved_for_word_and_excel(buyer, contract):
    word = buyer.get(reverse("acceptance:index_docx", args=[contract.code]))
    excel = buyer.get(reverse("acceptance:index_xlsx", args=[contract.code]))

    assert word.content.startswith(b"PK")
    assert CalamineWorkbook.from_filelike(io.BytesIO(excel.content)).sheet_names == ["资料清单", "缺项"]


def test_a_package_is_requested_with_a_button_and_shows_its_progress(buyer, contract, run_jobs):
    packages = reverse("acceptance:packages", args=[contract.code])

    response = buyer.post(reverse("acceptance:request_package", args=[contract.code]), follow=True)
    assert "已开始生成验收包 YSB-202611-0001" in response.content.decode()
    assert "every 2s" in buyer.get(packages).content.decode()

    run_jobs()
    done = buyer.get(packages).content.decode()
    assert "every 2s" not in done
    assert reverse("acceptance:download", args=["YSB-202611-0001"]) in done


def test_a_second_request_is_refused_in_words(buyer, contract):
    url = reverse("acceptance:request_package", args=[contract.code])
    buyer.post(url)

    assert "正在生成" in buyer.post(url, follow=True).content.decode()


def test_a_package_is_downloaded_as_it_lies_on_disk(buyer, package):
    response = buyer.get(reverse("acceptance:download", args=[package.number]))

    assert response.getvalue() == storage.path_of(package.number).read_bytes()
    assert "attachment" in response["Content-Disposition"]


def test_a_package_whose_file_was_cut_is_not_handed_out(buyer, package):
    path = storage.path_of(package.number)
    path.write_bytes(path.read_bytes()[:-1])

    response = buyer.get(reverse("acceptance:download", args=[package.number]), follow=True)

    assert "文件缺失或已被改动" in response.content.decode()


# ---- Checking a package ----


def check(client, data: bytes) -> str:
    upload = SimpleUploadedFile("包.zip", data, "application/zip")
    return client.post(reverse("acceptance:verify"), {"file": upload}).content.decode()


def test_an_auditor_sees_that_a_package_is_whole_and_ours(client_of, package):
    page = check(client_of("auditor"), storage.path_of(package.number).read_bytes())

    assert "每一个字节都与生成时相同" in page
    assert package.number in page


def test_a_changed_byte_is_found_and_its_file_named(client_of, package):
    data = storage.path_of(package.number).read_bytes().replace("项目合同 ".encode(), "项目合同！".encode()[:13])

    page = check(client_of("auditor"), data)

    assert "这个包与生成时不同" in page
    assert "WD-202611-0001 项目合同.txt" in page


def test_a_whole_package_of_a_contract_one_may_not_see_is_not_called_ours(client_of, package, make_party):
    stranger = client_of("project_manager", party=make_party("别的公司", "supplier"))

    page = check(stranger, storage.path_of(package.number).read_bytes())

    assert "没有登记过这一个" in page
    assert package.number not in page


def test_what_is_no_package_is_said_to_be_none(client_of, db):
    assert "不是验收包" in check(client_of("auditor"), b"no zip at all")


def test_a_file_above_the_limit_is_refused(client_of, db, settings):
    settings.UPLOAD_LIMIT = 10

    assert "请用命令 kangwei verify" in check(client_of("auditor"), b"x" * (forms.verify_limit() + 1))


# ---- Who may ----


def party_of(role: str, make_party):
    return make_party("试验甲方中心", "buyer") if role != "auditor" else None


@pytest.mark.parametrize("role", ["auditor", "buyer_manager", "clerk", "engineer"])
def test_readers_may_open_every_page(client_of, package, make_party, role):
    client = client_of(role, party=party_of(role, make_party))

    for url in pages(package):
        assert status(client, url) == 200, url


@pytest.mark.parametrize("role", ["administrator", "security_officer"])
def test_officers_who_do_not_read_contracts_are_refused(client_of, package, role):
    client = client_of(role)

    for url in [*pages(package), reverse("acceptance:list"), reverse("acceptance:verify")]:
        assert status(client, url) == 403, url


def test_a_supplier_sees_its_own_contract(client_of, package, make_party):
    client = client_of("project_manager", party=make_party("试验乙方公司", "supplier"))

    for url in pages(package):
        assert status(client, url) == 200, url


def test_a_supplier_does_not_see_a_contract_of_another(client_of, package, make_party):
    client = client_of("project_manager", party=make_party("别的公司", "supplier"))

    for url in pages(package):
        assert status(client, url) == 404, url
    assert package.contract.title not in client.get(reverse("acceptance:list")).content.decode()


def pages(package) -> list[str]:
    code = package.contract.code
    return [
        reverse("acceptance:detail", args=[code]),
        reverse("acceptance:item", args=[code, "02-01"]),
        reverse("acceptance:index_docx", args=[code]),
        reverse("acceptance:index_xlsx", args=[code]),
        reverse("acceptance:packages", args=[code]),
        reverse("acceptance:download", args=[package.number]),
    ]


@pytest.mark.parametrize(
    ("role", "party", "status"),
    [
        ("project_manager", ("试验乙方公司", "supplier"), 302),
        ("clerk", ("试验乙方公司", "supplier"), 302),
        ("buyer_manager", ("试验甲方中心", "buyer"), 302),
        ("engineer", ("试验乙方公司", "supplier"), 403),
        ("auditor", ("平台", "operator"), 403),
        ("clerk", ("别的公司", "supplier"), 404),
    ],
)
def test_who_may_ask_for_a_package(client_of, contract, make_party, role, party, status):
    client = client_of(role, party=make_party(*party))

    assert client.post(reverse("acceptance:request_package", args=[contract.code])).status_code == status
    assert contract.packages.exists() == (status == 302)


def test_a_package_is_never_asked_for_by_opening_an_address(buyer, contract):
    assert buyer.get(reverse("acceptance:request_package", args=[contract.code])).status_code == 405
