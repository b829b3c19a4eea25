"""What kind of file a ledger is, from its content; protected files, macros and bombs are refused here."""

import io
import re
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field

from kangwei.core.ledgers.compound import CompoundError, read_compound
from kangwei.core.ledgers.faults import TableError

MAX_UNPACKED = 1_000_000_000
_MAX_ENTRIES = 10_000
_LARGE_ENTRY, _MAX_RATIO = 10_000_000, 200

PROTECTED = "文件有密码保护，请在 Excel 中取消密码后再上传"
MACROS = "文件带有宏，请另存为不带宏的 xlsx 后再上传"
DAMAGED = "文件已损坏，请用 Excel 打开并另存为 xlsx 后再上传"
_NO_TABLE = "不是表格文件，只接受 xlsx、xls、xlsb、ods 和 CSV"
_WEB_PAGE = "扩展名是表格，内容其实是网页或 XML，请用 Excel 打开并另存为 xlsx 后再上传"

_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf", b"PK\x05\x06")
_MACRO_NAMES = (".xlsm", ".xltm", ".xlam")
# What a reader of cells needs; pictures, pivot caches and the like stay outside.
_NEEDED = re.compile(
    r"\[content_types\]\.xml|_rels/[^/]+|xl/[^/]+\.(xml|bin)|xl/_rels/[^/]+|xl/(work|chart|dialog|macro)sheets/[^/]+"
    r"|mimetype|meta-inf/manifest\.xml|content\.xml"
)

_CELLS = ("xl/worksheets/", "xl/sharedstrings.")


@dataclass(frozen=True)
class Container:
    """A workbook that is safe to open: `content` has only `parts` (by their name in lower case) of the file brought.

    `outline` is enough of it to list the sheets. `form` is xlsx, xlsb, ods, xls or csv. `stream` is the workbook of an
    xls file.
    """

    form: str
    content: bytes
    outline: bytes
    parts: dict[str, bytes] = field(default_factory=dict)
    stream: bytes = b""


def open_container(content: bytes, file_name: str) -> Container:
    """Find out what the file is. Raises TableError for a file that is none of the five, protected, or dangerous."""
    if file_name.lower().endswith(_MACRO_NAMES):
        raise TableError(MACROS)
    if content.startswith(_ZIP):
        return _zipped(content)
    if content.startswith(_OLE):
        return _compound(content)
    start = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head", b"mime-version:")):
        raise TableError(_WEB_PAGE)
    if content.startswith(_OTHERS) or (b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff"))):
        raise TableError(_NO_TABLE)
    return Container("csv", content, content)


def _compound(content: bytes) -> Container:
    try:
        streams = read_compound(content, wanted=("Workbook", "Book"))
    except CompoundError:
        raise TableError(DAMAGED) from None
    if not streams:
        raise TableError(DAMAGED)
    if "EncryptedPackage" in streams:
        raise TableError(PROTECTED)
    if "_VBA_PROJECT_CUR" in streams or "VBA" in streams:
        raise TableError(MACROS)
    stream = streams.get("Workbook") or streams.get("Book")
    if not stream:
        raise TableError(_NO_TABLE)
    return Container("xls", content, content, stream=stream)


def _zipped(file: bytes) -> Container:
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            infos = _checked_entries(archive)
            form = _form(infos)
            parts = {name: archive.read(info) for name, info in infos.items() if _NEEDED.fullmatch(name)}
            names = {name: info.filename for name, info in infos.items()}
    except TableError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError):
        raise TableError(DAMAGED) from None
    if any(_declares_entities(part) for name, part in parts.items() if name.endswith((".xml", ".rels"))):
        raise TableError(DAMAGED)
    if form == "ods" and b"encryption-data" in parts.get("meta-inf/manifest.xml", b""):
        raise TableError(PROTECTED)
    content = _packed({names[name]: part for name, part in parts.items()})
    outline = _packed({names[name]: part for name, part in parts.items() if not name.startswith(_CELLS)})
    return Container(form, content, outline, parts)


def _declares_entities(part: bytes) -> bool:
    """Whether a small XML may unfold into an endless one; office programs write UTF-8 without declarations."""
    return not part.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<") or b"<!DOCTYPE" in part or b"<!ENTITY" in part


def _checked_entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of an archive by their name in lower case, when together they are harmless."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    large = [info for info in infos if info.file_size > _LARGE_ENTRY]
    if len(infos) > _MAX_ENTRIES or sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise TableError("文件解压后过大，没有读取")
    if any(info.file_size > _MAX_RATIO * max(info.compress_size, 1) for info in large):
        raise TableError("文件的压缩比异常，疑为压缩炸弹，没有读取")
    if any(info.flag_bits & 1 for info in infos):
        raise TableError(PROTECTED)
    found = {info.filename.replace("\\", "/").lower(): info for info in infos}
    if len(found) != len(infos):
        raise TableError(DAMAGED)
    if any(name.endswith("vbaproject.bin") for name in found):
        raise TableError(MACROS)
    return found


def _form(names: Collection[str]) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    raise TableError(_NO_TABLE)


def _packed(parts: dict[str, bytes]) -> bytes:
    """An archive of just these files.

    The reader sees exactly what was checked here: sizes that lie and names that stand twice do not reach it.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()
