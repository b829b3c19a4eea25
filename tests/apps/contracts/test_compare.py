"""Contracts side by side: what stands beside what, who sees it, and how many queries it takes."""

from copy import deepcopy

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from kangwei.contracts.comparing import documents as names
from kangwei.core.documents.groups import DocumentGroup, DocumentGroups, normalised
from tests.factories.contracts import SOURCE, load_small

pytestmark = pytest.mark.django_db
PAGES = ("compare", "compare_service_levels", "compare_duties", "compare_documents")
every_page = pytest.mark.parametrize("name", PAGES)

CALENDARS = {"working": "Mon-Fri 09:00-18:00"}
SEVERITIES = [
    {"name": "一般", "cite": f"{SOURCE}:13"},
    {"name": "重大", "cite": f"{SOURCE}:14"},
]
LEVELS = [
    {"clock": "response", "limit": "2h", "id": "slow", "when": {"period": "off"}, "cite": f"{SOURCE}:61"},
    {"clock": "response", "limit": "30m", "id": "quick", "when": {"period": "working"}, "cite": f"{SOURCE}:60"},
    {"clock": "arrival", "limit": "2wd", "id": "far", "when": {"kind": "incident", "place": "远郊"},
     "cite": f"{SOURCE}:62"},
    {"clock": "arrival", "limit": "4h", "id": "near", "when": {"kind": "incident", "place": "城区"},
     "cite": [f"{SOURCE}:62", f"{SOURCE}:64-65"]},
    {"clock": "arrival", "limit": "1h", "id": "grave", "counts_from": "responded",
     "when": {"kind": "incident", "severity": "重大", "place": "城区"}, "cite": f"{SOURCE}:63"},
    {"clock": "close", "limit": "24h", "id": "hotline", "when": {"kind": "complaint"}, "cite": f"{SOURCE}:66"},
]  # fmt: skip
DUTIES = [
    {"id": "yearly", "name": "年度演练", "activity": "drill", "group": "3. 应急", "produces": ["演练报告"],
     "cadence": {"times": 2, "per": "year"}, "cite": f"{SOURCE}:25"},
    {"id": "daily", "name": "每日备份", "activity": "backup", "group": "2. 备份", "cadence": {"every": "day"},
     "scope": ["归档日志"], "cite": f"{SOURCE}:20"},
    {"id": "weekly", "name": "周报编制", "activity": "report", "cadence": {"every": "week"}, "produces": ["项目周报"],
     "cite": f"{SOURCE}:21"},
    {"id": "fault", "name": "故障分析", "activity": "report", "cadence": {"on": "incident", "within": "2d"},
     "when": {"severity": "重大"}, "produces": ["故障分析报告"], "cite": f"{SOURCE}:22"},
]  # fmt: skip
DELIVERABLES = [
    {"name": "项目周报", "cite": f"{SOURCE}:30"},
    {"name": "故障分析报告", "aliases": ["分析报告"], "cite": f"{SOURCE}:31"},
    {"name": "演练报告", "cite": f"{SOURCE}:32"},
]
ACCEPTANCE = {
    "documents": [
        {"name": "《项目周报》", "of": "项目周报", "cite": f"{SOURCE}:40"},
        {"name": "故障处理情况", "of": "分析报告", "cite": f"{SOURCE}:41"},
        {"name": "验收申请", "cite": f"{SOURCE}:42"},
    ],
}
STAFF = [
    {"role": "项目经理", "count": 1, "cite": f"{SOURCE}:50"},
    {"role": "工程师", "count": 3, "cite": f"{SOURCE}:51"},
    {"role": "驻场团队", "kind": "team", "count": 2, "cite": f"{SOURCE}:52"},
]
OTHER = {
    "id": "other-2026", "title": "另一份合同", "calendars": CALENDARS, "severities": SEVERITIES,
    "service_levels": LEVELS, "duties": DUTIES, "deliverables": DELIVERABLES, "acceptance": ACCEPTANCE,
    "staffing": STAFF,
}  # fmt: skip
GROUP = DocumentGroup(name="运维周报", names=("项目周报",))
GROUPS = DocumentGroups((GROUP,), {normalised(name): GROUP for name in GROUP.all_names()})


@pytest.fixture
def two(db, now):
    """The small contract, and one with everything that can be compared."""
    return load_small(now), load_small(now, **OTHER)


@pytest.fixture
def manager(client_of, time_machine, now):
    time_machine.move_to(now, tick=False)
    return client_of("buyer_manager")


