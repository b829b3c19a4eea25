"""What an uploaded file is, by its content; and what is refused."""

import io
import zipfile

import pytest
from docx import Document

from kangwei.base.errors import ActionError
from kangwei.documents.content import recognise

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def word() -> bytes:
    buffer = io.BytesIO()
    Document().save(buffer)
    return buffer.getvalue()


def zipped(**entries: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (word(), "报告.docx", WORD),
        (b"%PDF-1.7 ...", "扫描件.PDF", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "照片.png", "image/png"),
        (b"\xff\xd8\xff\xe0...", "照片.jpeg", "image/jpeg"),
        ("记录".encode("gb18030"), "记录.txt", "text/plain"),
        ("系统,次数\n".encode(), "台账.csv", "text/csv"),
    ],
)
def test_accepted_kinds(content, name, kind):
    assert recognise(content, name) == kind


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "空.docx", "是空的"),
        (word(), "报告.pdf", "与扩展名 .pdf 不符"),
        (b"MZ\x90\x00", "程序.exe", "不接受"),
        (b"<html></html>", "页面.html", "不接受"),
        (b"a\x00b", "二进制.txt", "不接受"),
        (b"PK\x03\x04 torn", "破损.docx", "已损坏"),
        (zipped(readme=b"x"), "压缩包.zip", "不接受"),
        (zipped(word__document=b"x", word__vbaProject=b"x"), "普通.docx", "不接受"),
    ],
)
def test_refused_with_the_reason(content, name, reason):
    with pytest.raises(ActionError, match=reason):
        recognise(content, name)


def test_macros_are_refused():
    content = zipped(**{"word/document.xml": b"<x/>", "word/vbaProject.bin": b"x"})
    with pytest.raises(ActionError, match="含宏"):
        recognise(content, "报告.docx")


def test_a_bomb_is_refused_by_what_it_declares_without_unpacking_it():
    content = zipped(**{"word/document.xml": b"0" * (20 * 1024 * 1024)})
    assert len(content) < 30_000
    with pytest.raises(ActionError, match="解压后过大"):
        recognise(content, "报告.docx")


def test_a_directory_of_too_many_entries_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr("kangwei.documents.content.MAX_ENTRIES", 3)
    many = zipped(word__document_xml=b"", a=b"", b=b"", c=b"")
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(ActionError, match="解压后过大"):
        recognise(many, "a.docx")
