import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kangwei.core.documents import PackageEntry, PackageError, write_package
from kangwei.core.documents import package as package_module
from kangwei.core.documents.canonical import canonical_json

FACTS = {"contract": "hdc-2026-03", "owed": 54, "practice": False, "ledger": None}


def entries(*names: str) -> list[PackageEntry]:
    return [PackageEntry(name, f"内容 {name}".encode()) for name in names]


def test_the_package_holds_the_files_in_order_and_a_manifest(tmp_path: Path) -> None:
    source = tmp_path / "报告.docx"
    source.write_bytes(b"docx")
    summary = write_package(
        tmp_path / "验收包.zip",
        [PackageEntry("2 总结/总结.docx", source), PackageEntry("1 过程/记录.txt", "记录".encode())],
        FACTS,
    )
    with zipfile.ZipFile(tmp_path / "验收包.zip") as archive:
        assert archive.namelist() == ["2 总结/总结.docx", "1 过程/记录.txt", "manifest.json"]
        assert archive.read("2 总结/总结.docx") == b"docx"
        raw = archive.read("manifest.json")
    manifest = json.loads(raw)
    assert manifest["format"] == "kangwei-package/1"
    assert manifest["facts"] == FACTS
    assert manifest["files"] == [
        {"name": "2 总结/总结.docx", "size": 4, "sha256": hashlib.sha256(b"docx").hexdigest()},
        {"name": "1 过程/记录.txt", "size": 6, "sha256": hashlib.sha256("记录".encode()).hexdigest()},
    ]
    assert (summary.files, summary.size) == (2, (tmp_path / "验收包.zip").stat().st_size)
    assert summary.manifest_sha256 == hashlib.sha256(raw).hexdigest()


def test_the_manifest_seals_itself(tmp_path: Path) -> None:
    write_package(tmp_path / "p.zip", entries("a"), FACTS)
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    seal = manifest.pop("self")
    assert seal == hashlib.sha256(canonical_json(manifest).encode()).hexdigest()


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.write_bytes(b"x" * 10)
    write_package(tmp_path / "1.zip", [PackageEntry("a", content)], FACTS)
    os.utime(content, (0, 0))
    write_package(tmp_path / "2.zip", [PackageEntry("a", b"x" * 10)], dict(reversed(FACTS.items())))
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "", "/etc/passwd", "../x", "a/../b", "a/./b", "a//b", "a/", "a\\b", "C:/x", "a\x00b", "a\nb", "\u202ea",
        "a ", "a.", "nul", "e\u0301.pdf", "巡" * 67, "\ud800", "/".join(["巡" * 60] * 6),
    ],
)  # fmt: skip
def test_an_unsafe_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PackageError, match="不能放进验收包"):
        write_package(tmp_path / "p.zip", [PackageEntry(name, b"")], {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["巡" * 66, "1 过程/1.1 记录（主库）/第 01 周.docx", "…", "a.b.c"])
def test_a_usual_name_is_taken(tmp_path: Path, name: str) -> None:
    assert write_package(tmp_path / "p.zip", entries(name), {}).files == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [("a.docx", "a.docx"), ("A.docx", "a.DOCX"), ("Straße", "STRASSE"), ("a", "a/b"), ("A/b", "a")],
)
def test_two_names_that_some_system_takes_for_one_are_refused(tmp_path: Path, first: str, second: str) -> None:
    with pytest.raises(PackageError, match="重名"):
        write_package(tmp_path / "p.zip", entries(first, second), {})


def test_two_unicode_forms_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="不能放进验收包"):
        write_package(tmp_path / "p.zip", entries("\u00e9.txt", "e\u0301.txt"), {})


@pytest.mark.parametrize("name", ["manifest.json", "MANIFEST.json"])
def test_the_name_of_the_manifest_is_taken(tmp_path: Path, name: str) -> None:
    with pytest.raises(PackageError, match="重名"):
        write_package(tmp_path / "p.zip", entries(name), {})


def test_a_missing_file_is_named_and_the_old_package_stays(tmp_path: Path) -> None:
    target = tmp_path / "p.zip"
    target.write_bytes(b"old")
    with pytest.raises(OSError, match=r"读不到要打包的文件“1 过程/缺\.docx”"):
        write_package(target, [PackageEntry("1 过程/缺.docx", tmp_path / "nowhere")], {})
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_that_grows_while_it_is_packed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    growing = tmp_path / "log.txt"
    growing.write_bytes(b"one line\n")
    real = package_module.local_header

    def append_then_write(member: object) -> bytes:
        with growing.open("ab") as log:
            log.write(b"another\n")
        return real(member)

    monkeypatch.setattr(package_module, "local_header", append_then_write)
    with pytest.raises(PackageError, match="打包时被改动"):
        write_package(tmp_path / "p.zip", [PackageEntry("log.txt", growing)], {})


def test_a_package_over_the_limits_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_module, "MAX_FILES", 2)
    with pytest.raises(PackageError, match="最多 2 个文件"):
        write_package(tmp_path / "p.zip", entries("a", "b", "c"), {})
    monkeypatch.setattr(package_module, "MAX_BYTES", 50)
    with pytest.raises(PackageError, match="最多 50 字节"):
        write_package(tmp_path / "p.zip", [PackageEntry("a", b"x" * 60)], {})


def test_a_kill_in_the_middle_leaves_nothing_under_the_final_name(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from kangwei.core.documents import PackageEntry, write_package\n"
        "def entries():\n"
        "    yield PackageEntry('a', b'x' * 1000)\n"
        "    os._exit(9)\n"
        "write_package(Path(sys.argv[1]), entries(), {})\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path / "p.zip")], check=False)
    assert killed.returncode == 9
    assert [path.suffix for path in tmp_path.iterdir()] == [".part"]


def test_entries_may_come_one_by_one(tmp_path: Path) -> None:
    def one_by_one() -> Iterator[PackageEntry]:
        yield from entries("a", "b")

    assert write_package(tmp_path / "p.zip", one_by_one(), {}).files == 2
