import json
import random
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangwei.core.documents import PackageEntry, verify_package, write_package
from kangwei.core.documents import package_check as check_module
from kangwei.core.documents.package import ListedFile, manifest_bytes

CONTENTS = {
    "1 过程/巡检记录单.docx": random.Random(1).randbytes(300),
    "1 过程/说明.txt": "说明\n".encode() * 20,
    "空.txt": b"",
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("original") / "p.zip"
    write_package(path, [PackageEntry(name, content) for name, content in CONTENTS.items()], {"contract": "C-1"})
    return path.read_bytes()


@pytest.fixture
def package(tmp_path: Path, original: bytes) -> Path:
    path = tmp_path / "p.zip"
    path.write_bytes(original)
    return path


def kinds(path: Path) -> list[tuple[str, str]]:
    return [(problem.name, problem.kind) for problem in verify_package(path).problems]


def repack(
    path: Path,
    *,
    change: dict[str, bytes | None] | None = None,
    method: int = zipfile.ZIP_STORED,
) -> None:
    """Do what a person with an archive tool does: unpack, change, drop (None) or add files, pack again."""
    with zipfile.ZipFile(path) as source:
        contents: dict[str, bytes | None] = {name: source.read(name) for name in source.namelist()}
    contents |= change or {}
    with zipfile.ZipFile(path, "w", method) as target:
        for name, content in contents.items():
            if content is not None:
                target.writestr(name, content)


def test_a_package_as_written_is_whole(package: Path, original: bytes) -> None:
    report = verify_package(package)
    assert report.whole
    assert report.problems == ()
    assert report.files == 3
    assert (
        report.manifest_sha256
        == write_package(
            package, [PackageEntry(name, content) for name, content in CONTENTS.items()], {"contract": "C-1"}
        ).manifest_sha256
    )


def test_every_changed_byte_is_noticed(package: Path, original: bytes) -> None:
    for offset in range(len(original)):
        package.write_bytes(original[:offset] + bytes([original[offset] ^ 0xFF]) + original[offset + 1 :])
        assert not verify_package(package).whole, f"byte {offset}"


@given(st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_flipped_bit_is_noticed(package: Path, original: bytes, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(original) - 1))
    bit = data.draw(st.integers(0, 7))
    package.write_bytes(original[:offset] + bytes([original[offset] ^ 1 << bit]) + original[offset + 1 :])
    assert not verify_package(package).whole


@given(st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flip_inside_a_file_names_that_file(package: Path, original: bytes, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name, content in CONTENTS.items() if content]))
    offset = original.index(CONTENTS[name]) + data.draw(st.integers(0, len(CONTENTS[name]) - 1))
    package.write_bytes(original[:offset] + bytes([original[offset] ^ 1]) + original[offset + 1 :])
    assert kinds(package) == [(name, "changed")]


