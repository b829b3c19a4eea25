"""Practice data as a whole: marked as such, apart from everything real, the same for the same seed."""

from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import transaction

from kangwei.accounts.queries import notices, parties, people, unread_count
from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.commands import practising
from kangwei.contracts.queries import all_contracts
from kangwei.core.calendars import day_start
from kangwei.documents.queries import documents
from kangwei.simulation.replay import replay
from tests.factories.contracts import load_small, small_contract_text

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 6, 2, 0, 0, 123, tzinfo=UTC)

# Every way in which evidence comes about: runs, ledgers, records, one document each time, and loose documents.
DUTIES = [
    {
        "id": "db-inspection", "name": "数据库月度巡检", "activity": "inspection", "per": "database",
        "cadence": {"every": "month"}, "produces": ["数据库巡检报告"], "cite": "small-2026.txt:20-21",
    },
    {
        "id": "site-inspection", "name": "门户每日巡检", "activity": "inspection", "cadence": {"every": "day"},
        "cite": "small-2026.txt:22",
    },
    {
        "id": "backup-log", "name": "每日备份登记", "activity": "backup", "cadence": {"every": "day"},
        "evidence": "document", "cite": "small-2026.txt:24",
    },
    {
        "id": "call-log", "name": "每周来电统计", "activity": "report", "cadence": {"every": "week"},
        "cite": "small-2026.txt:23",
    },
    {
        "id": "service-report", "name": "季度服务报告", "activity": "report", "per": "database",
        "cadence": {"every": "week"}, "produces": ["季度运维服务报告"], "cite": "small-2026.txt:25",
    },
]  # fmt: skip


def text() -> str:
    return small_contract_text(duties=DUTIES)


def story(seed: int = 1):
    return replay([text()], months=1, seed=seed, now=NOW, progress=lambda done, total: None)


def told() -> list[tuple]:
    """What became of every occurrence, to the second: measuring takes some real milliseconds."""
    rows = all_contracts().get(code="practice-small-2026").occurrences.order_by("key")
    return [(row.key, row.state, row.done_at and row.done_at.replace(microsecond=0)) for row in rows]


@contextmanager
def taken_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_everything_that_is_made_says_that_it_is_practice():
    summary = story()

    contract = all_contracts().get()
    assert (contract.code, contract.title, contract.practice) == ("practice-small-2026", "【练习】小型运维合同", True)
    assert {party.name for party in parties() if party.practice} == {"练习甲方1", "练习乙方1"}
    assert all(person.username.startswith("practice-") for person in people())
    assert [account.role for account in summary.accounts] == ["甲方负责人", "项目经理", "工程师", "资料员"]
    found = list(documents(list(contract.evidence.exclude(document=None).values_list("document", flat=True))))
    assert found
    assert all(document.practice for document in found)


def test_the_work_has_every_kind_of_outcome_and_lies_between_the_first_day_and_now():
    summary = story()

    contract, standings = all_contracts().get(), summary.standings
    assert standings["done"] > 60
    assert standings["late"] > 0
    assert standings["overdue"] > 0
    assert summary.runs > 25
    assert summary.findings > 0
    assert set(contract.evidence.values_list("kind", flat=True)) == {"inspection", "document", "record"}
    moments = contract.evidence.values_list("recorded_at", flat=True)
    assert day_start(date(2026, 10, 1)) <= min(moments) < max(moments) <= NOW
    assert audit.verify()[1] is None


def test_one_seed_tells_one_story():
    with taken_back():
        story(seed=7)
        first = told()
    with taken_back():
        story(seed=7)
        assert told() == first


def test_a_real_contract_of_the_same_name_is_not_touched(now):
    real = load_small(now)
    before = list(real.occurrences.order_by("key").values())

    story()

    real.refresh_from_db()
    assert list(real.occurrences.order_by("key").values()) == before
    assert not real.evidence.exists()
    assert (real.buyer.practice, real.supplier.practice) == (False, False)


def test_a_real_party_by_a_practice_name_is_left_alone(make_party):
    make_party("练习乙方1", "supplier")

    with pytest.raises(ActionError, match="已有一个真实单位叫「练习乙方1」"):
        story()
    assert not all_contracts().exists()


def test_the_command_prints_passwords_and_counts_and_refuses_a_second_time(kangwei, tmp_path, monkeypatch, settings):
    settings.VAR = tmp_path
    (tmp_path / "small-2026.yaml").write_text(text(), "utf-8")
    monkeypatch.setattr(practising, "library_files", lambda: [tmp_path / "small-2026.yaml"])

    with time_machine.travel(NOW, tick=False):
        outcome = kangwei("simulate", "--months", "1", "--seed", "3")
        again = kangwei("simulate")

    assert outcome.status == 0
    assert outcome.out[0].split() == ["登录名", "口令", "角色", "单位"]
    assert [line.split()[0] for line in outcome.out[1:5]] == [
        "practice-buyer1", "practice-pm1", "practice-engineer1", "practice-clerk1",
    ]  # fmt: skip
    assert outcome.last.startswith("已生成 1 个月的练习数据：合同 1 份，已开始的应履行项 ")
    assert outcome.last.endswith("验收包 1 个。")
    assert (again.status, again.err) == (1, ["练习数据已存在（practice-small-2026），不再生成"])


@pytest.mark.django_db(transaction=True)
def test_what_the_months_brought_is_no_news_any_more(kangwei, tmp_path, monkeypatch, settings):
    settings.VAR = tmp_path
    (tmp_path / "small-2026.yaml").write_text(small_contract_text(duties=[]), "utf-8")
    monkeypatch.setattr(practising, "library_files", lambda: [tmp_path / "small-2026.yaml"])
    with time_machine.travel(NOW, tick=False):
        kangwei("simulate", "--months", "1")

    told = [(notices(one).count(), unread_count(one)) for one in people().filter(username="practice-engineer1")]

    assert [(count > 0, unread) for count, unread in told] == [(True, 0)]
