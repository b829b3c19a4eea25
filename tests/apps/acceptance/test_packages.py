"""Packages: what is in them, and that they come about once, whole, or not at all."""

import json
import zipfile
from pathlib import Path

import pytest

from kangwei.acceptance import actions, packing, queries, storage
from kangwei.acceptance.models import Package
from kangwei.base import jobs
from kangwei.base.audit import System, timeline
from kangwei.base.errors import ActionError
from kangwei.base.models import Job
from kangwei.core.documents import verify_package
from kangwei.documents import actions as documents

TESTER = System("测试")


@pytest.fixture
def filled(contract, now, file_document, occurrence_of):
    """The contract with its own text, one inspection report and one incident report filed."""
    file_document(contract, "项目合同")
    file_document(contract, "数据库巡检报告", occurrence_of(contract, "db-inspection", "2026年11月", "业务库甲"))
    file_document(contract, "故障分析报告")
    return contract


@pytest.fixture
def built(filled, now, tmp_path):
    """The open ZIP of a package of that contract."""
    path = tmp_path / "out.zip"
    actions.build_package(contract=filled, out_path=path, actor=TESTER, now=now)
    with zipfile.ZipFile(path) as archive:
        yield archive


def archived_file(contract, settings) -> Path:
    """Where the bytes of the contract's first document lie."""
    version = contract.evidence.first().document.versions.get()
    return settings.ARCHIVE / version.sha256[:2] / version.sha256[2:]


# ---- What is in a package ----


def test_a_package_has_the_contracts_folders_and_an_index_at_its_root(built):
    assert built.namelist() == [
        "00-验收资料目录.docx",
        "00-验收资料目录.xlsx",
        "缺失清单.txt",
        "台账.json",
        "01-管理类文档/01-项目合同/WD-202611-0001 项目合同.txt",
        "02-运维过程文档/01-数据库月度巡检单/WD-202611-0002 数据库巡检报告 2026年11月 业务库甲.txt",
        "02-运维过程文档/04-故障分析报告/WD-202611-0003 故障分析报告.txt",
        "manifest.json",
    ]


def test_the_missing_are_listed_by_name_and_what_is_still_to_come_by_number(built):
    text = built.read("缺失清单.txt").decode("utf-8-sig")

    assert "02-01 数据库月度巡检单：缺 30 项" in text
    assert "    1. 数据库月度巡检 业务库甲 2026年1月（应于 2026-01-31 23:59 前）" in text
    assert "03-01 运维手册：缺 1 项" in text
    assert "02-02 培训方案：1 项，最近一项应于 2026-12-31 23:59 前" in text


def test_the_ledger_ties_occurrence_evidence_document_and_clause(built):
    ledger = json.loads(built.read("台账.json"))

    done = [row for row in ledger["occurrences"] if row["state"] == "done"]
    assert [row["key"] for row in done] == ["db-inspection|业务库甲|2026-11"]
    number = done[0]["evidence"][0]["document"]
    document = next(row for row in ledger["documents"] if row["number"] == number)
    manifest = json.loads(built.read("manifest.json"))
    packed = next(row for row in manifest["files"] if number in row["name"])
    assert document["versions"][0]["sha256"] == packed["sha256"]
    duty = next(row for row in ledger["clauses"] if row["key"] == done[0]["duty"])
    assert duty["cite"] == "small-2026.txt:20-21"
    assert [row["deliverable"] for row in ledger["evidence"]] == ["项目合同", "故障分析报告"]


def test_the_same_moment_gives_the_same_ledger(filled, now):
    def ledger() -> str:
        record = packing.contracts.record(filled)
        evidence = list(record.evidence)
        return packing.ledger_json(filled, record, evidence, [], number="YSB-1", now=now)

    assert ledger() == ledger()


