"""The pages: who may see and do what, filters, exports, and what a list costs."""

import io

import pytest
import time_machine
from django.urls import reverse
from python_calamine import CalamineWorkbook

from kangwei.inspections import actions
from kangwei.inspections.models import Finding, Run, Target
from tests.apps.inspections.conftest import ADDRESS, TESTER
from tests.factories.contracts import DATABASES, load_small
from tests.fakes.inspections import FakeHttp


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def finished(make_target, request_run, perform):
    """A run that found something."""
    return perform(request_run(make_target()), FakeHttp(response_ms=12_000))


def url(name: str, *args) -> str:
    return reverse(f"inspections:{name}", args=args)


def target_form(**changes) -> dict[str, str]:
    return {
        "coverage": "db-inspection|业务库甲", "name": "业务库甲", "template": "http-service", "address": ADDRESS,
        "options.expect_text": "登录", "secret": "",
    } | changes  # fmt: skip


class TestWhoSeesWhat:
    @pytest.mark.parametrize("name", ["run_detail", "run_results", "run_sheet"])
    def test_a_run_is_for_the_parties_of_its_contract(self, engineer, stranger, manager, finished, name):
        assert engineer.get(url(name, finished.pk)).status_code == 200
        assert manager.get(url(name, finished.pk)).status_code == 200
        assert stranger.get(url(name, finished.pk)).status_code == 404

    @pytest.mark.parametrize("name", ["run_list", "target_list", "finding_list"])
    def test_lists_hold_what_the_person_may_see(self, engineer, stranger, finished, name):
        assert "小型运维合同" in engineer.get(url(name)).content.decode()
        assert "小型运维合同" not in stranger.get(url(name)).content.decode()

    def test_coverage_of_a_contract_is_for_its_parties(self, engineer, stranger, contract):
        address = f"{url('target_list')}?contract={contract.code}"
        assert engineer.get(address).status_code == 200
        assert stranger.get(address).status_code == 404

    def test_a_target_is_for_the_parties_of_its_contract(self, engineer, stranger, make_target):
        address = url("edit_target", make_target().pk)
        assert engineer.get(address).status_code == 200
        assert stranger.get(address).status_code == 404


class TestWhoDoesWhat:
    def test_inspecting(self, engineer, stranger, client_of, make_target):
        target = make_target()
        supervisor = client_of("buyer_manager", "clerk", username="b"), client_of("clerk", username="c")
        assert stranger.post(url("request_run", target.pk)).status_code == 404
        assert supervisor[1].post(url("request_run", target.pk)).status_code == 403
        assert not Run.objects.exists()
        response = engineer.post(url("request_run", target.pk))
        assert response.url == url("run_detail", Run.objects.get().pk)

    def test_inspecting_everything(self, engineer, stranger, contract, make_target):
        for slot in DATABASES:
            make_target(slot)
        assert stranger.post(url("run_all", contract.code)).status_code == 404
        assert not Run.objects.exists()
        assert engineer.post(url("run_all", contract.code)).status_code == 302
        assert {run.target.slot for run in Run.objects.all()} == set(DATABASES)

    def test_inspecting_only_what_is_owed(self, engineer, contract, finished, make_target):
        other = make_target("业务库乙")
        engineer.post(url("run_all", contract.code), {"owed": "1"})
        assert Run.objects.exclude(pk=finished.pk).get().target == other

    def test_adding_a_target(self, project_manager, engineer, stranger, contract):
        address = f"{url('new_target')}?contract={contract.code}"
        assert engineer.post(address, target_form()).status_code == 403
        assert stranger.post(address, target_form()).status_code == 404
        assert not Target.objects.exists()
        assert project_manager.post(address, target_form()).status_code == 302
        target = Target.objects.get()
        assert (target.slot, target.address, target.options) == ("业务库甲", ADDRESS, {"expect_text": "登录"})

    def test_changing_a_target(self, project_manager, engineer, make_target):
        target = make_target()
        response = engineer.post(url("edit_target", target.pk), target_form(name="工程师改"))
        assert response.status_code == 403
        target.refresh_from_db()
        assert target.name == "业务库甲"
        project_manager.post(url("edit_target", target.pk), target_form(name="经理改"))
        target.refresh_from_db()
        assert target.name == "经理改"

    def test_a_target_on_this_server(self, project_manager, manager, contract):
        address, local = f"{url('new_target')}?contract={contract.code}", {"template": "host-local", "address": ""}
        response = project_manager.post(address, target_form(address="http://127.0.0.1/"))
        assert "乙方人员不能登记" in response.content.decode()
        assert set(project_manager.post(address, target_form(**local)).context["form"].errors) == {"template"}
        assert not Target.objects.exists()
        assert manager.post(address, target_form(**local)).status_code == 302

    def test_taking_a_target_out_of_use_and_back(self, project_manager, engineer, make_target):
        target = make_target()
        assert engineer.post(url("deactivate_target", target.pk)).status_code == 403
        project_manager.post(url("deactivate_target", target.pk))
        target.refresh_from_db()
        assert not target.active
        project_manager.post(url("reactivate_target", target.pk))
        target.refresh_from_db()
        assert target.active

    def test_resolving_a_finding(self, engineer, stranger, finished):
        finding = Finding.objects.get()
        address, form = url("resolve_finding", finding.pk), {"note": "已扩容", "next": "https://evil.example/"}
        assert stranger.post(address, form).status_code == 404
        assert engineer.post(address, form).url == url("finding_list")
        finding.refresh_from_db()
        assert (finding.state, finding.note) == ("resolved", "已扩容")

    def test_making_up_what_was_missed(self, engineer, stranger, contract, make_target, now):
        target = make_target()
        october = contract.occurrences.get(target="业务库甲", period="2026-10")
        page = engineer.get(url("edit_target", target.pk)).content.decode()
        assert "欠做的期次" in page
        engineer.post(url("request_run", target.pk), {"occurrence": october.pk})
        assert Run.objects.get().occurrence == october

    def test_an_occurrence_of_a_contract_not_seen_is_not_found(self, engineer, make_target, now):
        foreign = load_small(now, id="other-2026", buyer="别的甲方", supplier="别家公司").occurrences.first()
        response = engineer.post(url("request_run", make_target().pk), {"occurrence": foreign.pk})
        assert response.status_code == 404


