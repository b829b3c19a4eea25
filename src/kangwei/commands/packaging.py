"""`kangwei package`: the acceptance package of a contract as one file."""

from datetime import datetime
from pathlib import Path

from kangwei.acceptance.actions import build_package
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.commands.lookup import contract_named
from kangwei.commands.output import Progress, say


def package(code: str, *, out: Path, actor: Actor, now: datetime) -> int:
    """Write the package to `out`, which must not be there yet; 0 once the file is whole and in the audit trail."""
    contract = contract_named(code)
    if out.exists():
        raise ActionError(f"{out}：已有同名文件或目录，不会覆盖，请换一个名字")
    if not out.parent.is_dir():
        raise ActionError(f"{out.parent}：没有这个文件夹")
    # The file takes its name last: under it nobody ever finds a half package, or one that the audit trail lacks.
    part = out.with_name(f".{out.name}.part")
    bar = Progress()
    try:
        built = build_package(contract=contract, out_path=part, actor=actor, now=now, progress=bar.show)
    finally:
        bar.close()
    part.replace(out)
    say(f"清单 SHA-256：{built.manifest_sha256}")
    say(f"验收包已写到 {out}：文件 {built.files} 个，缺项 {built.missing} 个，{built.size} 字节。")
    return 0
