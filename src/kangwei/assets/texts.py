"""What text a configuration file holds, whatever encoding and line ends the device wrote it with. Pure."""

import codecs
import re

MAX_BYTES = 2 * 1024 * 1024
_MARKED = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UNMARKED = ("utf-8", "gb18030")


class TextError(ValueError):
    """The content is no text that could be kept; `str()` is the reason in Chinese."""


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or GB18030, as `plain` has it. TextError for anything else."""
    if len(content) > MAX_BYTES:
        raise TextError(f"超过 {MAX_BYTES // 1024 // 1024} MB 上限")
    marked = [encoding for mark, encoding in _MARKED if content.startswith(mark)]
    for encoding in marked or _UNMARKED:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return plain(text)
    raise TextError("不是文本文件：既不是 UTF-8，也不是 GB18030 或带标记的 UTF-16")


def plain(text: str) -> str:
    """Every line ended by one line feed, blank lines at the end left out. TextError where nothing or a NUL is in it."""
    lines = re.sub(r"\r*\n|\r", "\n", text).rstrip()
    if not lines:
        raise TextError("没有内容")
    if "\0" in lines:
        raise TextError("含有二进制内容，不是文本配置；请从设备导出文本格式")
    if len(lines.encode(errors="replace")) >= MAX_BYTES:
        raise TextError(f"超过 {MAX_BYTES // 1024 // 1024} MB 上限")
    return lines + "\n"
