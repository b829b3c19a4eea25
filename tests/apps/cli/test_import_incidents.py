"""`kangwei import incidents`: the log of another desk, in once."""

import csv
import os
import re
from pathlib import Path

import pytest

from kangwei.base.models import AuditEntry
from kangwei.commands import incidents
from kangwei.core.histories import bundled_mapping, load_mapping
from kangwei.servicedesk.models import Ticket
from tests.factories.event_logs import HEADER, make_event_log, row, solved_log, text_of

pytestmark = pytest.mark.django_db
MANUAL = Path(__file__).parents[3] / "docs" / "how-to" / "import-incidents.md"
FILE = "log.csv"


@pytest.fixture
def log(tmp_path):
    """`log(rows)`: these rows, or this text, as a file."""

    def write(content, encoding: str = "utf-8", name: str = FILE) -> Path:
        path = tmp_path / name
        path.write_bytes((content if isinstance(content, str) else text_of(content)).encode(encoding))
        return path

    return write


@pytest.fixture
def bring(kangwei, small_file):
    """`bring(path, "--dry-run")`: the file imported to the small contract."""
    kangwei("contract", "load", small_file())
    return lambda path, *more: kangwei("import", "incidents", path, "--contract", "small-2026", *more)


def test_a_log_comes_in_with_its_counts(bring, log):
    outcome = bring(log([*solved_log(), row(number="INC2", incident_state="-100")]))

    assert outcome.status == 0
    assert outcome.out == [
        "读到 7 行，2 件事件（utf-8-sig，ServiceNow 事件日志）",
        "已导入而有疑点：状态没有对应，按前一状态计「-100」 1 处（第 8 行）",
        "合同没有适用的时限：2 件，不计时",
        "合同里没有的级别，按原文保留：3 - Moderate（2 件）",
        "已导入 2 件，原已导入 0 件，拒收 0 件。",
    ]
    entry = AuditEntry.objects.get(action="servicedesk.finish_import")
    assert {name: entry.data[name] for name in ("rows", "added", "present", "refused")} == {
        "rows": 7, "added": 2, "present": 0, "refused": 0,
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encoding_follows_from_the_file(bring, log, encoding):
    assert bring(log([row(caller_id="张三")], encoding)).status == 0
    assert Ticket.objects.get().caller == "张三"


def test_the_same_file_again_adds_nothing(bring, log):
    bring(log(solved_log()))
    before = AuditEntry.objects.count()

    again = bring(log(solved_log()))

    assert (again.status, again.last) == (0, "已导入 0 件，原已导入 1 件，拒收 0 件。")
    assert (Ticket.objects.count(), AuditEntry.objects.count()) == (1, before)


def test_a_trial_gives_the_same_figures_and_writes_nothing(bring, log):
    path, before = log(make_event_log(incidents=30, seed=3)), AuditEntry.objects.count()

    trial = bring(path, "--dry-run")

    assert trial.last == "可导入 30 件，原已导入 0 件，拒收 0 件；什么也没有写入。"
    assert (Ticket.objects.count(), AuditEntry.objects.count()) == (0, before)
    real = bring(path)
    assert real.out[:-1] == trial.out[:-1]
    assert Ticket.objects.filter(number="GD-201602-000001").exists()


def test_a_run_that_was_killed_is_started_again(bring, log, monkeypatch):
    monkeypatch.setattr(incidents, "CHUNK", 4)
    path = log(make_event_log(incidents=10, seed=5))
    calls, real = [], incidents.take_over

    def killed(**given):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(**given)

    monkeypatch.setattr(incidents, "take_over", killed)
    assert bring(path).status == 130
    assert Ticket.objects.count() == 8
    assert not AuditEntry.objects.filter(action="servicedesk.finish_import").exists()

    again = bring(path)
    assert again.last == "已导入 2 件，原已导入 8 件，拒收 0 件。"
    in_order = Ticket.objects.order_by("opened_at", "external")
    assert [ticket.number for ticket in in_order] == [f"GD-201602-{number:06d}" for number in range(1, 11)]


class TestRefused:
    def test_the_rows_are_written_with_their_reason_and_come_in_once_corrected(self, bring, log, tmp_path):
        bad = solved_log(number="INC2", category="=1+1")
        bad[3]["sys_updated_at"] = "31/2/2016 11:00"
        out = tmp_path / "refused.csv"

        outcome = bring(log([*solved_log(), *bad]), "--refused", out)

        assert outcome.status == 1
        assert outcome.last == "已导入 1 件，原已导入 0 件，拒收 1 件。"
        assert "没有导入：更新时间没有这个时刻「31/2/2016 11:00」 1 处（第 11 行）" in outcome.out
        with out.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0] == ["行", "拒收理由", *HEADER]
        assert [(line[0], line[2]) for line in rows[1:]] == [(str(number), "INC2") for number in range(8, 14)]
        assert rows[4][1] == "更新时间没有这个时刻「31/2/2016 11:00」"

        out.write_text(out.read_text("utf-8-sig").replace("31/2/2016 11:00", "3/2/2016 11:00"), "utf-8-sig")
        assert bring(out).last == "已导入 1 件，原已导入 0 件，拒收 0 件。"
        assert Ticket.objects.get(external="INC2").title == "=1+1 · Subcategory 170 · Symptom 72"

    def test_a_file_is_never_overwritten(self, bring, log, tmp_path):
        (tmp_path / "refused.csv").write_text("mine")
        outcome = bring(log([row(opened_at="?")]), "--refused", tmp_path / "refused.csv")
        assert (outcome.status, Ticket.objects.count()) == (1, 0)
        assert "已有同名文件或目录，不会覆盖" in outcome.last
        assert (tmp_path / "refused.csv").read_text() == "mine"

    def test_where_nothing_is_refused_no_file_is_made(self, bring, log, tmp_path):
        assert bring(log([row()]), "--refused", tmp_path / "refused.csv").status == 0
        assert not (tmp_path / "refused.csv").exists()

    def test_rows_without_a_number_are_counted(self, bring, log):
        outcome = bring(log([row(), row(number="?")]))
        assert outcome.last == "已导入 1 件，原已导入 0 件，拒收 0 件，没有编号的 1 行也未导入。"
        assert outcome.status == 1