@given(st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_raises(package: Path, original: bytes, data: st.DataObject) -> None:
    """Cut, overwrite and insert at random: always a report, never an exception."""
    damaged = bytearray(original)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(damaged)))
        damaged[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    package.write_bytes(damaged)
    assert verify_package(package).whole == (bytes(damaged) == original)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\5\6" + bytes(18), b"\0" * 200, "不是压缩包".encode() * 50])
def test_something_else_is_not_a_package(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.zip"
    path.write_bytes(content)
    (problem,) = verify_package(path).problems
    assert problem.kind in {"archive", "manifest"}


def test_a_path_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="打不开文件"):
        verify_package(tmp_path / "nowhere.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
class TestRepacked:
    def test_a_replaced_file_is_named(self, package: Path, method: int) -> None:
        repack(package, change={"1 过程/说明.txt": "改过\n".encode() * 20}, method=method)
        assert kinds(package) == [("1 过程/说明.txt", "changed")]

    def test_a_file_of_another_size_is_named_with_both_sizes(self, package: Path, method: int) -> None:
        repack(package, change={"1 过程/说明.txt": "短".encode()}, method=method)
        (problem,) = verify_package(package).problems
        assert problem.reason == "大小应为 140 字节，实为 3 字节"

    def test_a_missing_file_is_named(self, package: Path, method: int) -> None:
        repack(package, change={"空.txt": None}, method=method)
        assert kinds(package) == [("空.txt", "missing")]

    def test_an_added_file_is_named(self, package: Path, method: int) -> None:
        repack(package, change={"1 过程/补的\x1b.docx": b"new"}, method=method)
        assert kinds(package) == [("1 过程/补的\ufffd.docx", "extra")]

    def test_the_same_files_in_another_archive_are_not_the_package(self, package: Path, method: int) -> None:
        repack(package, method=method)
        assert kinds(package) == [("1 过程/巡检记录单.docx", "archive")]

    def test_a_missing_manifest_is_named(self, package: Path, method: int) -> None:
        repack(package, change={"manifest.json": None}, method=method)
        assert kinds(package) == [("manifest.json", "manifest")]


def test_bytes_before_between_or_behind_are_noticed(package: Path, original: bytes) -> None:
    for changed in (b"x" + original, original + b"x", original.replace(b"PK\1\2", b"gapPK\1\2", 1)):
        package.write_bytes(changed)
        assert not verify_package(package).whole


def test_a_comment_or_a_time_that_changes_no_file_is_noticed(package: Path, original: bytes) -> None:
    package.write_bytes(original[:10] + b"\1" + original[11:])
    assert kinds(package) == [("1 过程/巡检记录单.docx", "archive")]
    with zipfile.ZipFile(package, "a") as archive:
        archive.comment = b"hidden"
    assert kinds(package) == [("", "archive")]


class TestManifest:
    """Packages whose manifest says something else than the writer would."""

    def test_a_changed_fact_breaks_the_seal_and_files_are_still_checked(self, package: Path) -> None:
        with zipfile.ZipFile(package) as archive:
            manifest = archive.read("manifest.json").replace(b"C-1", b"C-2")
        repack(package, change={"manifest.json": manifest, "空.txt": b"full"})
        assert kinds(package) == [("manifest.json", "manifest"), ("空.txt", "changed")]

    def test_a_changed_digest_breaks_the_seal(self, package: Path) -> None:
        with zipfile.ZipFile(package) as archive:
            manifest = json.loads(archive.read("manifest.json"))
        manifest["files"][0]["sha256"] = "0" * 64
        repack(package, change={"manifest.json": json.dumps(manifest).encode()})
        assert kinds(package) == [("manifest.json", "manifest"), ("1 过程/巡检记录单.docx", "changed")]

    def test_white_space_alone_breaks_the_seal(self, package: Path) -> None:
        with zipfile.ZipFile(package) as archive:
            manifest = archive.read("manifest.json")
        repack(package, change={"manifest.json": manifest + b"\n"})
        assert kinds(package) == [("manifest.json", "manifest")]

    @pytest.mark.parametrize(
        "manifest",
        [
            b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff", b"[" * 100_000, b'{"format": "kangwei-package/1"}',
            b'{"format": "kangwei-package/1", "facts": [1], "files": []}',
            b'{"format": "kangwei-package/1", "facts": {"a": "\\ud800"}, "files": []}',
            b'{"format": "kangwei-package/1", "facts": {"a": NaN}, "files": []}',
            b'{"format": "kangwei-package/1", "facts": {}, "files": [1]}',
            b'{"format": "kangwei-package/1", "facts": {}, "files": [{"name": 1, "size": 0, "sha256": ""}]}',
            b'{"format": "kangwei-package/1", "facts": {}, "files": [{"name": "a", "size": 1.5, "sha256": ""}]}',
        ],
    )  # fmt: skip
    def test_nonsense_is_reported(self, package: Path, manifest: bytes) -> None:
        repack(package, change={"manifest.json": manifest})
        assert kinds(package) == [("manifest.json", "manifest")]

    def test_another_format_is_reported(self, package: Path) -> None:
        repack(package, change={"manifest.json": b'{"format": "kangwei-package/9"}'})
        assert verify_package(package).problems[0].reason == "清单格式不是 kangwei-package/1"

    @pytest.mark.parametrize("name", ["../../etc/cron.d/x", "a\\b", "C:/x", "x" * 2000, "manifest.json"])
    def test_a_sealed_manifest_with_an_unsafe_name_is_refused(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / "p.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("manifest.json", manifest_bytes([ListedFile(name, 0, "")], {}))
        assert kinds(path) == [("manifest.json", "manifest")]


class TestBombs:
    def test_a_file_that_explodes_is_not_unpacked(self, package: Path) -> None:
        repack(package, change={"1 过程/说明.txt": b"0" * 140}, method=zipfile.ZIP_DEFLATED)
        assert kinds(package) == [("1 过程/说明.txt", "changed")]
        bomb = manifest_bytes([ListedFile("bomb", 50_000_000, "0" * 64)], {})
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bomb", b"0" * 50_000_000)
            archive.writestr("manifest.json", bomb)
        assert verify_package(package).problems[0].reason == "压缩比异常，拒绝解压"

    def test_a_file_that_is_larger_than_it_declares_is_read_no_further(self, package: Path) -> None:
        """Both directory and manifest say 2000 bytes, the compressed stream holds 50 million."""
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bomb", b"0" * 50_000_000)
            archive.writestr("manifest.json", manifest_bytes([ListedFile("bomb", 2000, "0" * 64)], {}))
        raw = package.read_bytes()
        package.write_bytes(raw.replace(struct.pack("<L", 50_000_000), struct.pack("<L", 2000)))
        assert kinds(package) == [("bomb", "changed")]

    def test_an_enormous_manifest_is_refused(self, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(check_module, "MAX_MANIFEST_BYTES", 100)
        assert verify_package(package).problems[0].reason == "清单过大，拒绝检查"

    def test_too_many_or_too_large_files_are_refused(self, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(check_module, "MAX_FILES", 2)
        assert verify_package(package).problems[0].reason == "文件过多或过大，拒绝检查"
        monkeypatch.setattr(check_module, "MAX_FILES", 3)
        assert verify_package(package).whole
        monkeypatch.setattr(check_module, "MAX_BYTES", 100)
        assert verify_package(package).problems[0].reason == "文件过多或过大，拒绝检查"

    def test_a_large_directory_is_refused_unread(self, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(check_module, "MAX_DIRECTORY_BYTES", 100)
        assert verify_package(package).problems[0].reason == "目录区过大，拒绝检查"

    def test_files_that_overlap_are_refused(self, tmp_path: Path) -> None:
        """One kernel of data, many entries that point at it."""
        path = tmp_path / "p.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("kernel", b"0" * 10_000)
            kernel = archive.getinfo("kernel")
            archive.filelist += [kernel] * 50
        assert verify_package(path).problems[0].reason == "文件互相重叠，拒绝检查"

    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_other_compression_is_not_attempted(self, package: Path, method: int) -> None:
        repack(package, method=method)
        assert kinds(package) == [("manifest.json", "manifest")]