@pytest.fixture
def see(manager):
    """`see("compare_duties", q="备份")`: the page as a manager gets it."""

    def get(name: str, **query: str):
        response = manager.get(reverse(f"contracts:{name}"), query)
        assert response.status_code == 200
        return response

    return get


@pytest.fixture
def exported(manager, tmp_path):
    """`exported("compare_duties")`: the rows of the Excel file."""

    def rows(name: str, **query: str) -> list[list]:
        response = manager.get(reverse(f"contracts:{name}"), query | {"export": "1"})
        assert "spreadsheet" in response["Content-Type"]
        file = tmp_path / "a.xlsx"
        file.write_bytes(response.content)
        return CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()

    return rows


class TestAccess:
    @every_page
    def test_a_supplier_sees_its_own_contracts(self, two, make_party, client_of, name):
        own = client_of("project_manager", party=make_party("试验乙方公司", "supplier"))
        other = client_of("project_manager", party=make_party("别家公司", "supplier"), username="other")
        address = reverse(f"contracts:{name}")
        assert two[0].code in own.get(address).content.decode()
        assert two[0].code not in other.get(address).content.decode()
        for query in ({"export": "1"}, {"document": "演练报告"}):
            assert other.get(address, query).status_code == own.get(address, query).status_code == 200

    @every_page
    def test_an_export_holds_no_more_than_the_page(self, two, make_party, client_of, tmp_path, name):
        for party, rows in (("试验乙方公司", True), ("别家公司", False)):
            client = client_of("project_manager", party=make_party(party, "supplier"), username=f"p{rows}".lower())
            file = tmp_path / "a.xlsx"
            file.write_bytes(client.get(reverse(f"contracts:{name}"), {"export": "1"}).content)
            sheet = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
            assert (len(sheet) > 1) is rows

    @every_page
    def test_who_reads_no_contracts_compares_none(self, two, client_of, name):
        address = reverse(f"contracts:{name}")
        assert client_of("administrator").get(address).status_code == 403
        assert client_of("auditor").get(address).status_code == 200


class TestNothingYet:
    @every_page
    def test_the_page_says_what_to_do_next(self, see, make_party, client_of, name):
        page = see(name).content.decode()
        assert "还没有可以对照的合同" in page and reverse("contracts:load") in page
        supplier = client_of("project_manager", party=make_party("别家公司", "supplier"))
        theirs = supplier.get(reverse(f"contracts:{name}")).content.decode()
        assert "还没有您可以看到的合同" in theirs and reverse("contracts:load") not in theirs

    @every_page
    def test_a_search_without_result_offers_to_clear_it(self, two, see, name):
        page = see(name, q="没有这样的字").content.decode()
        assert "没有符合条件的记录" in page and "清除筛选" in page

    def test_a_contract_without_clauses_of_a_kind(self, see, now):
        load_small(now, duties=[], deliverables=[], acceptance={})
        assert "小型运维合同" in see("compare").content.decode()
        assert "小型运维合同" in see("compare_service_levels").content.decode()
        assert see("compare_documents").context["page_obj"].paginator.count == 0


def test_the_list_of_contracts_leads_here(manager):
    assert reverse("contracts:compare") in manager.get(reverse("contracts:list")).content.decode()