def test_a_corrected_document_is_packed_in_its_latest_version(filled, now, tmp_path):
    document = filled.evidence.first().document
    documents.add_version(
        document=document, file_name="合同.txt", content="补充条款".encode(), note="补正", actor=TESTER, now=now
    )

    actions.build_package(contract=filled, out_path=tmp_path / "out.zip", actor=TESTER, now=now)

    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        name = "01-管理类文档/01-项目合同/WD-202611-0001 项目合同（第2版）.txt"
        assert archive.read(name).decode() == "补充条款"


def test_practice_documents_say_so_in_every_name(make_contract, now, file_document, tmp_path):
    contract = make_contract(practice=True)
    file_document(contract, "项目合同")

    actions.build_package(contract=contract, out_path=tmp_path / "out.zip", actor=TESTER, now=now)

    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        names = [name for name in archive.namelist() if name != "manifest.json"]
        assert all("（练习数据）" in name for name in names)
        assert archive.read("缺失清单（练习数据）.txt").decode("utf-8-sig").startswith("验收资料缺失清单（练习数据）")


def test_long_and_odd_names_become_safe_ones(make_contract, now, file_document, tmp_path):
    odd = "报告/附件:" + "很长的名称" * 20
    contract = make_contract(acceptance={"documents": [{"name": odd, "group": "CON", "cite": "small-2026.txt:40"}]})
    file_document(contract, odd, text="一")
    file_document(contract, odd, text="二")

    actions.build_package(contract=contract, out_path=tmp_path / "out.zip", actor=TESTER, now=now)

    assert verify_package(tmp_path / "out.zip").whole
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        packed = [name for name in archive.namelist() if name.startswith("01-CON/01-报告_附件_")]
    assert len(packed) == 2
    assert all(name.endswith(".txt") for name in packed)


# ---- How a package comes about ----


def test_a_requested_package_is_built_by_the_worker(filled, now, run_jobs):
    package = actions.request_package(contract=filled, actor=TESTER, now=now)
    assert package.state == "queued"

    assert run_jobs() == 1

    package.refresh_from_db()
    path = storage.path_of(package.number)
    report = verify_package(path)
    assert (package.state, package.files, package.size) == ("ready", 7, path.stat().st_size)
    assert report.whole
    assert report.manifest_sha256 == package.manifest_sha256
    assert package.missing == queries.completeness(filled, now).totals.missing
    assert (package.files_done, package.files_total) == (7, 7)


def test_request_and_result_stand_in_the_audit_trail(filled, now, run_jobs):
    actions.request_package(contract=filled, actor=TESTER, now=now)
    run_jobs()

    assert [event.text for event in timeline("contract", filled.code)][:2] == ["生成验收包", "申请验收包"]


def test_a_second_request_waits_for_the_first(filled, now, run_jobs):
    actions.request_package(contract=filled, actor=TESTER, now=now)

    with pytest.raises(ActionError, match="正在生成"):
        actions.request_package(contract=filled, actor=TESTER, now=now)

    run_jobs()
    assert actions.request_package(contract=filled, actor=TESTER, now=now).number == "YSB-202611-0002"


def test_a_ready_package_is_never_built_again(filled, now, run_jobs, file_document):
    package = actions.request_package(contract=filled, actor=TESTER, now=now)
    run_jobs()
    before = storage.path_of(package.number).read_bytes()
    file_document(filled, "运维手册")

    actions.build_requested(package_id=package.pk, actor=TESTER, now=now)

    assert storage.path_of(package.number).read_bytes() == before


def test_of_two_workers_the_first_to_finish_counts(filled, now, monkeypatch):
    package = actions.request_package(contract=filled, actor=TESTER, now=now)
    slow = packing.pack

    def overtaken(*args, **kwargs):
        monkeypatch.setattr(actions, "pack", slow)
        built = slow(*args, **kwargs)
        actions.build_requested(package_id=package.pk, actor=System("另一个后台"), now=now)
        return built

    monkeypatch.setattr(actions, "pack", overtaken)
    actions.build_requested(package_id=package.pk, actor=TESTER, now=now)

    assert [event.actor for event in timeline("contract", filled.code) if event.text == "生成验收包"] == ["另一个后台"]
    package.refresh_from_db()
    assert verify_package(storage.path_of(package.number)).manifest_sha256 == package.manifest_sha256
    assert [path.name for path in storage.folder().iterdir()] == [f"{package.number}.zip"]


