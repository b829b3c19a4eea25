"""The entry that all probes share: the deadline, the errors, the options."""

import asyncio
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

import pytest

from kangwei.core.probes import (
    PROBES,
    KeySpec,
    Measurement,
    OptionSpec,
    ProbeConfigError,
    Reading,
    Target,
    check_target,
    measure,
)


class ScriptedProbe:
    """Does what its script says."""

    kind: ClassVar[str] = "scripted"
    title: ClassVar[str] = "测试"
    keys: ClassVar[Mapping[str, KeySpec]] = {"answer": KeySpec("答案", "个")}
    options: ClassVar[Mapping[str, OptionSpec]] = {"retries": OptionSpec("次数", 1, least=0, most=3)}

    def __init__(self, script) -> None:
        self._script = script

    def check(self, target):
        pass

    async def measure(self, target, now):
        return await self._script()


def run(script, now, deadline=5.0):
    target = Target("somewhere", secret="geheim")
    return measure("scripted", target, now=now, deadline=deadline, probe=ScriptedProbe(script))


def test_what_the_probe_measures_comes_back(now):
    answer = Measurement((Reading("answer", 42, "个"),))

    async def script():
        return answer

    assert run(script, now) == answer


def test_a_probe_that_waits_is_cancelled_at_the_deadline(now):
    cancelled = threading.Event()

    async def script():
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    assert run(script, now, deadline=0.3).failure == "0.3 秒内没有完成测量，目标没有应答或应答太慢"
    assert cancelled.is_set()


def test_a_probe_that_blocks_the_thread_is_left_behind(now):
    """As a name look-up or a dead network mount does, which asyncio cannot interrupt."""
    released = threading.Event()

    async def script():
        released.wait()

    assert run(script, now, deadline=0.1).failure == "0.1 秒内没有完成测量，目标没有应答或应答太慢"
    released.set()


def test_an_error_of_the_probe_names_its_class_and_nothing_more(now):
    async def script():
        raise LookupError("the password is geheim")

    assert run(script, now) == Measurement((), "探测程序出错（LookupError）")


def test_a_time_out_of_the_probe_itself_is_not_taken_for_the_deadline(now):
    async def script():
        raise TimeoutError

    assert run(script, now).failure == "探测程序出错（TimeoutError）"


def test_it_can_be_called_where_an_event_loop_runs(now):
    async def script():
        return Measurement(())

    async def caller():
        return run(script, now)

    assert asyncio.run(caller()) == Measurement(())


def test_now_must_be_aware():
    with pytest.raises(ValueError, match="aware"):
        measure("host-local", Target(""), now=datetime(2026, 11, 20))  # noqa: DTZ001 (naive on purpose)


@pytest.mark.parametrize(
    ("kind", "options", "field", "message"),
    [
        ("telnet", {}, "kind", "没有名为 telnet 的探测方式"),
        ("http", {"timeout": 3}, "options.timeout", "没有这个选项，可用的有 expect_status、expect_text、max_bytes"),
        ("host-local", {"mount": "/"}, "options.mount", "没有这个选项"),
        ("http", {"max_bytes": "1M"}, "options.max_bytes", "最多读取的字节数应为 1 到 67108864 的整数"),
        ("http", {"max_bytes": 0}, "options.max_bytes", "最多读取的字节数应为"),
        ("http", {"expect_status": True}, "options.expect_status", "期望的状态码应为 100 到 599 的整数"),
        ("http", {"expect_text": 7}, "options.expect_text", "页面应含的文字应为文字"),
    ],
)
def test_a_wrong_kind_or_option_names_the_field(kind, options, field, message):
    with pytest.raises(ProbeConfigError, match=message) as refusal:
        check_target(kind, Target("http://his.example.org/", options=options))
    assert refusal.value.field == field


def test_a_good_target_passes_the_check():
    check_target("http", Target("http://his.example.org/", options={"expect_status": 401, "max_bytes": 1}))


def test_a_target_never_shows_its_secret():
    assert "geheim" not in repr(Target("postgresql://dba@db/his", secret="geheim"))


def test_probes_are_registered_under_their_own_kind():
    assert {kind: probe.kind for kind, probe in PROBES.items()} == {
        "host-local": "host-local",
        "http": "http",
        "postgresql": "postgresql",
        "tls": "tls",
    }
