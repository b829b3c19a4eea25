"""The month's report: what it says, where it counts as evidence, that it is made once."""

import io
from datetime import date, timedelta

import pytest
import time_machine
from docx import Document

from kangwei.base.errors import ActionError
from kangwei.contracts.actions import withdraw_evidence
from kangwei.contracts.models import Evidence, Occurrence
from kangwei.contracts.queries import all_contracts
from kangwei.documents import queries as documents
from kangwei.servicedesk import actions
from kangwei.servicedesk.numbers.definitions import NUMBERS
from kangwei.servicedesk.numbers.month_reports import LISTED
from kangwei.servicedesk.numbers.tallying import DIMENSIONS, broken_down, looked_at
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import LEVELS, SYSTEM, shanghai
from tests.apps.servicedesk.mixed import BORDERS, CITE, mixed, step, two_contracts
from tests.core.documents.reading import all_text, lines
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
NAME = "全业务工单月度分析报告"
DUTY = {
    "id": "desk-month", "name": "工单月度分析", "activity": "report", "cadence": {"every": "month"},
    "produces": [NAME], "cite": CITE,
}  # fmt: skip
NOVEMBER = date(2026, 11, 1)
DECEMBER_2 = shanghai("12-02 09:00")


@pytest.fixture
def contract(now):
    """A contract that owes the report every month."""
    return load_small(
        now, duties=[DUTY], deliverables=[{"name": NAME, "group": "过程文档", "cite": CITE}],
        acceptance={"documents": [{"name": NAME, "group": "过程文档", "cite": CITE}],
                    "steps": [{"name": "验收会", "cite": CITE}]},
        calendars={"working": "Mon-Fri 09:00-18:00"}, service_levels=LEVELS,
        severities=[{"name": name, "cite": CITE} for name in ("一般", "紧急", "重大")],
        scope={"systems": [{"name": "门诊系统", "category": "业务系统", "cite": CITE}]},
    )  # fmt: skip


def archive(contract, month=NOVEMBER, deliverable=NAME, now=DECEMBER_2):
    return actions.archive_month_report(
        contract=contract, month=month, deliverable=deliverable, actor=SYSTEM, now=now
    )  # fmt: skip


def word(evidence):
    version = documents.latest(documents.documents([evidence.document_id])[0])
    return Document(io.BytesIO(documents.content(version))), version.context


class TestEvidence:
    def test_it_counts_for_the_occurrence_of_its_month(self, contract):
        evidence = archive(contract)
        occurrence = Occurrence.objects.get(pk=evidence.occurrence_id)
        assert (occurrence.period, occurrence.state, evidence.deliverable) == ("2026-11", "done", NAME)
        assert set(Occurrence.objects.filter(state="done")) == {occurrence}

    def test_it_is_made_once(self, contract):
        first = archive(contract)
        with pytest.raises(ActionError, match=f"已归档为 {first.document.number}"):
            archive(contract)
        assert Evidence.objects.count() == 1
        withdraw_evidence(evidence=first, reason="数字有误", actor=SYSTEM, now=DECEMBER_2)
        again = archive(contract)
        assert again.pk != first.pk
        assert again.document.number != first.document.number

    def test_each_month_has_its_own(self, contract):
        archive(contract)
        assert archive(contract, date(2026, 10, 15)).occurrence.period == "2026-10"

    def test_without_such_a_duty_it_counts_for_the_contract_by_the_name_chosen(self, now):
        contract = load_small(now)
        with pytest.raises(ActionError, match="请选择") as refusal:
            archive(contract, deliverable="")
        assert refusal.value.field == "deliverable"
        evidence = archive(contract, deliverable="系统运行维护手册")
        assert (evidence.occurrence, evidence.deliverable) == (None, "系统运行维护手册")

    def test_a_name_that_the_contract_does_not_know_is_refused(self, contract):
        with pytest.raises(ActionError, match="请选择"):
            archive(contract, deliverable="别的报告")

    def test_not_before_the_last_day(self, contract):
        with pytest.raises(ActionError, match="2026年11月尚未结束，2026-11-30 起才能归档"):
            archive(contract, now=shanghai("11-29 23:59"))
        assert archive(contract, now=shanghai("11-30 00:00")).occurrence.state == "done"

    def test_a_month_outside_of_the_contract_is_refused(self, contract):
        with pytest.raises(ActionError, match="不在合同期内"):
            archive(contract, date(2025, 12, 1))

    def test_a_refused_report_leaves_nothing_behind(self, contract):
        Occurrence.objects.update(starts_at=DECEMBER_2 + timedelta(days=1))
        with pytest.raises(ActionError, match="尚未开始"):
            archive(contract)
        from kangwei.documents.models import Document as Registered

        assert not Registered.objects.exists()


