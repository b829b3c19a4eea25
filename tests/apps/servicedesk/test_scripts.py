"""Scripts: entering, changing and retiring them, which fit a ticket, the knowledge base filed as evidence."""

import pytest

from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.contracts.queries import all_contracts
from kangwei.documents import queries as documents
from kangwei.servicedesk import actions
from kangwei.servicedesk.models import Script
from kangwei.servicedesk.queries.scripting import scripts, scripts_for, search_scripts, wanting_scripts
from tests.apps.assets.at_once import at_once
from tests.apps.servicedesk.conftest import LEVELS, SYSTEM, shanghai
from tests.factories.contracts import load_small

CITE = "small-2026.txt:62"
DUTY = {
    "id": "hotline-knowledge", "name": "提交接诉即办知识库", "activity": "knowledge", "cadence": {"every": "month"},
    "produces": ["接诉即办知识库"], "cite": CITE,
}  # fmt: skip


@pytest.fixture
def contract(now):
    """A contract that wants the knowledge base every month."""
    return load_small(
        now, service_levels=LEVELS, severities=[{"name": name, "cite": CITE} for name in ("紧急", "重大")],
        calendars={"working": "Mon-Fri 09:00-18:00"},
        scope={"systems": [{"name": "门诊系统", "category": "业务系统", "cite": CITE}]},
        duties=[DUTY], deliverables=[{"name": "接诉即办知识库", "cite": CITE}],
        acceptance={"documents": [{"name": "接诉即办知识库", "cite": CITE}], "steps": [{"name": "验收", "cite": CITE}]},
    )  # fmt: skip


@pytest.fixture
def write(contract, now):
    """`write("挂不上号怎么办")`: a script in use."""

    def make(question="挂不上号怎么办", answer="请先刷新页面。", **values):
        given = {"contract": contract, "question": question, "answer": answer, "actor": SYSTEM, "now": now}
        return actions.save_script(**(given | values))

    return make


@pytest.mark.django_db
class TestSaving:
    def test_what_a_script_said_before_stays_in_the_audit_trail(self, write, now, system):
        script = write()
        write(script=script, answer="请换浏览器。", system=system)
        script.refresh_from_db()
        assert (script.answer, script.system, script.updated_by, script.updated_at) == (
            "请换浏览器。", system, "测试", now,
        )  # fmt: skip
        entry = audit.latest("script", str(script.pk))
        assert (entry.data["before"]["answer"], entry.data["answer"]) == ("请先刷新页面。", "请换浏览器。")

    def test_nothing_changed_is_nothing_written(self, write):
        script = write()
        entries = audit.entries().count()
        write(script=script, question=" 挂不上号怎么办 ")
        assert audit.entries().count() == entries

    @pytest.mark.parametrize("field", ["question", "answer"])
    def test_both_parts_are_wanted(self, write, field):
        with pytest.raises(ActionError) as refused:
            write(**{field: " "})
        assert refused.value.field == field
        assert not Script.objects.exists()

    def test_a_question_has_one_script_in_use_for_each_system(self, write, system):
        first = write()
        with pytest.raises(ActionError, match="已有一条在用的话术") as refused:
            write(answer="别的解答")
        assert refused.value.field == "question"
        write(answer="门诊系统的解答", system=system)
        other = write("别的问题")
        with pytest.raises(ActionError, match="已有一条"):
            write(first.question, script=other)
        assert Script.objects.count() == 3

    def test_a_system_of_another_party_is_refused(self, write, now, system):
        theirs = load_small(now, id="theirs-2026", buyer="别的甲方")
        with pytest.raises(ActionError) as refused:
            write(contract=theirs, system=system)
        assert refused.value.field == "system"
        assert write(system=system).system == system

    def test_a_retired_one_makes_room_and_comes_back_only_while_there_is_room(self, write, now):
        script = write()
        actions.set_script_active(script=script, active=False, actor=SYSTEM, now=now)
        other = write(answer="新的解答")
        with pytest.raises(ActionError, match="已有一条"):
            actions.set_script_active(script=script, active=True, actor=SYSTEM, now=now)
        actions.set_script_active(script=other, active=False, actor=SYSTEM, now=now)
        assert actions.set_script_active(script=script, active=True, actor=SYSTEM, now=now).active
        assert audit.timeline("script", str(script.pk))[0].detail == "启用，挂不上号怎么办"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_the_same_question_at_once_one_does(write):
    refused = at_once(lambda answer: write(answer=answer), list("甲乙丙"))
    assert len(refused) == 2 and Script.objects.count() == 1