class TestWholeFileRefused:
    def refused(self, outcome) -> list[str]:
        assert outcome.status == 1
        assert not Ticket.objects.exists()
        return outcome.err

    def test_a_missing_column_is_named_with_the_line_of_the_header(self, bring, log):
        header = tuple(name for name in HEADER if name != "sys_updated_at")
        said = self.refused(bring(log(text_of(solved_log(), header))))
        assert said[0].startswith("log.csv:1: sys_updated_at：表头里没有这一列")
        assert said[-1] == "事件日志有 1 处错误，什么也没有导入。"

    def test_another_separator(self, bring, log):
        assert "像是用「;」分隔的" in self.refused(bring(log(text_of([row()]).replace(",", ";"))))[0]

    def test_a_workbook_under_the_name_of_a_csv_file(self, bring, tmp_path):
        (tmp_path / FILE).write_bytes(b"PK\x03\x04" + bytes(100))
        assert "是 Excel 文件" in self.refused(bring(tmp_path / FILE))[0]

    def test_a_huge_field_and_an_empty_file(self, bring, log):
        assert "一格过长" in self.refused(bring(log([row(), row(category="x" * 200_000)])))[0]
        assert "文件是空的" in self.refused(bring(log("")))[0]

    def test_a_mapping_with_an_unknown_column(self, bring, log, tmp_path):
        mapping = tmp_path / "own.yaml"
        text = bundled_text().replace("  caller: caller_id", "  callr: caller_id")
        mapping.write_text(text, "utf-8")
        said = self.refused(bring(log(solved_log()), "--mapping", mapping))
        assert re.match(r"own.yaml:\d+: columns.callr：没有这个字段，是否想写「caller」", said[0])
        assert said[-1] == "映射文件有 1 处错误，什么也没有导入。"

    def test_a_contract_or_a_file_that_is_not_there(self, kangwei, bring, log, tmp_path):
        said = self.refused(kangwei("import", "incidents", log([row()]), "--contract", "nobody"))
        assert said == ["没有合同「nobody」，已载入的有 small-2026"]
        assert self.refused(bring(tmp_path / "none.csv")) == [f"{tmp_path}/none.csv：文件或目录不存在"]

    def test_a_pipe_that_cannot_be_read_twice(self, bring, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        assert self.refused(bring(tmp_path / "pipe")) == [f"{tmp_path}/pipe：不是普通文件"]


def bundled_text() -> str:
    return (Path(incidents.__file__).parents[1] / "library" / "incidents" / "servicenow.yaml").read_text("utf-8")


class TestManual:
    text = property(lambda self: MANUAL.read_text("utf-8"))

    def test_its_example_is_a_mapping_that_reads_its_log(self, bring, log, tmp_path):
        (mapping,) = re.findall(r"^```yaml\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        (rows,) = re.findall(r"^```csv\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        path = tmp_path / "own.yaml"
        path.write_text(mapping, "utf-8")

        outcome = bring(log(rows, "gb18030"), "--mapping", path)

        assert outcome.last == "已导入 1 件，原已导入 0 件，拒收 0 件。"
        ticket = Ticket.objects.get()
        assert (ticket.external, ticket.state, ticket.severity, ticket.channel) == (
            "SJ-0001",
            "closed",
            "一般",
            "phone",
        )
        assert f"{ticket.opened_at:%m-%d %H:%M}" == "02-03 01:00"

    def test_it_names_every_field_and_word_of_the_mapping(self):
        fields = [*type(bundled_mapping()).model_fields, *type(bundled_mapping().columns).model_fields]
        missing = [name for name in fields if f"`{name}`" not in self.text]
        assert missing == []

    def test_the_bundled_file_is_the_bundled_mapping(self, tmp_path):
        (tmp_path / "copy.yaml").write_text(bundled_text(), "utf-8")
        assert load_mapping(tmp_path / "copy.yaml") == bundled_mapping()
