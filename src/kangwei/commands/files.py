"""Reading the text files that a command is given."""

from pathlib import Path

from kangwei.base.errors import ActionError

MAX_BYTES = 20 * 1024 * 1024


def read_text(path: Path) -> str:
    """The file as text, line ends as they stand; ActionError for what is too large or not UTF-8, OSError as it comes."""
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ActionError(f"{path}：超过 {MAX_BYTES // 1024 // 1024} MB")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ActionError(f"{path}:{line}：不是 UTF-8 编码的文本") from None
