"""How commands are called: help and refusals in Chinese, and bad surroundings without a stack trace."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kangwei.cli import build_parser
from tests.apps.cli.conftest import as_process, environment

MANUAL = Path(__file__).parents[3] / "docs" / "how-to" / "command-line.md"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "缺少参数 命令"),
        (["fly"], "没有命令 'fly'，可用的有 'up'"),
        (["contract", "check"], "缺少参数 文件"),
        (["inspect", "local"], "缺少参数 --template"),
        (["verify", "a.zip", "b.zip"], "不认识的参数 b.zip"),
        (["occurrences", "c", "--month", "2026-13"], "--month：应写作 2026-11 这样的年月，写的是「2026-13」"),
        (["occurrences", "c", "--month"], "--month 后面要写一个值"),
        (["up", "--port", "0"], "--port：应为 1 到 65535 的整数，写的是「0」"),
        (["up", "--host", "example.org"], "--host：应为 IP 地址，写的是「example.org」"),
        (["simulate", "--months", "99"], "--months：应为 1 到 12 的整数，写的是「99」"),
        (["contract", "load", "a.yaml", "--supplier", " "], "--supplier：应为 1 到 200 个字"),
        (["verify", "--json=1", "a.zip"], "不认识的参数 --json=1"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_is_wrong(kangwei, arguments, reason):
    outcome = kangwei(*arguments)

    assert outcome.status == 2
    assert outcome.out == []
    assert outcome.err[0].startswith("用法：kangwei")
    assert outcome.last.startswith(reason)


def test_help_lists_every_command_in_chinese(kangwei):
    outcome = kangwei("--help")

    assert outcome.status == 0
    assert outcome.out[0] == "用法：kangwei [-h] 命令 ..."
    assert any("contract" in line and "合同文件" in line for line in outcome.out)


def test_the_manual_shows_every_command_and_option():
    text = MANUAL.read_text("utf-8")
    missing = [call for call in _calls(build_parser()) if call not in text]

    assert missing == []


def _calls(parser: argparse.ArgumentParser, prefix: str = "kangwei"):
    verbs = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in verbs:
        for name, child in action.choices.items():
            yield from _calls(child, f"{prefix} {name}")
    if not verbs:
        yield prefix
        for action in parser._actions:
            if action.help != argparse.SUPPRESS:
                yield from (
                    option for option in action.option_strings if option.startswith("--") and option != "--help"
                )


def test_a_database_that_was_never_made_is_named_with_what_to_do(tmp_path):
    outcome = as_process(tmp_path / "var", "occurrences", "small-2026")

    assert outcome.status == 1
    assert outcome.err == [f"数据库 {tmp_path}/var/kangwei.sqlite3 尚未建立或不是最新结构，请先运行 kangwei migrate"]


def test_migrate_makes_the_database_and_then_has_nothing_to_do(tmp_path):
    first, again = as_process(tmp_path, "migrate"), as_process(tmp_path, "migrate")

    assert (first.status, again.status) == (0, 0)
    assert "本次应用了" in first.last
    assert again.out == [f"数据库 {tmp_path}/kangwei.sqlite3 已是最新结构，没有需要应用的迁移。"]


def test_a_file_that_is_no_database_is_refused_without_a_stack_trace(tmp_path):
    (tmp_path / "kangwei.sqlite3").write_bytes(b"not a database, whatever its name says\n" * 100)

    outcome = as_process(tmp_path, "audit", "verify")

    assert outcome.status == 1
    assert outcome.err == [f"数据库 {tmp_path}/kangwei.sqlite3 无法使用：file is not a database"]


def test_a_var_folder_that_is_a_file_is_refused_without_a_stack_trace(tmp_path):
    (tmp_path / "var").write_text("")

    outcome = as_process(tmp_path / "var", "migrate")

    assert outcome.status == 1
    assert outcome.err == [f"{tmp_path}/var：已有同名文件"]


def test_a_setting_that_cannot_be_used_is_named(tmp_path):
    outcome = as_process(tmp_path, "migrate", KANGWEI_QUEUE="carrier-pigeon://roof")

    assert outcome.status == 1
    assert outcome.err == [
        "设置有误：KANGWEI_QUEUE 应以 sqlite://、redis:// 或 postgresql:// 开头，现为「carrier-pigeon」"
    ]


def test_an_argument_that_is_not_utf_8_is_refused_without_a_stack_trace(tmp_path):
    assert as_process(tmp_path, "migrate").status == 0

    outcome = as_process(tmp_path, "occurrences", os.fsdecode(b"hdc-\xff"))

    assert (outcome.status, outcome.err) == (1, ["参数中有不是 UTF-8 的字符。"])


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path, library):
    """`kangwei … | head -1` prints its line and nothing about a broken pipe."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "kangwei.cli", "contract", "check", str(library / "hdc-2026-01.yaml")]
    try:
        done = subprocess.run(command, env=environment(tmp_path), stdout=writer, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writer)

    assert done.stderr == b""
    assert done.returncode == 1
