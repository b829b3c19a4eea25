"""Errors of the machine in the user's words: files and databases that cannot be used."""

import errno

from kangwei.base.errors import ActionError

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
}


def why(error: OSError) -> str:
    """Place and reason of a failed file operation."""
    if error.errno is None:
        return str(error)  # raised by our own code, in Chinese already
    reason = _REASONS.get(error.errno, error.strerror or "无法读写")
    return f"{error.filename}：{reason}" if error.filename is not None else reason


def database_refusal(name: str, error: Exception) -> ActionError:
    """A database that does not answer as one, by its name and the driver's own words."""
    words = str(error).strip().splitlines()
    return ActionError(f"数据库 {name} 无法使用：{words[0] if words else type(error).__name__}")
