"""What an uploaded file is, judged by its content; and whether it is safe to keep."""

import io
import zipfile

from kangwei.base.errors import ActionError

MAX_UNPACKED = 500 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 10_000
OFFICE = "application/vnd.openxmlformats-officedocument."
ZIP_KINDS = {
    "word/document.xml": (OFFICE + "wordprocessingml.document", ".docx"),
    "xl/workbook.xml": (OFFICE + "spreadsheetml.sheet", ".xlsx"),
    "ppt/presentation.xml": (OFFICE + "presentationml.presentation", ".pptx"),
}
MAGIC = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)
ACCEPTED = "docx、xlsx、pptx、pdf、png、jpg、txt、csv"


def recognise(content: bytes, file_name: str) -> str:
    """The content type; ActionError (Chinese) for what is empty, of an unaccepted kind, mislabelled, or a ZIP bomb."""
    if not content:
        raise ActionError(f"文件「{file_name}」是空的", field="file")
    ending = "." + file_name.lower().rpartition(".")[2]
    kind, proper = _kind(content, file_name, ending)
    if ending not in (proper, ".jpeg" if proper == ".jpg" else proper):
        raise ActionError(f"文件「{file_name}」的内容是 {proper}，与扩展名 {ending} 不符", field="file")
    return kind


def _kind(content: bytes, file_name: str, ending: str) -> tuple[str, str]:
    for start, kind, proper in MAGIC:
        if content.startswith(start):
            return kind, proper
    if content.startswith(b"PK\x03\x04"):
        return _zip_kind(content, file_name)
    if ending in (".txt", ".csv") and _is_text(content):
        return ("text/csv" if ending == ".csv" else "text/plain"), ending
    raise ActionError(f"不接受文件「{file_name}」：只收 {ACCEPTED}", field="file")


def _zip_kind(content: bytes, file_name: str) -> tuple[str, str]:
    # Counted before the directory is read: a million empty entries fit into a small file and fill the memory.
    if content.count(b"PK\x01\x02") > MAX_ENTRIES:
        raise ActionError(f"文件「{file_name}」解压后过大，拒收", field="file")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise ActionError(f"文件「{file_name}」已损坏，打不开", field="file") from None
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(content), 10_000):
        raise ActionError(f"文件「{file_name}」解压后过大，拒收", field="file")
    names = {entry.filename for entry in entries}
    if any(name.endswith("vbaProject.bin") for name in names):
        raise ActionError(f"文件「{file_name}」含宏，拒收；请另存为不含宏的格式", field="file")
    for marker, found in ZIP_KINDS.items():
        if marker in names:
            return found
    raise ActionError(f"不接受文件「{file_name}」：只收 {ACCEPTED}", field="file")


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
