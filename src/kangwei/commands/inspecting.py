"""`kangwei inspect`: measure a target once and judge it. Needs no database and keeps nothing."""

import getpass
import json
import os
import sys
from datetime import datetime

from kangwei.commands.output import complain, say, table
from kangwei.core.checks import CheckResult, Judgement
from kangwei.inspections.running import inspect_once, template_named

THIS_HOST = "local"


def inspect(url: str, *, template: str, secret_stdin: bool, as_json: bool, now: datetime) -> int:
    """0 only where nothing has to be looked after: no check is critical, a warning, or unmeasured.

    The address `local` is the machine that Kangwei runs on. ActionError for an unknown template or an address that
    its probe cannot use.
    """
    title = template_named(template).title
    secret = _secret_from_stdin() if secret_stdin else os.environ.get("KANGWEI_TARGET_SECRET", "")
    judgement, _ = inspect_once("" if url == THIS_HOST else url, template, now=now, secret=secret)
    sentence = f"{title}：{judgement.verdict.label}。"
    if judgement.failure:
        sentence = f"{title}：{judgement.verdict.label}，{judgement.failure}。"
    if as_json:
        say(json.dumps(_plain(template, judgement), ensure_ascii=False, indent=2))
        complain(sentence)
    else:
        say(table(["检查项", "实测值", "阈值", "判定", "说明"], [_cells(result) for result in judgement.results]))
        say(sentence)
    return 1 if judgement.verdict.is_finding else 0


def _secret_from_stdin() -> str:
    """The first line of stdin; asked for without echo on a terminal."""
    if sys.stdin.isatty():
        return getpass.getpass("口令：")
    return sys.stdin.readline().rstrip("\r\n")


def _cells(result: CheckResult) -> list[str]:
    value = "" if result.value is None else f"{_shown(result.value)} {result.unit}".rstrip()
    return [result.title, value, result.threshold, result.verdict.label, result.reason or result.detail]


def _shown(value: float | str | bool) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _plain(template: str, judgement: Judgement) -> dict[str, object]:
    return {
        "template": template,
        "verdict": judgement.verdict.value,
        "failure": judgement.failure,
        "results": [
            {
                "key": result.key,
                "title": result.title,
                "value": result.value,
                "unit": result.unit,
                "verdict": result.verdict.value,
                "threshold": result.threshold,
                "reason": result.reason,
                "detail": result.detail,
            }
            for result in judgement.results
        ],
    }
