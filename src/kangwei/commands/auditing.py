"""`kangwei audit verify`, and who the command line is in the audit trail."""

import getpass
import os

from kangwei.base import audit
from kangwei.base.audit import System
from kangwei.commands.output import say


def verify() -> int:
    """Walk the audit trail; 0 only where every entry holds."""
    entries, broken = audit.verify()
    if broken is None:
        say(f"审计链完整：共 {entries} 条记录，逐条相符。")
        return 0
    say(f"第 {broken.entry} 条：{broken.reason}")
    say(f"审计链不完整：前 {entries} 条记录相符，从第 {broken.entry} 条起不可信。")
    return 1


def command_line() -> System:
    """Whoever works here, by the operating system's name."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid {os.getuid()}"  # a container's user without an entry in passwd
    return System(f"命令行（{user}）")
