"""What kind of file it is, and which are refused before they are opened."""

import io
import struct
import zipfile

import pytest

from kangwei.core.ledgers import TableError, containers
from kangwei.core.ledgers.containers import open_container
from tests.core.ledgers.workbooks import TERMINALS, changed, compound, ods, ods_row, unzipped, xls, xlsb, xlsx, zipped

XLSX = xlsx(TERMINALS)
SHEET = "xl/worksheets/sheet1.xml"


def refusal(content, name="台账.xlsx"):
    with pytest.raises(TableError) as refused:
        open_container(content, name)
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (XLSX, "xlsx"),
        (xls(TERMINALS), "xls"),
        (xlsb({(0, 0): "a"}), "xlsb"),
        (ods(ods_row("a")), "ods"),
        (b"a,b\n1,2\n", "csv"),
        ("编号,名称".encode("utf-16"), "csv"),
    ],
)
def test_the_form_follows_from_the_content_whatever_the_name(content, form):
    assert open_container(content, "台账.dat").form == form


def test_only_what_a_reader_of_cells_needs_is_kept():
    content = changed(XLSX, "xl/media/image1.png", lambda part: b"picture")
    container = open_container(content, "台账.xlsx")
    kept = {name.lower() for name in unzipped(container.content)}
    assert kept == set(container.parts)
    assert SHEET in kept
    assert not {name for name in kept if "media" in name or "theme" in name or "docprops" in name}


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (compound({"EncryptedPackage": bytes(5000), "EncryptionInfo": bytes(200)}), "a.xlsx", containers.PROTECTED),
        (ods(manifest="<manifest:encryption-data/>"), "a.ods", containers.PROTECTED),
        (XLSX, "台账.XLSM", containers.MACROS),
        (changed(XLSX, "xl/vbaProject.bin", lambda part: b"macro"), "a.xlsx", containers.MACROS),
        (xls(TERMINALS, extra=["_VBA_PROJECT_CUR"]), "a.xls", containers.MACROS),
        (zipped({"word/document.xml": b"<a/>"}), "a.docx", "不是表格文件，只接受 xlsx、xls、xlsb、ods 和 CSV"),
        (compound({"WordDocument": bytes(5000)}), "a.doc", "不是表格文件，只接受 xlsx、xls、xlsb、ods 和 CSV"),
        (b"%PDF-1.7\n", "a.pdf", "不是表格文件，只接受 xlsx、xls、xlsb、ods 和 CSV"),
        (b"\x00\x01\x02", "a.csv", "不是表格文件，只接受 xlsx、xls、xlsb、ods 和 CSV"),
        (XLSX[:3000], "a.xlsx", containers.DAMAGED),
        (xls(TERMINALS)[:600], "a.xls", containers.DAMAGED),
    ],
)
def test_a_file_that_is_refused(content, name, why):
    assert refusal(content, name) == why


@pytest.mark.parametrize(
    "content",
    [b"<html><table>", b"\xef\xbb\xbf\r\n<!DOCTYPE html>", b"<?xml version='1.0'?><Workbook>", b"<table border=1>"],
)
def test_a_web_page_that_is_called_xls_is_told_from_a_workbook(content):
    assert refusal(content, "导出.xls").startswith("扩展名是表格，内容其实是网页或 XML")


def test_bombs_are_refused_before_they_are_unpacked():
    bomb = changed(XLSX, SHEET, lambda part: part + b" " * 11_000_000)
    assert refusal(bomb) == "文件的压缩比异常，疑为压缩炸弹，没有读取"
    assert open_container(changed(XLSX, SHEET, lambda part: part + b" " * 9_000_000), "a.xlsx")


def test_the_size_of_everything_together_is_limited(monkeypatch):
    monkeypatch.setattr(containers, "MAX_UNPACKED", 1000)
    assert refusal(XLSX) == "文件解压后过大，没有读取"


def test_a_size_that_lies_is_found_out():
    content = bytearray(XLSX)
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    struct.pack_into("<I", content, place + 24, 10)
    assert refusal(bytes(content)) == containers.DAMAGED


def test_a_name_that_stands_twice_is_refused():
    target = io.BytesIO(XLSX)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(SHEET.upper(), b"<worksheet/>")
    assert refusal(target.getvalue()) == containers.DAMAGED


@pytest.mark.parametrize("start", [b"<!DOCTYPE a>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>"])
def test_declarations_by_which_xml_unfolds_are_refused(start):
    assert refusal(changed(XLSX, "xl/workbook.xml", lambda part: start + part)) == containers.DAMAGED
    assert refusal(changed(XLSX, "xl/workbook.xml", lambda part: part.decode().encode("utf-16"))) == containers.DAMAGED


def test_an_archive_with_a_password_is_refused():
    content = bytearray(XLSX)
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    assert refusal(bytes(content)) == containers.PROTECTED