class TestTargetForm:
    def test_faults_stand_at_their_fields(self, project_manager, contract):
        address = f"{url('new_target')}?contract={contract.code}"
        form = project_manager.post(address, target_form(address="nonsense", name="")).context["form"]
        assert set(form.errors) == {"name"}
        form = project_manager.post(address, target_form(address="nonsense")).context["form"]
        assert form.errors == {"address": ["应为 http:// 或 https:// 开头的完整网址"]}

    def test_the_secret_is_never_shown_again(self, project_manager, make_target):
        target = make_target(secret="opensesame")
        page = project_manager.get(url("edit_target", target.pk)).content.decode()
        assert "已存有口令" in page
        assert "opensesame" not in page
        assert target.secret not in page
        project_manager.post(url("edit_target", target.pk), target_form())
        target.refresh_from_db()
        assert target.secret
        project_manager.post(url("edit_target", target.pk), target_form(forget_secret="on"))
        target.refresh_from_db()
        assert target.secret == ""

    def test_another_template_brings_its_own_options(self, project_manager, contract):
        address = f"{url('new_target')}?contract={contract.code}&template="
        assert "备份文件路径" in project_manager.get(f"{address}postgresql-monthly").content.decode()
        assert "页面应含的文字" in project_manager.get(f"{address}http-service").content.decode()


class TestRunPage:
    def test_shows_values_findings_and_clause(self, engineer, finished):
        page = engineer.get(url("run_detail", finished.pk)).content.decode()
        for text in ("12000", "响应时间：12000毫秒", "数据库月度巡检 · 2026年11月", "20-21", "已登记"):
            assert text in page
        assert "hx-trigger" not in page

    def test_updates_itself_while_under_way(self, engineer, make_target, request_run, perform):
        run = request_run(make_target())
        page = engineer.get(url("run_detail", run.pk)).content.decode()
        assert f'hx-get="{url("run_results", run.pk)}" hx-trigger="every 2s"' in page
        assert "HX-Refresh" not in engineer.get(url("run_results", run.pk)).headers
        perform(run, FakeHttp())
        assert engineer.get(url("run_results", run.pk)).headers["HX-Refresh"] == "true"

    def test_the_sheet_is_a_word_file(self, engineer, finished, make_target, request_run, perform):
        response = engineer.get(url("run_sheet", finished.pk))
        assert response.content[:2] == b"PK"
        assert f"{finished.number}.docx" in response.headers["Content-Disposition"]
        failed = perform(request_run(make_target("业务库乙")), FakeHttp(failure="连接超时"))
        assert engineer.get(url("run_sheet", failed.pk)).status_code == 404

    def test_a_supervisor_reads_and_gets_no_button(self, client_of, make_party, finished):
        page = client_of("supervisor", party=make_party("某监理", "supervisor")).get(url("run_detail", finished.pk))
        assert "再巡检一次" not in page.content.decode()
        assert "处理</summary>" not in page.content.decode()


