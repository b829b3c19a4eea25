"""`kangwei simulate`: practice data on the copies of the contract library, and what came of it."""

from datetime import datetime

from kangwei.acceptance import actions as acceptance
from kangwei.accounts.actions import read_notices
from kangwei.accounts.queries import person
from kangwei.base.audit import System
from kangwei.commands.library import library_files
from kangwei.commands.output import Progress, say, table
from kangwei.contracts.enums import Standing
from kangwei.simulation.replay import Summary, replay

PACKAGED = 2


def simulate(*, months: int, seed: int, now: datetime) -> int:
    """Make the practice data, then packages of the first contracts; ActionError where there is some already."""
    texts = [file.read_text("utf-8") for file in library_files()]
    bar = Progress()
    try:
        summary = replay(texts, months=months, seed=seed, now=now, progress=bar.show)
    finally:
        bar.close()
    accounts = [[account.username, account.password, account.role, account.party] for account in summary.accounts]
    say(table(["登录名", "口令", "角色", "单位"], accounts))
    say("以上口令只显示这一次，首次登录须更改。")
    _read_news(summary, now)
    packages = _build_packages(summary, now)
    standings = "、".join(f"{Standing(name).label} {n}" for name, n in summary.standings.items() if n)
    say(
        f"已生成 {months} 个月的练习数据：合同 {len(summary.contracts)} 份，已开始的应履行项"
        f" {sum(summary.standings.values())} 个（{standings}），巡检 {summary.runs} 次，发现 {summary.findings} 条，"
        f"资产 {summary.assets} 项，工单 {summary.tickets} 张，验收包 {packages} 个。"
    )
    return 0


def _read_news(summary: Summary, now: datetime) -> None:
    """The news of all those months reach the practice people when the replay is committed, and are old by then."""
    for account in summary.accounts:
        read_notices(person=person(username=account.username), now=now)


def _build_packages(summary: Summary, now: datetime) -> int:
    """After the replay has been committed: a package is a file, which no transaction takes back."""
    actor = System("练习数据生成")
    for contract in summary.contracts[:PACKAGED]:
        package = acceptance.request_package(contract=contract, actor=actor, now=now)
        acceptance.build_requested(package_id=package.pk, actor=actor, now=now)
    return len(summary.contracts[:PACKAGED])
