"""File names that every system which may open an acceptance package accepts."""

import re
import unicodedata

MAX_PART_BYTES = 200
"""Longest file or folder name in UTF-8 bytes; most file systems stop at 255, and copies get a suffix."""

_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # among them the marks that turn the reading direction
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_LONGEST_EXTENSION_BYTES = 16


def safe_file_name(text: str) -> str:
    """Turn `text` into one file or folder name (no path) that Windows, Linux and macOS all accept.

    Characters forbidden on Windows become "_", invisible ones disappear, the rest gets Unicode form NFC.
    A long name loses the end of its stem, never its extension, and stays within `MAX_PART_BYTES`.
    A name that is safe already comes back unchanged; nothing usable gives 未命名.
    """
    spaced = re.sub(r"[\t\r\n]+", " ", text)
    visible = "".join(char for char in spaced if unicodedata.category(char) not in _INVISIBLE)
    name = unicodedata.normalize("NFC", _FORBIDDEN.sub("_", visible)).strip(" .")
    if _DEVICE.fullmatch(name):
        name = "_" + name
    return _shorten(name) or "未命名"


def printable(text: str) -> str:
    """`text` for a message: characters that do not print (or steer a terminal) become "�"."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _shorten(name: str) -> str:
    if len(name.encode()) <= MAX_PART_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    suffix = dot + extension
    if not stem or len(suffix.encode()) > _LONGEST_EXTENSION_BYTES:
        stem, suffix = name, ""
    kept = stem.encode()[: MAX_PART_BYTES - len(suffix.encode())].decode(errors="ignore")
    return kept.rstrip(" .") + suffix
