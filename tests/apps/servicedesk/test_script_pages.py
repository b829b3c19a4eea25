"""Pages of scripts: who reads and who writes, filters, history, filing the knowledge base."""

# ruff: noqa: F401, F811 (fixtures of the test beside this one are used here as well)

import pytest
import time_machine

from kangwei.base import audit
from kangwei.contracts.queries import standing_evidence
from kangwei.servicedesk import actions
from kangwei.servicedesk.models import Script
from kangwei.servicedesk.queries.scripting import wanting_scripts
from tests.apps.assets.pages import sheet_of, text_of
from tests.apps.servicedesk.conftest import SYSTEM, url
from tests.apps.servicedesk.test_scripts import contract, write
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
SENT = {"question": "挂不上号怎么办", "answer": "请刷新", "system": ""}


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


def listed(client, query: str = "") -> list[str]:
    return [row.question for row in client.get(f"{url('scripts')}{query}").context["page_obj"]]


class TestWhoMay:
    def test_managers_write_what_engineers_read(self, project_manager, engineer):
        assert engineer.post(url("script_new"), SENT).status_code == 403
        assert project_manager.post(url("script_new"), SENT).status_code == 302
        assert listed(engineer) == ["挂不上号怎么办"]
        assert "新话术" not in text_of(engineer.get(url("scripts")))
        assert "新话术" in text_of(project_manager.get(url("scripts")))

    def test_a_script_is_for_the_parties_of_its_contract(self, engineer, stranger, write):
        script = write()
        assert (listed(engineer), listed(stranger)) == (["挂不上号怎么办"], [])
        assert len(sheet_of(stranger.get(f"{url('scripts')}?export=1"))) == 1
        for address in (url("script", script.pk), url("script_file", "small-2026")):
            assert stranger.get(address).status_code == 404
            assert engineer.get(address).status_code == 200

    def test_whoever_only_reads_changes_nothing(self, engineer, project_manager, write):
        script = write()
        engineer.post(url("script", script.pk), SENT | {"answer": "改"})
        assert Script.objects.get().answer == "请先刷新页面。"
        assert engineer.post(url("script_active", script.pk)).status_code == 403
        project_manager.post(url("script", script.pk), SENT | {"answer": "改"})
        assert Script.objects.get().answer == "改"

    def test_nobody_writes_for_a_contract_of_others(self, stranger, contract, now):
        load_small(now, id="theirs-2026", supplier="别家公司")
        stranger.post(f"{url('script_new')}?contract=small-2026", SENT)
        assert Script.objects.get().contract.code == "theirs-2026"


class TestWriting:
    def test_the_systems_are_those_of_the_chosen_contract(self, project_manager, contract, now, system):
        load_small(now, id="other-2026")
        refused = project_manager.post(f"{url('script_new')}?contract=other-2026", SENT | {"system": "门诊系统"})
        assert refused.status_code == 422 and "system" in refused.context["form"].errors
        assert "请刷新" in text_of(refused)
        project_manager.post(f"{url('script_new')}?contract=small-2026", SENT | {"system": "门诊系统"})
        assert Script.objects.get().system == system

    def test_a_question_that_has_a_script_is_refused_at_its_field(self, project_manager, write):
        write()
        refused = project_manager.post(f"{url('script_new')}?contract=small-2026", SENT)
        assert refused.status_code == 422 and "question" in refused.context["form"].errors
        assert Script.objects.count() == 1

    def test_the_page_shows_the_history(self, project_manager, write):
        script = write()
        project_manager.post(url("script", script.pk), SENT)
        project_manager.post(url("script_active", script.pk))
        page = text_of(project_manager.get(url("script", script.pk)))
        assert page.count("保存话术") == 2 and "启用或停用话术" in page
        assert listed(project_manager) == []
        project_manager.post(url("script_active", script.pk), {"active": "1"})
        assert listed(project_manager) == ["挂不上号怎么办"]


class TestList:
    def test_each_filter_narrows_it(self, engineer, write, now):
        write("挂不上号"), write("查不到签约")
        actions.set_script_active(script=write("旧话术"), active=False, actor=SYSTEM, now=now)
        both = ["挂不上号", "查不到签约"]
        narrowed = {
            "": both, "?use=retired": ["旧话术"], "?q=签约": both[1:], "?contract=small-2026": both, "?contract=x": [],
            "?system=%C2%B2": both,
        }  # fmt: skip
        assert {query: sorted(listed(engineer, query)) for query in narrowed} == narrowed

    def test_by_system(self, engineer, write, system):
        write("挂不上号", system=system), write("查不到签约")
        assert listed(engineer, f"?system={system.pk}") == ["挂不上号"]

    def test_the_excel_file_holds_what_is_on_screen(self, engineer, write):
        write("=1+1"), write("别的")
        sheet = sheet_of(engineer.get(f"{url('scripts')}?q=1&export=1"))
        assert [row[3] for row in sheet] == ["问题", "=1+1"]

    def test_at_a_constant_price(self, engineer, write, django_assert_max_num_queries):
        write("0")
        with django_assert_max_num_queries(20) as few:
            engineer.get(url("scripts"))
        for number in range(1, 52):
            write(str(number))
        with django_assert_max_num_queries(20) as many:
            page = engineer.get(url("scripts")).context["page_obj"]
        assert len(few) == len(many)
        assert (len(page.object_list), page.paginator.count) == (50, 52)

    def test_an_empty_list_says_what_it_is_for(self, engineer, contract):
        assert "还没有话术" in text_of(engineer.get(url("scripts")))
        assert "没有符合条件的记录" in text_of(engineer.get(f"{url('scripts')}?q=x"))


class TestFiling:
    def test_the_month_is_filed_from_the_list(self, project_manager, engineer, write, contract, now):
        write()
        address = url("script_file", contract.code)
        assert address in engineer.get(f"{url('scripts')}?contract=small-2026").content.decode()
        assert address in engineer.get(url("scripts")).content.decode()
        load_small(now, id="other-2026")
        assert address not in engineer.get(url("scripts")).content.decode()
        november = wanting_scripts(contract, now)[0]
        assert engineer.post(address, {"occurrence": "0"}).status_code == 422
        assert engineer.post(address, {"occurrence": november.pk}).status_code == 302
        assert standing_evidence(contract).get().occurrence == november
        again = engineer.post(address, {"occurrence": november.pk})
        assert again.status_code == 422 and "没有变化" in text_of(again)

    def test_whoever_records_no_evidence_is_refused(self, reader, engineer, write, contract):
        write()
        address = url("script_file", contract.code)
        assert reader.get(address).status_code == 403
        assert address not in reader.get(f"{url('scripts')}?contract=small-2026").content.decode()
        assert engineer.get(address).status_code == 200
        assert audit.entries().filter(action="documents.archive").count() == 0
