"""Reading the text files that a command is given, and failed file operations in the user's words."""

import errno
from pathlib import Path

from kangwei.base.errors import ActionError

MAX_BYTES = 20 * 1024 * 1024

_REASONS = {
    errno.ENOENT: "文件或目录不存在",
    errno.EISDIR: "是目录，不是文件",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许此操作",
    errno.EROFS: "文件系统是只读的",
    errno.ENOSPC: "磁盘空间不足",
    errno.EEXIST: "已有同名文件",
    errno.ENAMETOOLONG: "名称太长",
    errno.ELOOP: "符号链接成环",
    errno.ESPIPE: "不是普通文件",
}


def read_text(path: Path) -> str:
    """The file's text, line ends as they stand. ActionError for what is too large or not UTF-8; OSError as it comes."""
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ActionError(f"{path}：超过 {MAX_BYTES // 1024 // 1024} MB")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ActionError(f"{path}:{line}：不是 UTF-8 编码的文本") from None


def why(error: OSError) -> str:
    """Place and reason of a failed file operation."""
    if error.errno is None:
        # Raised by our own code; where it wraps another error, that one knows place and number.
        return why(error.__cause__) if isinstance(error.__cause__, OSError) else str(error)
    reason = _REASONS.get(error.errno, error.strerror or "无法读写")
    return f"{error.filename}：{reason}" if error.filename is not None else reason
