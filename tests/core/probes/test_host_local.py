"""The host-local probe on a made-up machine, and once on this one."""

from datetime import timedelta

import pytest

from kangwei.core.probes import ProbeConfigError, Target, measure
from kangwei.core.probes.host_local import HostLocalProbe
from tests.fakes.probes import FakeSystem


@pytest.fixture
def machine(now):
    return FakeSystem(booted=now - timedelta(days=12, hours=12))


def readings(machine, now):
    result = measure("host-local", Target("localhost"), now=now, deadline=5, probe=HostLocalProbe(machine))
    assert result.failure == ""
    return {reading.key: reading for reading in result.readings}


def test_every_number_has_its_unit(machine, now):
    measured = {key: (reading.value, reading.unit) for key, reading in readings(machine, now).items()}
    assert measured == {
        "cpu_percent": (12.5, "%"),
        "memory_percent": (40.0, "%"),
        "disk_percent": (71.5, "%"),
        "load_per_core": (0.25, ""),
        "uptime_days": (12.5, "天"),
        "process_count": (120, "个"),
    }


def test_the_fullest_disk_is_named(machine, now):
    machine.disks = {"/": 30.0, "/data": 91.0, "/backup": 55.0}
    disk = readings(machine, now)["disk_percent"]
    assert (disk.value, disk.detail) == (91.0, "/data")


def test_a_disk_that_cannot_be_read_is_named_beside_the_fullest(machine, now):
    machine.disks = {"/": 30.0, "/secure": None}
    disk = readings(machine, now)["disk_percent"]
    assert (disk.value, disk.detail) == (30.0, "/；读不出 /secure")


def test_one_number_that_cannot_be_had_leaves_the_others(machine, now):
    machine.disks = {"/secure": None}
    measured = readings(machine, now)
    assert measured["disk_percent"].value is None
    assert measured["disk_percent"].reason == "系统没有给出这一项（OSError）"
    assert measured["memory_percent"].value == 40.0


def test_another_machine_cannot_be_measured_by_it(now):
    with pytest.raises(ProbeConfigError, match="只能测康维所在的这台主机"):
        measure("host-local", Target("10.0.0.8"), now=now)


def test_this_machine_gives_every_number(now, monkeypatch):
    monkeypatch.setattr("kangwei.core.probes.host_local.SAMPLE_SECONDS", 0.05)
    result = measure("host-local", Target(""), now=now, deadline=5)
    assert result.failure == ""
    assert {reading.key for reading in result.readings if reading.value is not None} == set(HostLocalProbe.keys)
