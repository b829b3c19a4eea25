"""Carrying out one measurement: options checked, deadline kept, every error turned into a reason."""

import asyncio
import threading
from datetime import datetime

from kangwei.core.probes.model import Measurement, OptionSpec, Probe, ProbeConfigError, Target, failed

# What an orderly end may take after the deadline: closing sockets, cancelling a query on the server.
CLOSING_SECONDS = 0.5


def check_options(probe: Probe, target: Target) -> None:
    """Raise ProbeConfigError for an option that the probe does not know or whose value does not fit."""
    for name, value in target.options.items():
        spec = probe.options.get(name)
        if spec is None:
            known = "、".join(probe.options) or "（没有）"
            raise ProbeConfigError(f"options.{name}", f"没有这个选项，可用的有 {known}")
        if expected := _misfit(spec, value):
            raise ProbeConfigError(f"options.{name}", f"{spec.title}应为{expected}")


def _misfit(spec: OptionSpec, value: str | float) -> str:
    if isinstance(spec.default, str):
        return "" if isinstance(value, str) else "文字"
    fits = isinstance(value, int) and not isinstance(value, bool) and spec.least <= value <= spec.most
    return "" if fits else f" {spec.least} 到 {spec.most} 的整数"


def run(probe: Probe, target: Target, now: datetime, deadline: float) -> Measurement:
    """Measure in a thread of its own and give up on it when it does not end.

    asyncio can interrupt a coroutine but not a blocking system call, such as a name look-up or a stat on a
    dead network mount. The thread is a daemon, so such a call cannot hold up the end of the process either.
    """
    answers: list[Measurement] = []
    worker = threading.Thread(
        target=lambda: answers.append(asyncio.run(_bounded(probe, target, now, deadline))), daemon=True
    )
    worker.start()
    worker.join(deadline + CLOSING_SECONDS)
    return answers[0] if answers else _late(deadline)


async def _bounded(probe: Probe, target: Target, now: datetime, deadline: float) -> Measurement:
    try:
        async with asyncio.timeout(deadline) as limit:
            return await probe.measure(target, now)
    except Exception as error:
        if isinstance(error, TimeoutError) and limit.expired():
            return _late(deadline)
        # Only the name of the class: the text of an unexpected error may hold the address or the secret.
        return failed(f"探测程序出错（{type(error).__name__}）")


def _late(deadline: float) -> Measurement:
    return failed(f"{deadline:g} 秒内没有完成测量，目标没有应答或应答太慢")
