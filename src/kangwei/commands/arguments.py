"""argparse that speaks Chinese, and the types of our arguments."""

import argparse
import ipaddress
import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NoReturn

_MESSAGES = (
    (r"the following arguments are required: (.*)", r"缺少参数 \1"),
    (r"unrecognized arguments: (.*)", r"不认识的参数 \1"),
    (r"argument (\S+): expected one argument", r"\1 后面要写一个值"),
    (r"argument (.+): expected at least one argument", r"\1 后面至少要写一个值"),
    (r"argument (\S+): ignored explicit argument (.*)", r"\1 不接受值 \2"),
    (r"argument .+: invalid choice: (.*) \(choose from (.*)\)", r"没有命令 \1，可用的有 \2"),
    (r"argument (.+?): (.*)", r"\1：\2"),
)


class _Help(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser whose help and errors are in Chinese; usage errors end with status 2."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"add_help": False, "allow_abbrev": False, "formatter_class": _Help}
        super().__init__(*args, **kwargs)
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示本说明")

    def error(self, message: str) -> NoReturn:
        for pattern, words in _MESSAGES:
            message, found = re.subn(f"^{pattern}$", words, message, flags=re.DOTALL)
            if found:
                break
        self.exit(2, f"{self.format_usage()}{message}\n")


def address(text: str) -> str:
    """An IP address to listen on; `localhost` is 127.0.0.1."""
    if text == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"应为 IP 地址，写的是「{text}」") from None


def port(text: str) -> int:
    """A TCP port that a program may listen on."""
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:6]) <= 65535:
        raise argparse.ArgumentTypeError(f"应为 1 到 65535 的整数，写的是「{text}」")
    return int(text)


def name(text: str) -> str:
    """What an organisation is called: some text, of 200 characters at most."""
    if not 1 <= len(text.strip()) <= 200:
        raise argparse.ArgumentTypeError("应为 1 到 200 个字")
    return text.strip()


def month(text: str) -> date:
    """`2026-11` as the first day of that month."""
    match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
    if match is None or match[1] in ("0000", "9999"):
        raise argparse.ArgumentTypeError(f"应写作 2026-11 这样的年月，写的是「{text}」")
    return date(int(match[1]), int(match[2]), 1)


def whole(least: int, most: int) -> Any:
    """The type of a whole number within bounds."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"应为 {least} 到 {most} 的整数，写的是「{text}」")
        return int(text)

    return read
