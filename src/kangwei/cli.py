"""The command line: which commands there are, and what each hands on to kangwei.commands.

Exit status: 0 where what was asked holds, 1 where it does not or cannot be done, 2 for a wrong call. The last line
printed is the result in one sentence.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.db import DatabaseError

from kangwei.base.errors import ActionError
from kangwei.commands import database
from kangwei.commands.arguments import Parser, address, month, name, port, whole
from kangwei.commands.files import why
from kangwei.commands.output import complain, tolerate_any_terminal
from kangwei.core.contracts import TABS, ContractFileError

Run = Callable[[argparse.Namespace], int]
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. Bad input ends with its place and reason on stderr, never a stack trace."""
    tolerate_any_terminal()
    arguments = build_parser().parse_args(argv)
    run: Run = arguments.run
    try:
        return run(arguments)
    except ContractFileError as error:
        complain(str(error))
        complain(f"合同文件有 {len(error.problems)} 处错误。")
    except ActionError as error:
        complain(str(error))
    except DatabaseError as error:
        complain(str(database.refusal(error)))
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough; Python would complain again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        complain(why(error))
    except UnicodeEncodeError:
        complain("参数中有不是 UTF-8 的字符。")
    except KeyboardInterrupt:
        complain("已中断。")
        return INTERRUPTED
    return 1


def build_parser() -> Parser:
    """All commands with their arguments."""
    parser = Parser(prog="kangwei", description="康维：把运维合同的承诺变成履约记录。")
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True, dest="command")
    _add_running(commands)
    _add_contract(commands)
    _add_work(commands)
    _add_import(commands)
    _add_checking(commands)
    return parser


Commands = argparse._SubParsersAction  # argparse has no public name for it


def _command(commands: "Commands[Parser]", name: str, run: Run, words: str, more: str = "") -> Parser:
    command = commands.add_parser(name, help=words, description=f"{words}。{more}")
    command.set_defaults(run=run)
    return command


def _add_running(commands: "Commands[Parser]") -> None:
    up = _command(
        commands, "up", _up, "启动康维：建库、载入合同库、启动网页与后台",
        "首次启动时打印初始口令，只此一次。数据放在 KANGWEI_VAR 所指目录（默认 var）。",
    )  # fmt: skip
    up.add_argument("--no-library", action="store_true", help="不载入随附的合同库")
    web = _command(commands, "web", _web, "只启动网页", "用于网页与后台分开部署。")
    for serving in (up, web):
        serving.add_argument(
            "--host", default="127.0.0.1", type=address, metavar="地址", help="监听地址（默认 127.0.0.1）"
        )
        serving.add_argument("--port", default=8000, type=port, metavar="端口", help="监听端口（默认 8000）")
    worker = _command(commands, "worker", _worker, "只启动后台", "用于网页与后台分开部署。")
    for child in (web, worker):
        child.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    _command(commands, "migrate", _migrate, "把数据库更新到最新结构")
    simulate = _command(
        commands, "simulate", _simulate, "生成练习数据",
        "用合同库的练习副本重演几个月的工作，全部标明「练习」，不触及真实合同；已有练习数据时拒绝。",
    )  # fmt: skip
    simulate.add_argument(
        "--months", default=3, type=whole(1, 12), metavar="月数", help="重演的月数，1 到 12（默认 3）"
    )
    simulate.add_argument("--seed", default=1, type=whole(0, 999_999_999), metavar="种子", help="随机种子（默认 1）")


def _add_contract(commands: "Commands[Parser]") -> None:
    contract = commands.add_parser("contract", help="合同文件：检查、打印、载入、比较", description="合同文件。")
    verbs = contract.add_subparsers(title="命令", metavar="命令", required=True, dest="verb")
    check = _command(
        verbs, "check", _contract_check, "检查合同文件",
        "列出全部错误；给出采购文本时，再列出看似有约束力而没有条款引用的行。不需要数据库。全部合格才返回 0。",
    )  # fmt: skip
    check.add_argument("file", type=Path, metavar="文件", help="合同文件（YAML）")
    check.add_argument("--against", type=Path, metavar="文本", help="采购文本")
    show = _command(verbs, "show", _contract_show, "打印一个已载入的合同", "逐条列出，附采购文本的行号。")
    show.add_argument("contract", metavar="合同", help="合同编号")
    show.add_argument(
        "--tab",
        choices=tuple(TABS),
        default="",
        metavar="部分",
        help="只打印一个部分：" + "、".join(f"{key} {label}" for key, (label, _) in TABS.items()),
    )
    load = _command(
        verbs, "load", _contract_load, "载入合同文件", "几个文件要么全部载入，要么都不载入；内容相同则不变。"
    )
    load.add_argument("files", type=Path, nargs="+", metavar="文件", help="合同文件（YAML）")
    load.add_argument("--supplier", type=name, metavar="名称", help="承担合同的乙方")
    diff = _command(verbs, "diff", _contract_diff, "列出载入合同文件会带来的变化", "什么也不写入；有无变化都返回 0。")
    diff.add_argument("file", type=Path, metavar="文件", help="合同文件（YAML）")