def test_a_worker_killed_half_way_leaves_nothing_behind_and_the_job_is_done_again(filled, now, run_jobs, monkeypatch):
    package = actions.request_package(contract=filled, actor=TESTER, now=now)

    class Killed(BaseException):
        """Nothing in the product catches it: the nearest thing to a SIGKILL within one process."""

    def die(file):
        raise Killed

    monkeypatch.setattr(packing.documents, "content", die)
    with pytest.raises(Killed):
        run_jobs()
    package.refresh_from_db()
    assert (package.state, storage.path_of(package.number).exists()) == ("running", False)

    monkeypatch.undo()
    assert run_jobs() == 0
    assert run_jobs(now + 2 * jobs.LEASE) == 1
    package.refresh_from_db()
    assert package.state == "ready"
    assert verify_package(storage.path_of(package.number)).whole


def test_what_a_kill_left_on_disk_goes_when_the_package_is_ready(filled, now, django_capture_on_commit_callbacks):
    package = actions.request_package(contract=filled, actor=TESTER, now=now)
    left = storage.folder() / f"{package.number}-abc"
    left.mkdir()
    (left / ".package.zip.part").write_bytes(b"half")

    with django_capture_on_commit_callbacks(execute=True):
        actions.build_requested(package_id=package.pk, actor=TESTER, now=now)

    assert [path.name for path in storage.folder().iterdir()] == [f"{package.number}.zip"]


def test_a_changed_archive_file_fails_the_package_and_names_the_document(filled, now, run_jobs, settings):
    path = archived_file(filled, settings)
    path.chmod(0o640)
    path.write_bytes(b"changed")
    package = actions.request_package(contract=filled, actor=TESTER, now=now)

    run_jobs()

    package.refresh_from_db()
    assert package.state == "failed"
    assert package.error.startswith("文档 WD-202611-0001 项目合同，第 1 版：归档文件已被改动")
    assert list(storage.folder().iterdir()) == []
    assert Job.objects.get().state == "failed"


def test_a_missing_archive_file_fails_the_command_lines_package_too(filled, now, settings, tmp_path):
    path = archived_file(filled, settings)
    path.unlink()

    with pytest.raises(ActionError, match="WD-202611-0001 项目合同，第 1 版：归档文件缺失"):
        actions.build_package(contract=filled, out_path=tmp_path / "out.zip", actor=TESTER, now=now)

    assert not (tmp_path / "out.zip").exists()


def test_a_full_disk_fails_the_package_in_plain_words(filled, now, run_jobs, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(packing, "write_package", full)
    package = actions.request_package(contract=filled, actor=TESTER, now=now)

    run_jobs()

    package.refresh_from_db()
    assert (package.state, package.error) == ("failed", "验收包写不进磁盘：No space left on device")


def test_an_unforeseen_error_is_tried_again(filled, now, run_jobs, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("a mistake of ours")

    package = actions.request_package(contract=filled, actor=TESTER, now=now)
    monkeypatch.setattr(packing, "render_docx", broken)
    run_jobs()
    package.refresh_from_db()
    assert (package.state, "RuntimeError" in package.error) == ("queued", True)

    monkeypatch.undo()
    run_jobs(now + 2 * jobs.LEASE)
    package.refresh_from_db()
    assert (package.state, package.error) == ("ready", "")


def test_a_new_request_gives_up_one_that_waits_after_an_error(filled, now, run_jobs, monkeypatch):
    monkeypatch.setattr(packing, "render_docx", lambda index: 1 / 0)
    stuck = actions.request_package(contract=filled, actor=TESTER, now=now)
    run_jobs()
    monkeypatch.undo()

    actions.request_package(contract=filled, actor=TESTER, now=now)
    run_jobs(now + 2 * jobs.LEASE)

    assert list(Package.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "ready"]
    stuck.refresh_from_db()
    assert "ZeroDivisionError" in stuck.error