class TestLists:
    @pytest.fixture
    def three(self, make_target, request_run, perform):
        """A normal, a critical and a waiting run."""
        normal = perform(request_run(make_target("业务库甲")), FakeHttp())
        critical = perform(request_run(make_target("业务库乙")), FakeHttp(response_ms=12_000))
        return normal, critical, request_run(make_target("业务库丙"))

    @pytest.mark.parametrize(
        "query, shown",
        [
            ("", {0, 1, 2}),
            ("?verdict=critical", {1}),
            ("?state=queued", {2}),
            ("?q=业务库甲", {0}),
            ("?q=XJ-202611-0003", {2}),
            ("?month=2026-11", {0, 1, 2}),
            ("?month=2026-10", set()),
            ("?contract=small-2026", {0, 1, 2}),
            ("?contract=other", set()),
            ("?month=9999-12", {0, 1, 2}),
            ("?month=nonsense&state=nonsense&target=x", {0, 1, 2}),
        ],
    )
    def test_runs_are_filtered(self, engineer, three, query, shown):
        page = engineer.get(url("run_list") + query)
        assert set(page.context["page_obj"]) == {three[index] for index in shown}

    def test_runs_as_excel_hold_text_and_no_formulas(self, engineer, make_target, request_run, perform):
        perform(request_run(make_target("", name='=HYPERLINK("http://evil.example")')), FakeHttp())
        response = engineer.get(url("run_list") + "?export=1")
        head, row = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
        found = dict(zip(head, row, strict=True))
        assert found["巡检对象"] == '=HYPERLINK("http://evil.example")'
        assert found["发起时间"] == "2026-11-20 10:00"

    def test_findings_open_ones_first_unless_asked(self, engineer, three, now):
        finding = Finding.objects.get()
        assert list(engineer.get(url("finding_list")).context["page_obj"]) == [finding]
        actions.resolve_finding(finding=finding, note="已扩容", actor=TESTER, now=now)
        assert list(engineer.get(url("finding_list")).context["page_obj"]) == []
        assert list(engineer.get(url("finding_list") + "?state=resolved").context["page_obj"]) == [finding]
        assert list(engineer.get(url("finding_list") + "?state=all&q=响应").context["page_obj"]) == [finding]

    def test_targets_show_what_nobody_covers(self, manager, contract, make_target):
        make_target("业务库甲")
        address = f"{url('target_list')}?contract={contract.code}"
        page = manager.get(f"{address}&shown=uncovered")
        assert [row.slot for row in page.context["page_obj"]] == sorted(DATABASES[1:])
        (row,) = manager.get(url("target_list")).context["page_obj"]
        assert (row.owed, row.covered, row.uncovered, row.missed) == (3, 1, 2, 30)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(manager.get(f"{address}&export=1").content))
        assert len(workbook.get_sheet_by_index(0).to_python()) == 4

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize(
        "name, argument, query, cost",
        [
            ("run_list", "", "", 8),
            ("run_detail", "run", "", 10),
            ("run_results", "run", "", 5),
            ("target_list", "", "", 9),
            ("target_list", "", "?contract=small-2026", 10),
            ("edit_target", "target", "", 14),
            ("finding_list", "", "", 9),
        ],
    )
    def test_what_the_pages_cost(
        self, engineer, make_target, request_run, perform, rows, name, argument, query, cost, django_assert_num_queries
    ):
        for slot in DATABASES[:rows]:
            run = perform(request_run(make_target(slot)), FakeHttp(response_ms=12_000))
        arguments = {"run": [run.pk], "target": [run.target_id]}.get(argument, [])
        with django_assert_num_queries(cost):
            assert engineer.get(url(name, *arguments) + query).status_code == 200