class TestServiceLevels:
    @pytest.fixture
    def cells(self, see, two):
        """`cells("到场", place="远郊")` of the second contract: what holds for all, then span → conditions."""

        def read(clock: str, **query: str):
            context = see("compare_service_levels", **query).context
            (row,) = [row for row in context["rows"] if row.contract == two[1]]
            cell = row.clocks[list(context["clocks"]).index(clock)]
            spans = {span: [" ".join(limit.conditions) for limit in limits] for span, limits in cell.spans}
            return " ".join(cell.common), spans

        return read

    def test_every_clock_has_its_column(self, see, two):
        context = see("compare_service_levels").context
        assert list(context["clocks"]) == ["响应", "到场", "恢复", "解决", "答复", "办结"]
        assert [row.contract.code for row in context["rows"]] == ["other-2026", "small-2026"]

    def test_the_tightest_stands_first_and_what_all_share_is_said_once(self, cells):
        _, spans = cells("到场")
        assert list(spans) == ["1小时", "4小时", "2个工作日"]
        common, spans = cells("到场", place="城区")
        assert common == "事件 城区"
        assert spans == {"1小时": ["重大 自响应起"], "4小时": [""]}

    def test_limits_of_one_span_stand_together(self, see, now):
        levels = [
            {"clock": "arrival", "limit": "2h", "id": key, "when": {"place": word}, "cite": f"{SOURCE}:60"}
            for key, word in (("near", "城区"), ("far", "近郊"))
        ]
        load_small(now, service_levels=levels)
        (row,) = see("compare_service_levels").context["rows"]
        ((span, limits),) = row.clocks[1].spans
        assert (span, [limit.conditions for limit in limits]) == ("2小时", [("城区",), ("近郊",)])

    def test_a_limit_alone_says_its_conditions_itself(self, cells):
        assert cells("办结") == ("", {"24小时": ["接诉即办"]})

    @pytest.mark.parametrize(
        ("query", "clock", "spans"),
        [
            ({"period": "working"}, "响应", ["30分钟"]),
            ({"period": "off"}, "响应", ["2小时"]),
            ({"period": "off"}, "到场", ["1小时", "4小时", "2个工作日"]),
            ({"place": "远郊"}, "到场", ["2个工作日"]),
            ({"severity": "一般"}, "到场", ["1小时", "4小时", "2个工作日"]),  # no level asks for it: not applied
            ({"severity": "重大", "place": "城区"}, "到场", ["1小时", "4小时"]),
            ({"kind": "complaint"}, "到场", []),
            ({"kind": "complaint"}, "响应", ["30分钟", "2小时"]),
            ({"kind": "nonsense"}, "办结", ["24小时"]),
        ],
    )
    def test_filters_leave_what_holds_for_such_a_ticket(self, cells, query, clock, spans):
        assert list(cells(clock, **query)[1]) == spans

    def test_what_can_be_filtered_by_is_what_levels_ask_for(self, see, two):
        options = {item["name"]: item["options"] for item in see("compare_service_levels").context["filters"]}
        assert options == {
            "period": [("working", "工作时间"), ("off", "非工作时间")],
            "severity": [("重大", "重大")],
            "place": [("远郊", "远郊"), ("城区", "城区")],
            "kind": [("incident", "事件"), ("complaint", "接诉即办")],
        }

    def test_the_search_finds_contracts_and_keeps_the_options(self, see, two):
        context = see("compare_service_levels", q="小型").context
        assert [row.contract.code for row in context["rows"]] == ["small-2026"]
        assert len(context["filters"][1]["options"]) == 1

    def test_a_limit_leads_to_the_contract_with_all_its_places(self, see, two):
        page = see("compare_service_levels").content.decode()
        assert f'href="{reverse("contracts:detail", args=["other-2026"])}?tab=service-levels"' in page
        assert f'title="采购文件 {SOURCE} 第 62、64-65 行">62 +1</a>' in page

    def test_as_excel_a_row_a_limit(self, exported, two):
        header, *rows = exported("compare_service_levels", place="城区", kind="incident")
        assert header[:4] == ["合同编号", "合同", "时钟", "时限"] and header[-1] == "出处"
        assert [row[2:4] for row in rows] == [
            ["响应", "30分钟"], ["响应", "2小时"], ["到场", "1小时，自响应起"], ["到场", "4小时"],
        ]  # fmt: skip
        last = dict(zip(header, rows[3], strict=True))
        assert (last["工单"], last["地域"], last["级别"]) == ("事件", "城区", "")
        assert last["出处"] == f"{SOURCE}:62; {SOURCE}:64-65"
        assert exported("compare_service_levels", q="小型") == [header]