@pytest.mark.django_db
class TestFinding:
    def test_scripts_are_for_the_parties_of_their_contract(self, write, make_person, supplier, make_party):
        script = write()
        mine = make_person("engineer", party=supplier, username="mine")
        other = make_person("engineer", party=make_party("别家公司", "supplier"), username="other")
        assert (list(scripts(mine)), list(scripts(other))) == ([script], [])

    @pytest.mark.parametrize(("text", "found"), [("挂不上", True), ("刷新 怎么", True), ("门诊", True), ("停", False)])
    def test_a_search_wants_every_word(self, write, system, text, found):
        write(system=system)
        assert search_scripts(Script.objects.all(), text).exists() == found

    def test_the_best_fitting_ones_are_offered_for_a_ticket(self, write, open_ticket, system, now):
        general, own, other = write("门诊挂不上号"), write("门诊挂不上号", system=system), write("打印机卡纸")
        retired = write("挂号")
        actions.set_script_active(script=retired, active=False, actor=SYSTEM, now=now)
        assert scripts_for(open_ticket(title="门诊挂不上号", system=system)) == [own, general]
        assert scripts_for(open_ticket(title="门诊挂不上号")) == [general]
        assert scripts_for(open_ticket(title="打印机又卡纸了")) == [other]
        assert scripts_for(open_ticket(title="x")) == []


@pytest.mark.django_db
class TestFiling:
    @pytest.fixture
    def november(self, contract, now):
        return next(row for row in wanting_scripts(contract, now) if row.label == "2026年11月")

    def test_the_scripts_in_use_are_filed_as_evidence_of_the_month(self, write, contract, november, now):
        write()
        retired = write("旧问题")
        actions.set_script_active(script=retired, active=False, actor=SYSTEM, now=now)
        evidence = actions.archive_scripts(contract=contract, occurrence=november, actor=SYSTEM, now=now)
        november.refresh_from_db()
        assert (november.state, evidence.deliverable, evidence.note) == ("done", "接诉即办知识库", "在用话术 1 条")
        version = documents.latest(evidence.document)
        assert version.context["scripts"] == [
            {"system": "", "question": "挂不上号怎么办", "answer": "请先刷新页面。", "updated_at": "2026-11-20 10:00",
             "updated_by": "测试"},
        ]  # fmt: skip
        assert version.file_name == "接诉即办知识库-small-2026-2026年11月.xlsx"
        assert documents.content(version).startswith(b"PK")

    def test_only_months_that_have_begun_can_be_filed(self, contract, now):
        labels = [row.label for row in wanting_scripts(contract, now)]
        assert (labels[0], labels[-1], len(labels)) == ("2026年11月", "2026年1月", 11)

    def test_twice_the_same_is_refused_and_a_change_is_filed(self, write, contract, november, now):
        write()
        actions.archive_scripts(contract=contract, occurrence=november, actor=SYSTEM, now=now)
        with pytest.raises(ActionError, match="归档以来没有变化"):
            actions.archive_scripts(contract=contract, occurrence=november, actor=SYSTEM, now=shanghai("11-30 10:00"))
        write("新的问题")
        actions.archive_scripts(contract=contract, occurrence=november, actor=SYSTEM, now=shanghai("11-30 10:00"))
        assert november.evidence.count() == 2

    def test_nothing_in_use_is_not_filed(self, contract, november, now):
        with pytest.raises(ActionError, match="还没有在用的话术"):
            actions.archive_scripts(contract=contract, occurrence=november, actor=SYSTEM, now=now)
        assert november.evidence.count() == 0

    def test_the_month_must_be_chosen_and_be_the_contracts_own(self, write, contract, now):
        write()
        with pytest.raises(ActionError, match="请选择") as refused:
            actions.archive_scripts(contract=contract, occurrence=None, actor=SYSTEM, now=now)
        assert refused.value.field == "occurrence"

    def test_a_contract_that_lists_it_without_a_duty_has_it_on_the_contract(self, write, contract, now):
        listed = load_small(
            now, id="listed-2026", duties=[],
            deliverables=[{"name": "接诉即办相关知识库", "aliases": ["接诉即办知识库"], "cite": CITE}],
            acceptance={"documents": [{"name": "接诉即办知识库", "cite": CITE}], "steps": []},
        )  # fmt: skip
        write(contract=listed)
        evidence = actions.archive_scripts(contract=listed, occurrence=None, actor=SYSTEM, now=now)
        assert (evidence.occurrence, evidence.deliverable) == (None, "接诉即办知识库")

    def test_a_contract_that_does_not_ask_for_it_gets_none(self, write, now):
        plain = load_small(now, id="plain-2026")
        write(contract=plain)
        with pytest.raises(ActionError, match="没有要求"):
            actions.archive_scripts(contract=plain, occurrence=None, actor=SYSTEM, now=now)
        assert all_contracts().get(code="plain-2026").evidence.count() == 0
