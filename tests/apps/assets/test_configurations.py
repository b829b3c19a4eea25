"""Configurations: versions, backups of a month, change sheets and reports."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from docx import Document

from kangwei.assets import actions, backups
from kangwei.assets.actions import ChangeFacts
from kangwei.assets.backups import Month
from kangwei.assets.models import Asset, AssetDocument, Configuration
from kangwei.assets.signals import configuration_saved
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry
from kangwei.documents import queries as documents
from tests.core.documents.reading import all_text, lines

SYSTEM = System("王工")
FIRST = "hostname core\nvlan 10\nend\n"
SECOND = "hostname core\nvlan 10\nvlan 20\nend\n"
NOVEMBER = Month(date(2026, 11, 1))
pytestmark = pytest.mark.django_db


@pytest.fixture
def switch(make_asset):
    return make_asset(kind="network-device", name="核心交换机", serial_number="SN1", place="C1机房", ip="10.1.0.1")


@pytest.fixture
def save(now):
    def save(asset, text=FIRST, *, at=now, **facts):
        return actions.save_configuration(
            **{"asset": asset, "text": text, "change": "", "note": "", "actor": SYSTEM, "now": at} | facts
        )

    return save


@pytest.fixture
def heard():
    """The versions that the signal told of."""
    found = []

    def hear(configuration_id, **_):
        found.append(configuration_id)

    configuration_saved.connect(hear)
    yield found
    configuration_saved.disconnect(hear)


def word(row: AssetDocument):
    version = documents.latest(documents.documents([row.document_id])[0])
    return Document(io.BytesIO(documents.content(version)))


class TestSaving:
    def test_each_change_is_a_version(self, switch, save, heard, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            first, fresh = save(switch, change="BG-1", note="初始")
            second, _ = save(switch, SECOND)
        assert fresh
        assert [(row.version, row.text) for row in switch.configurations.all()] == [(2, SECOND), (1, FIRST)]
        assert (first.change, first.note, first.saved_by) == ("BG-1", "初始", "王工")
        assert heard == [first.pk, second.pk]
        assert [event.note for event in switch.events.filter(action="save_configuration")] == [
            "第2版", "第1版，变更单 BG-1，初始",
        ]  # fmt: skip

    def test_the_same_text_again_is_a_backup_and_no_version(
        self, switch, save, heard, now, django_capture_on_commit_callbacks
    ):
        save(switch)
        with django_capture_on_commit_callbacks(execute=True):
            row, fresh = save(switch, FIRST.replace("\n", "\r\n") + "\n\n", at=now + timedelta(days=1))
        assert (row.version, fresh, heard) == (1, False, [])
        assert Configuration.objects.count() == 1
        assert [event.label for event in switch.events.filter(action="save_configuration")] == [
            "配置备份（无变化）", "保存配置",
        ]  # fmt: skip
        assert AuditEntry.objects.filter(action="assets.save_configuration").count() == 2

    def test_what_was_once_may_come_again_as_a_version(self, switch, save):
        save(switch)
        save(switch, SECOND)
        assert save(switch, FIRST)[0].version == 3

    @pytest.mark.parametrize(
        ("text", "reason"), [("\n \n", "配置没有内容"), ("a\0b", "二进制"), ("x" * 2**21, "配置超过 2 MB")]
    )
    def test_what_is_no_configuration_is_refused(self, switch, save, text, reason):
        with pytest.raises(ActionError, match=reason) as refusal:
            save(switch, text)
        assert refusal.value.field == "text"
        assert not Configuration.objects.exists()

    def test_what_is_scrapped_has_no_new_configuration(self, switch, save, now):
        actions.scrap(asset=switch, reason="退役", approved_by="科长", actor=SYSTEM, now=now)
        with pytest.raises(ActionError, match="已报废"):
            save(switch)


class TestBackups:
    def found(self, month=NOVEMBER):
        rows = backups.to_be_backed_up(Asset.objects.all(), month)
        return [(row.name, row.backed_up_at, row.last_backup) for row in rows], backups.backup_counts(rows)

    def test_a_backup_counts_for_its_month_changed_or_not(self, switch, save, now):
        october = datetime(2026, 10, 5, tzinfo=UTC)
        save(switch, at=october)
        assert self.found() == ([("核心交换机", None, october)], (1, 1))
        save(switch, at=now)
        assert self.found() == ([("核心交换机", now, now)], (1, 0))
        assert self.found(Month(date(2026, 10, 1)))[0] == [("核心交换机", october, october)]

    @pytest.mark.parametrize(
        ("at", "month"),
        [
            (datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC), date(2026, 10, 1)),
            (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), date(2026, 11, 1)),
        ],
    )
    def test_months_are_those_of_shanghai(self, switch, save, at, month):
        save(switch, at=at)
        assert self.found(Month(month))[1] == (1, 0)

    def test_other_kinds_and_what_is_scrapped_owe_no_backup(self, switch, make_asset, now):
        make_asset(name="PDA", serial_number="1")
        actions.scrap(asset=switch, reason="退役", approved_by="科长", actor=SYSTEM, now=now)
        assert self.found() == ([], (0, 0))

    @pytest.mark.parametrize("text", ["", "2026-13", "abcd-ef", "9999-12", "0001-01"])
    def test_a_month_that_is_none_is_the_present_one(self, text):
        assert backups.month_of(text, date(2026, 11, 20)) == NOVEMBER

    def test_a_month_has_a_next_one(self):
        assert str(Month(date(2026, 12, 1)).next) == "2027-01"
        assert backups.month_of("2026-02", date(2026, 11, 20)).next.first == date(2026, 3, 1)


class TestChangeSheet:
    @pytest.fixture
    def versions(self, switch, save, now):
        before, _ = save(switch)
        after, _ = save(switch, SECOND, at=now + timedelta(hours=1), change="BG-2026-018")
        return before, after

    def make(self, before, after, maker, now):
        facts = ChangeFacts(reason="新增网段", applicant="张三", approver="李主任", operator="王五")
        later = now + timedelta(hours=2)
        return actions.make_change_sheet(before=before, after=after, facts=facts, maker=maker, actor=SYSTEM, now=later)

    def test_it_says_what_changed_and_who_stands_for_it(self, versions, switch, owner, now):
        row = self.make(*versions, owner, now)
        assert (row.owner, row.maker, row.asset) == (owner, owner, switch)
        document = word(row)
        text = all_text(document)
        assert document.paragraphs[0].text == "配置变更单"
        for part in ("试验血液中心", "核心交换机", "10.1.0.1", "BG-2026-018", "新增网段", "张三", "李主任", "王五"):
            assert part in text
        assert "新增1行，删除0行。" in text
        assert lines(document.tables[2])[1:] == [["新增", "3", "vlan 20"]]
        event = switch.events.first()
        assert (event.label, event.approved_by) == ("配置变更单", "李主任")
        assert event.note == f"{row.document.number}：第1版 → 第2版，新增网段"

    def test_its_frozen_facts_lie_beside_it(self, versions, owner, now):
        row = self.make(*versions, owner, now)
        saved = row.document.versions.get().context
        assert saved["kind"] == "configuration-change/1"
        assert saved["context"]["number"] == row.document.number
        assert saved["context"]["after"]["sha256"] == versions[1].sha256

    def test_a_long_change_is_cut_off_and_says_so(self, switch, save, owner, now):
        before, _ = save(switch, "a\n")
        after, _ = save(switch, "\n".join(f"line {n}" for n in range(500)))
        assert "另有 301 行变化未列出" in all_text(word(self.make(before, after, owner, now)))

    def test_only_two_versions_of_one_device_in_their_order(self, versions, make_asset, save, owner, now):
        before, after = versions
        other, _ = save(make_asset(kind="storage", name="阵列", serial_number="SN2"), SECOND)
        for pair in ((after, before), (before, before), (before, other)):
            with pytest.raises(ActionError, match="同一设备的两个版本"):
                self.make(*pair, owner, now)
        assert not AssetDocument.objects.exists()


class TestReport:
    def make(self, owner, now, month=NOVEMBER, assets=None):
        rows = Asset.objects.all() if assets is None else assets
        return actions.make_configuration_report(
            assets=list(rows), month=month, owner=owner, maker=owner, actor=SYSTEM, now=now
        )

    def test_it_lists_what_was_backed_up_and_what_was_not(self, switch, make_asset, save, owner, now):
        save(switch, at=datetime(2026, 10, 5, tzinfo=UTC))
        save(switch, SECOND, at=now)
        unchanged = make_asset(kind="network-device", name="接入交换机", serial_number="SN2")
        save(unchanged, at=datetime(2026, 10, 6, tzinfo=UTC))
        save(unchanged, at=now)
        fresh = make_asset(kind="network-device", name="新防火墙", serial_number="SN3")
        save(fresh, at=now)
        make_asset(kind="storage", name="阵列", serial_number="SN4", place="C1机房")
        document = word(self.make(owner, now))
        assert [(line[1].split("\n")[0], line[4], line[5]) for line in lines(document.tables[0])[1:]] == [
            ("核心交换机", "第2版", "1 次，新增 1 行，删除 0 行"), ("接入交换机", "第1版", "无变化"),
            ("新防火墙", "第1版", "首次保存"),
        ]  # fmt: skip
        assert [line[1].split("\n")[0] for line in lines(document.tables[1])[1:]] == ["阵列"]

    def test_another_partys_devices_are_left_out(self, switch, make_asset, make_party, owner, now):
        make_asset(kind="storage", owner=make_party("另一家", "buyer"), name="别人的", serial_number="SN4")
        assert "别人的" not in all_text(word(self.make(owner, now)))

    def test_there_must_be_something_to_report_of_a_month_that_has_begun(self, switch, owner, now):
        with pytest.raises(ActionError, match="没有应备份配置的设备"):
            self.make(owner, now, assets=[])
        with pytest.raises(ActionError, match="2026年12月还没有开始"):
            self.make(owner, now, month=Month(date(2026, 12, 1)))