class TestDuties:
    def titles(self, page) -> list[str]:
        return [row.clause.title for row in page.context["rows"]]

    def test_from_every_day_to_events(self, see, two):
        page = see("compare_duties")
        assert self.titles(page) == ["每日备份", "周报编制", "数据库月度巡检", "季度服务报告", "年度演练", "故障分析"]
        assert [row.cadence_class for row in page.context["rows"]] == [
            "每日", "每周", "每月", "每季度", "每年及服务期定额", "事件触发",
        ]  # fmt: skip
        assert page.context["rows"][-1].cadence == "每次事件后2天内（级别 重大）"

    def test_a_duty_leads_to_its_dates_and_one_for_events_to_its_contract(self, see, manager, two):
        urls = {row.clause.title: row.url for row in see("compare_duties").context["rows"]}
        assert manager.get(urls["数据库月度巡检"]).context["page_obj"].paginator.count == 36
        assert urls["故障分析"] == f"{reverse('contracts:detail', args=['other-2026'])}?tab=duties"

    def test_each_class_shows_how_many_and_filters(self, see, two):
        counts = {label: n for _, label, n in see("compare_duties").context["classes"]}
        assert len(counts) == 11
        assert {label for label, n in counts.items() if n} == {
            "每日", "每周", "每月", "每季度", "每年及服务期定额", "事件触发",
        }  # fmt: skip
        page = see("compare_duties", cadence="week")
        assert self.titles(page) == ["周报编制"]
        assert {label: n for _, label, n in page.context["classes"]} == counts  # the other classes stay in sight

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ({"contract": "small-2026"}, ["数据库月度巡检", "季度服务报告"]),
            ({"activity": "report"}, ["周报编制", "季度服务报告", "故障分析"]),
            ({"activity": "report", "contract": "other-2026", "cadence": "event"}, ["故障分析"]),
            ({"q": "周报"}, ["周报编制"]),
            ({"q": "归档日志"}, ["每日备份"]),
            ({"q": "3. 应急"}, ["年度演练"]),
            ({"q": "季度运维服务报告"}, ["季度服务报告"]),
            ({"contract": "no-such", "cadence": "x", "activity": "y"}, 6),
        ],
    )
    def test_filters(self, see, two, query, titles):
        found = self.titles(see("compare_duties", **query))
        assert found == titles if isinstance(titles, list) else len(found) == titles

    def test_a_contract_keeps_its_order_within_a_class(self, see, now):
        duties = [deepcopy(DUTIES[0]) | {"id": f"d{n}", "name": f"演练{n}", "produces": []} for n in (3, 1, 2)]
        load_small(now, duties=duties)
        assert self.titles(see("compare_duties")) == ["演练3", "演练1", "演练2"]

    def test_fifty_a_page(self, see, now):
        duties = [deepcopy(DUTIES[1]) | {"id": f"d{n}", "name": f"备份{n}"} for n in range(60)]
        load_small(now, duties=duties)
        page = see("compare_duties", page="2")
        assert len(page.context["rows"]) == 10 and page.context["page_obj"].paginator.count == 60

    def test_as_excel_with_every_field(self, exported, two):
        header, *rows = exported("compare_duties", contract="other-2026")
        assert header[:6] == ["频次类别", "合同编号", "合同", "服务项", "义务", "活动"] and header[-1] == "出处"
        assert [row[4] for row in rows] == ["每日备份", "周报编制", "年度演练", "故障分析"]
        assert rows[0][:7] == ["每日", "other-2026", "另一份合同", "2. 备份", "每日备份", "备份", "每日"]
        assert rows[0][-1] == f"{SOURCE}:20"


class TestDocuments:
    @pytest.fixture(autouse=True)
    def own_groups(self, monkeypatch):
        monkeypatch.setattr("kangwei.contracts.views.compare.bundled_groups", lambda: GROUPS)

    @pytest.fixture
    def third(self, two, now):
        """A contract that calls the weekly report by its own name, and shares the drill report."""
        deliverables = [{"name": "运维周报", "cite": f"{SOURCE}:30"}, {"name": "演练 报告", "cite": f"{SOURCE}:31"}]
        return load_small(now, id="third-2026", title="第三份合同", duties=[], deliverables=deliverables, acceptance={})

    @pytest.fixture
    def rows(self, see, third):
        return {row.title: row for row in see("compare_documents").context["rows"]}

    def test_names_of_one_document_stand_together(self, rows):
        row = rows["运维周报"]
        assert [(name.name, [contract.code for contract, _ in name.uses]) for name in row.names] == [
            ("运维周报", ["third-2026"]), ("项目周报", ["other-2026"]),
        ]  # fmt: skip
        assert (len(row.contracts), row.accepted, row.duties) == (2, 1, 1)

    def test_a_contracts_own_word_makes_one_document(self, rows):
        row = rows["故障分析报告"]
        assert [name.name for name in row.names] == ["故障分析报告", "分析报告", "故障处理情况"]
        assert (len(row.contracts), row.accepted, row.duties) == (1, 1, 1)

    def test_a_name_in_no_file_is_a_document_of_its_own(self, rows):
        row = rows["演练报告"]
        assert (len(row.names), len(row.contracts), row.accepted, row.duties) == (1, 2, 0, 1)
        assert rows["验收申请"].accepted == 1 and rows["验收申请"].duties == 0

    def test_the_name_of_a_group_shows_even_where_nobody_uses_it(self, see, two):
        row = next(row for row in see("compare_documents").context["rows"] if row.title == "运维周报")
        assert [(name.name, len(name.uses)) for name in row.names] == [("运维周报", 0), ("项目周报", 1)]

    def test_the_most_shared_stands_first(self, see, third):
        counts = [len(row.contracts) for row in see("compare_documents").context["rows"]]
        assert counts == sorted(counts, reverse=True)

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ({"show": "shared"}, {"运维周报", "演练报告"}),
            ({"show": "renamed"}, {"运维周报", "故障分析报告"}),
            ({"q": "项目周报"}, {"运维周报"}),
            ({"q": "处理情况"}, {"故障分析报告"}),
            ({"contract": "third-2026"}, {"运维周报", "演练报告"}),
            ({"contract": "small-2026", "show": "shared"}, set()),
        ],
    )
    def test_filters(self, see, third, query, titles):
        assert {row.title for row in see("compare_documents", **query).context["page_obj"]} == titles

    def test_the_number_of_duties_leads_to_these_duties(self, see, rows):
        page = see("compare_duties", document=rows["运维周报"].key)
        assert [row.clause.title for row in page.context["rows"]] == ["周报编制"]
        assert "产出「运维周报」的义务" in page.content.decode()
        assert see("compare_duties", document="没有").context["page_obj"].paginator.count == 0

    def test_a_name_leads_to_its_clause(self, see, third):
        page = see("compare_documents").content.decode()
        other = reverse("contracts:detail", args=["other-2026"])
        assert f"{other}?tab=deliverables" in page and f"{other}?tab=acceptance" in page

    def test_as_excel_a_row_a_name_and_place(self, exported, third):
        header, *rows = exported("compare_documents", q="周报")
        assert header == ["文档", "名称", "合同编号", "合同", "条款", "出处"]
        assert rows == [
            ["运维周报", "项目周报", "other-2026", "另一份合同", "成果物", f"{SOURCE}:30"],
            ["运维周报", "《项目周报》", "other-2026", "另一份合同", "验收项", f"{SOURCE}:40"],
            ["运维周报", "运维周报", "third-2026", "第三份合同", "成果物", f"{SOURCE}:30"],
        ]

    def test_a_duty_that_produces_one_document_under_two_names_counts_once(self, two):
        duty = two[1].clauses.get(key="duty:fault")
        duty.data["produces"] = ["故障分析报告", "分析报告"]
        found = names.uses(list(two[1].clauses.filter(section="deliverable")), GROUPS)
        assert names.producers([duty], names.produced(found)) == {"故障分析报告": [duty]}