class TestContent:
    def test_the_numbers_are_those_of_the_page(self, now):
        contract, _ = two_contracts(BORDERS[0])
        mixed([contract], count=27)
        evidence = archive(contract, deliverable="系统运行维护手册")
        document, context = word(evidence)
        from kangwei.servicedesk.models import Ticket

        period = looked_at(all_contracts(), NOVEMBER, date(2026, 11, 30), DECEMBER_2)
        total = broken_down(Ticket.objects.all(), DIMENSIONS["kind"], period).total
        told = {row[0]: row[1] for row in lines(document.tables[1])[1:]}
        for number in ("received", "solved", "closed", "handed-over", "cancelled", "reopened", "open", "breached"):
            assert told[NUMBERS[number].label] == str(total[number])
        assert total["received"] > 5
        assert context["kind"] == "ticket-report/1"
        assert context["context"]["number"] == evidence.document.number

    def test_the_late_ones_and_what_is_left_by_name(self, contract, open_ticket, system):
        late = open_ticket(title="登录不了", system=system)
        actions.settle_due(now=shanghai("11-20 11:00"))
        document, _ = word(archive(contract))
        text = all_text(document)
        assert f"登录不了\n{late.number}" in text
        assert ["1", f"登录不了\n{late.number}", "门诊系统", "响应\n30分钟", "2026-11-20\n10:30"] in [
            line for table in document.tables for line in lines(table)
        ]  # fmt: skip

    def test_what_was_late_and_is_void_now_is_not_named(self, contract, open_ticket):
        ticket = open_ticket(title="登录不了")
        actions.settle_due(now=shanghai("11-20 11:00"))
        step(ticket, "cancel", shanghai("11-20 12:00"), reason="重复")
        assert "本月没有时限超时。" in all_text(word(archive(contract))[0])

    def test_a_long_list_is_cut_off_and_says_so(self, contract, open_ticket, monkeypatch):
        monkeypatch.setattr("kangwei.servicedesk.numbers.month_reports.LISTED", 2)
        for _ in range(5):
            open_ticket()
        assert "另有 3 件未列出" in all_text(word(archive(contract))[0])
        assert LISTED == 200

    def test_its_length_does_not_decide_what_it_costs(self, contract, open_ticket, django_assert_max_num_queries):
        for _ in range(2):
            open_ticket()
        with django_assert_max_num_queries(90) as few:
            archive(contract)
        for _ in range(6):
            open_ticket()
        with django_assert_max_num_queries(90) as many:
            archive(contract, date(2026, 12, 1), now=shanghai("12-31 09:00"))
        assert len(many) <= len(few) + 1


class TestButton:
    @pytest.fixture(autouse=True)
    def _frozen(self):
        with time_machine.travel(DECEMBER_2, tick=False):
            yield

    PAGE = "/tickets/numbers/?from=2026-11-01&to=2026-11-30&contract=small-2026"
    POST = "/tickets/numbers/report/?from=2026-11-01&to=2026-11-30&contract=small-2026"

    def test_for_one_contract_and_a_whole_month(self, engineer, contract):
        assert f"作为「{NAME}」登记佐证" in text_of(engineer.get(self.PAGE))
        assert "工单报告" not in text_of(engineer.get("/tickets/numbers/?from=2026-11-01&to=2026-11-30"))
        assert "工单报告" not in text_of(engineer.get("/tickets/numbers/?period=week&contract=small-2026"))

    def test_pressed_twice_there_is_one(self, engineer, contract):
        said = text_of(engineer.post(self.POST, {"deliverable": NAME}, follow=True))
        assert "已归档 WD-202612-0001" in said
        assert "已归档为 WD-202612-0001" in text_of(engineer.post(self.POST, {"deliverable": NAME}, follow=True))
        assert Evidence.objects.count() == 1

    def test_only_who_may_record_evidence(self, reader, engineer, contract):
        assert "工单报告" not in text_of(reader.get(self.PAGE))
        assert reader.post(self.POST, {"deliverable": NAME}).status_code == 403
        assert engineer.post(self.POST, {"deliverable": NAME}).status_code == 302

    def test_not_on_anothers_contract(self, stranger, contract):
        assert stranger.post(self.POST, {"deliverable": NAME}).status_code == 404
        assert not Evidence.objects.exists()
