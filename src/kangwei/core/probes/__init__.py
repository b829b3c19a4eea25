"""Probes measure a target once, within a deadline, and give numbers with units or a reason in Chinese.

    measurement = measure("http", Target("https://example.org/"), now=now, deadline=10)
    for reading in measurement.readings: ...

A new kind of probe is one file here and one line in PROBES.
"""

from datetime import datetime

from kangwei.core.probes.host_local import HostLocalProbe
from kangwei.core.probes.http import HttpProbe
from kangwei.core.probes.model import (
    KeySpec,
    Measurement,
    OptionSpec,
    Probe,
    ProbeConfigError,
    Reading,
    Target,
)
from kangwei.core.probes.postgresql import PostgresqlProbe
from kangwei.core.probes.run import check_options, run
from kangwei.core.probes.tls import TlsProbe

__all__ = [
    "PROBES",
    "KeySpec",
    "Measurement",
    "OptionSpec",
    "Probe",
    "ProbeConfigError",
    "Reading",
    "Target",
    "check_target",
    "measure",
]

PROBES: dict[str, type[Probe]] = {
    HostLocalProbe.kind: HostLocalProbe,
    HttpProbe.kind: HttpProbe,
    PostgresqlProbe.kind: PostgresqlProbe,
    TlsProbe.kind: TlsProbe,
}


def check_target(kind: str, target: Target) -> None:
    """Raise ProbeConfigError for an unknown `kind`, or an address or option that this kind cannot use."""
    _check(_probe(kind), target)


def measure(
    kind: str, target: Target, *, now: datetime, deadline: float = 30.0, probe: Probe | None = None
) -> Measurement:
    """Measure `target` once and return within `deadline` seconds (and half a second for closing connections).

    `now` must be aware; ages and days left count from it. `probe` replaces the probe of that kind, for
    example by one with other transports. Raises ProbeConfigError as `check_target` does, ValueError for a
    naive `now`, and nothing for what the target does: that comes back as `failure` or as the reason of a
    reading. May be called from any thread, also from one that runs an event loop.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    probe = probe or _probe(kind)
    _check(probe, target)
    return run(probe, target, now, deadline)


def _probe(kind: str) -> Probe:
    if kind not in PROBES:
        raise ProbeConfigError("kind", f"没有名为 {kind} 的探测方式，可用的有 {'、'.join(PROBES)}")
    return PROBES[kind]()


def _check(probe: Probe, target: Target) -> None:
    check_options(probe, target)
    probe.check(target)
