"""`kangwei verify`: an acceptance package against its own manifest. Needs no database."""

from pathlib import Path

from kangwei.base.errors import ActionError
from kangwei.commands.output import say
from kangwei.core.documents import verify_package

_KINDS = {
    "changed": "已改动",
    "missing": "缺失",
    "extra": "多出",
    "unreadable": "无法读出",
    "manifest": "清单有误",
    "archive": "包有误",
}


def verify(path: Path) -> int:
    """0 only where no byte of the package differs from what was written."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise ActionError(f"{path}：不是普通文件")  # a device or a pipe has no end to look at first
    report = verify_package(path)
    for problem in report.problems:
        say(f"{_KINDS[problem.kind]} {problem.name or '整个包'}：{problem.reason}")
    if report.manifest_sha256:
        say(f"清单 SHA-256：{report.manifest_sha256}")
    if report.whole:
        say(f"{path.name} 完整：清单所列 {report.files} 个文件逐字节相符。")
        return 0
    say(f"{path.name} 不完整：有 {len(report.problems)} 处问题。")
    return 1