class TestOverview:
    def test_figures_of_each_contract(self, see, two):
        context = see("compare").context
        figures = {
            row.contract.code: dict(zip(context["headers"], [item.number for item in row.figures], strict=True))
            for row in context["rows"]
        }
        assert figures["other-2026"] == {
            "系统": 0, "服务级别": 6, "义务": 4, "应履行项": two[1].occurrences.count(), "成果物": 3, "验收文件": 3,
            "人员": 4, "考核指标": 0,
        }  # fmt: skip
        assert figures["small-2026"]["应履行项"] == 40
        assert context["totals"] == [
            figures["other-2026"][header] + figures["small-2026"][header] for header in context["headers"]
        ]

    def test_a_clause_that_is_no_longer_in_force_does_not_count(self, see, two, now):
        load_small(now, **OTHER | {"service_levels": LEVELS[:2]})
        row = next(row for row in see("compare").context["rows"] if row.contract == two[1])
        assert row.figures[1].number == 2

    def test_each_number_leads_to_what_is_behind_it(self, see, two):
        page = see("compare").content.decode()
        base = reverse("contracts:detail", args=["other-2026"])
        for tab in ("service-levels", "duties", "deliverables", "acceptance", "staffing"):
            assert f'href="{base}?tab={tab}"' in page
        assert f'href="{reverse("contracts:occurrence_list")}?contract=other-2026"' in page
        assert f"{base}?tab=measures" not in page  # nothing behind a nought

    def test_as_excel(self, exported, two):
        header, *rows = exported("compare")
        assert header[:3] == ["合同编号", "合同", "系统"]
        assert [row[0] for row in rows] == ["other-2026", "small-2026"] and rows[1][5] == 40


class TestQueryCounts:
    """A page takes the same number of queries however many contracts there are."""

    @pytest.mark.parametrize(
        ("name", "query", "queries"),
        [
            ("compare", {}, 9),
            ("compare", {"q": "合同"}, 10),
            ("compare_service_levels", {}, 7),
            ("compare_duties", {}, 7),
            ("compare_duties", {"document": "运维周报"}, 8),
            ("compare_documents", {}, 8),
            ("compare_duties", {"export": "1"}, 6),
        ],
    )
    @pytest.mark.parametrize("contracts", [1, 4])
    def test_pages(self, manager, now, django_assert_num_queries, contracts, name, query, queries):
        for i in range(contracts):
            load_small(now, **OTHER | {"id": f"more-{i}", "title": f"合同{i}"})
        with django_assert_num_queries(queries):
            assert manager.get(reverse(f"contracts:{name}"), query).status_code == 200
