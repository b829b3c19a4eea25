"""Probe `host-local`: the machine that Kangwei itself runs on."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import ClassVar, Protocol

import psutil

from kangwei.core.probes.model import (
    KeySpec,
    Measurement,
    OptionSpec,
    ProbeConfigError,
    Reading,
    Target,
    reading,
)

SAMPLE_SECONDS = 1.0
# Images that are always 100 % full and never written to.
READ_ONLY_FILE_SYSTEMS = {"squashfs", "iso9660", "udf", "erofs", "cramfs"}


class SystemSource(Protocol):
    """Where the numbers come from (percentages 0 to 100); OSError or psutil.Error for want of one."""

    def cpu_percent(self, seconds: float) -> float:
        """Share of all processors in use while `seconds` pass."""
        ...

    def memory_percent(self) -> float: ...

    def mounts(self) -> list[str]:
        """Mount points of the real file systems."""
        ...

    def disk_percent(self, mount: str) -> float: ...

    def load(self) -> float:
        """Load average of the last five minutes."""
        ...

    def cores(self) -> int: ...

    def booted_at(self) -> datetime:
        """Aware time of the last start."""
        ...

    def process_count(self) -> int: ...


class PsutilSource:
    """This machine, read through psutil."""

    def cpu_percent(self, seconds: float) -> float:
        return psutil.cpu_percent(interval=seconds)

    def memory_percent(self) -> float:
        return psutil.virtual_memory().percent

    def mounts(self) -> list[str]:
        real = [part.mountpoint for part in psutil.disk_partitions() if part.fstype not in READ_ONLY_FILE_SYSTEMS]
        # A container has no partition of its own, only a root.
        return real or ["/"]

    def disk_percent(self, mount: str) -> float:
        return psutil.disk_usage(mount).percent

    def load(self) -> float:
        return psutil.getloadavg()[1]

    def cores(self) -> int:
        return psutil.cpu_count() or 1

    def booted_at(self) -> datetime:
        return datetime.fromtimestamp(psutil.boot_time(), UTC)

    def process_count(self) -> int:
        return len(psutil.pids())


class HostLocalProbe:
    """Processor, memory, disks, load and uptime of this machine."""

    kind: ClassVar[str] = "host-local"
    title: ClassVar[str] = "本机"
    keys: ClassVar[Mapping[str, KeySpec]] = {
        "cpu_percent": KeySpec("处理器使用率", "%"),
        "memory_percent": KeySpec("内存使用率", "%"),
        "disk_percent": KeySpec("最满磁盘的使用率", "%"),
        "load_per_core": KeySpec("每核负载（5 分钟）"),
        "uptime_days": KeySpec("连续运行", "天"),
        "process_count": KeySpec("进程数", "个"),
    }
    options: ClassVar[Mapping[str, OptionSpec]] = {}

    def __init__(self, system: SystemSource | None = None) -> None:
        self._system = system or PsutilSource()

    def check(self, target: Target) -> None:
        if target.address not in {"", "localhost", "127.0.0.1", "::1"}:
            raise ProbeConfigError("address", "只能测康维所在的这台主机，请留空或填 localhost")

    async def measure(self, target: Target, now: datetime) -> Measurement:  # noqa: ARG002 (the protocol's signature)
        system = self._system
        takes: dict[str, Callable[[], tuple[float, str]]] = {
            "cpu_percent": lambda: (system.cpu_percent(SAMPLE_SECONDS), f"采样 {SAMPLE_SECONDS:g} 秒"),
            "memory_percent": lambda: (system.memory_percent(), ""),
            "disk_percent": self._fullest_disk,
            "load_per_core": lambda: (round(system.load() / system.cores(), 2), f"{system.cores()} 核"),
            "uptime_days": lambda: (round((now - system.booted_at()).total_seconds() / 86400, 1), ""),
            "process_count": lambda: (system.process_count(), ""),
        }
        return Measurement(tuple(self._reading(key, take) for key, take in takes.items()))

    def _reading(self, key: str, take: Callable[[], tuple[float, str]]) -> Reading:
        try:
            value, detail = take()
        except (OSError, psutil.Error) as error:
            return reading(self.keys, key, None, reason=f"系统没有给出这一项（{type(error).__name__}）")
        return reading(self.keys, key, value, detail=detail)

    def _fullest_disk(self) -> tuple[float, str]:
        """The worst mount; one that cannot be read is named, so that its silence is not taken for health."""
        used: dict[str, float] = {}
        unread: list[str] = []
        for mount in self._system.mounts():
            try:
                used[mount] = self._system.disk_percent(mount)
            except OSError:
                unread.append(mount)
        if not used:
            raise OSError("no file system could be read")
        worst = max(used, key=lambda mount: used[mount])
        return used[worst], worst + (f"；读不出 {'、'.join(unread)}" if unread else "")