def _add_work(commands: "Commands[Parser]") -> None:
    occurrences = _command(commands, "occurrences", _occurrences, "列出合同的应履行项")
    occurrences.add_argument("contract", metavar="合同", help="合同编号")
    occurrences.add_argument("--month", type=month, metavar="年月", help="只列该月到期的，例如 2026-11")
    occurrences.add_argument("--json", action="store_true", help="输出 JSON；结果句改到标准错误")
    inspect = _command(
        commands, "inspect", _inspect, "巡检一个目标，不留记录",
        "口令取自环境变量 KANGWEI_TARGET_SECRET，或用 --secret-stdin。结论为正常时返回 0；警告、严重、未测得时返回 1。",
    )  # fmt: skip
    inspect.add_argument("url", metavar="地址", help="网址或数据库连接；local 表示本机")
    inspect.add_argument("--template", required=True, metavar="模板", help="巡检模板，例如 http-service")
    inspect.add_argument("--secret-stdin", action="store_true", help="从标准输入读一行口令")
    inspect.add_argument("--json", action="store_true", help="输出 JSON；结果句改到标准错误")
    package = _command(commands, "package", _package, "生成验收包", "缺项写进目录；已有的文件不会被覆盖。")
    package.add_argument("contract", metavar="合同", help="合同编号")
    package.add_argument("--out", type=Path, required=True, metavar="文件", help="验收包写到这个文件（ZIP）")


def _add_import(commands: "Commands[Parser]") -> None:
    imports = commands.add_parser("import", help="从别的系统导入", description="从别的系统导入。")
    verbs = imports.add_subparsers(title="命令", metavar="命令", required=True, dest="verb")
    incidents = _command(
        verbs, "incidents", _import_incidents, "导入别的服务台的历史事件",
        "一个事件要么完整导入，要么不导入；已导入的不会重复，中断后可再次运行。没有事件被拒收时返回 0。",
    )  # fmt: skip
    incidents.add_argument("file", type=Path, metavar="文件", help="事件日志（CSV，每次变化一行）")
    incidents.add_argument("--contract", required=True, metavar="合同", help="事件归入的合同的编号")
    incidents.add_argument(
        "--mapping", type=Path, metavar="文件", help="映射文件（YAML）；不写时用随附的 ServiceNow 映射"
    )
    incidents.add_argument("--dry-run", action="store_true", help="只试算，什么也不写入")
    incidents.add_argument("--refused", type=Path, metavar="文件", help="把被拒收的行连同理由写到这个 CSV 文件")


def _add_checking(commands: "Commands[Parser]") -> None:
    verify = _command(
        commands, "verify", _verify, "核对验收包", "列出改动、缺失和多出的文件，一个字节不差才返回 0。不需要数据库。"
    )
    verify.add_argument("file", type=Path, metavar="文件", help="验收包（ZIP）")
    audit = commands.add_parser("audit", help="审计记录", description="审计记录。")
    verbs = audit.add_subparsers(title="命令", metavar="命令", required=True, dest="verb")
    _command(verbs, "verify", _audit_verify, "核对审计链", "逐条核对，找出第一条被改动或缺失的记录；完整才返回 0。")


def _now() -> datetime:
    return datetime.now(UTC)


def _up(arguments: argparse.Namespace) -> int:
    database.set_up()
    from kangwei.commands.up import up

    return up(host=arguments.host, port=arguments.port, library=not arguments.no_library, now=_now())


def _web(arguments: argparse.Namespace) -> int:
    database.open_database()
    from kangwei.commands.serving import end_with_parent, web

    if arguments.with_parent:
        end_with_parent()
    return web(host=arguments.host, port=arguments.port)


def _worker(arguments: argparse.Namespace) -> int:
    database.open_database()
    from kangwei.commands.serving import end_with_parent, work

    if arguments.with_parent:
        end_with_parent()
    return work()


def _migrate(_: argparse.Namespace) -> int:
    database.set_up()
    return database.migrate()


def _simulate(arguments: argparse.Namespace) -> int:
    database.open_database()
    from kangwei.commands.practising import simulate

    return simulate(months=arguments.months, seed=arguments.seed, now=_now())


def _contract_check(arguments: argparse.Namespace) -> int:
    from kangwei.commands.checking import check

    return check(arguments.file, against=arguments.against)


def _contract_show(arguments: argparse.Namespace) -> int:
    database.open_database()
    from kangwei.commands.showing import show

    return show(arguments.contract, tab=arguments.tab)


def _contract_load(arguments: argparse.Namespace) -> int:
    database.open_database()
    from kangwei.commands.auditing import command_line
    from kangwei.commands.contracts import load

    return load(arguments.files, supplier=arguments.supplier or "", actor=command_line(), now=_now())


def _contract_diff(arguments: argparse.Namespace) -> int:
    database.open_database()
    from kangwei.commands.auditing import command_line
    from kangwei.commands.contracts import diff

    return diff(arguments.file, actor=command_line(), now=_now())


def _occurrences(arguments: argparse.Namespace) -> int:
    database.open_database()
    from kangwei.commands.occurrences import show

    return show(arguments.contract, month=arguments.month, as_json=arguments.json, now=_now())


def _inspect(arguments: argparse.Namespace) -> int:
    from kangwei.commands.inspecting import inspect

    return inspect(
        arguments.url,
        template=arguments.template,
        secret_stdin=arguments.secret_stdin,
        as_json=arguments.json,
        now=_now(),
    )


def _package(arguments: argparse.Namespace) -> int:
    database.open_database()
    from kangwei.commands.auditing import command_line
    from kangwei.commands.packaging import package

    return package(arguments.contract, out=arguments.out, actor=command_line(), now=_now())


def _import_incidents(arguments: argparse.Namespace) -> int:
    database.open_database()
    from kangwei.commands.auditing import command_line
    from kangwei.commands.incidents import import_incidents

    return import_incidents(
        arguments.file,
        code=arguments.contract,
        mapping=arguments.mapping,
        dry_run=arguments.dry_run,
        refused=arguments.refused,
        actor=command_line(),
        now=_now(),
    )


def _verify(arguments: argparse.Namespace) -> int:
    from kangwei.commands.verifying import verify

    return verify(arguments.file)


def _audit_verify(_: argparse.Namespace) -> int:
    database.open_database()
    from kangwei.commands.auditing import verify

    return verify()


if __name__ == "__main__":
    sys.exit(main())
