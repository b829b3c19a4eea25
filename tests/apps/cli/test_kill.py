"""`kill -9` in the middle of the work: after another start nothing is lost, doubled or half."""

import hashlib
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.apps.cli.conftest import as_process, environment
from tests.fakes.probes import answering, page, serving

KILLS = 4
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Path:
    """An installation with an empty database, to be copied."""
    folder = tmp_path_factory.mktemp("empty") / "var"
    assert as_process(folder, "migrate").status == 0
    return folder


@pytest.fixture
def var(empty, tmp_path) -> Path:
    """An installation of the test's own."""
    return shutil.copytree(empty, tmp_path / "var")


def start(var: Path, *command: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *map(str, command)], env=environment(var), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def kill_at_random(begin: Callable[[], "subprocess.Popen[str]"], *, seed: int, first: float, last: float) -> int:
    """Start and kill -9 up to KILLS times, between `first` and `last` seconds, later and later; how many died of it."""
    dice, killed = random.Random(seed), 0
    for moment in sorted(dice.uniform(first, last) for _ in range(KILLS)):
        process = begin()
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        killed += process.returncode == -9
    return killed


def rows(var: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(var / "kangwei.sqlite3")) as database:
        return database.execute(query).fetchall()


def assert_whole(var: Path) -> None:
    """The audit chain holds, and every archived file is what its name says."""
    outcome = as_process(var, "audit", "verify")
    assert outcome.status == 0, outcome.out
    archived = [file for file in (var / "archive").rglob("*") if file.is_file() and not file.name.startswith(".")]
    for file in archived:
        assert hashlib.sha256(file.read_bytes()).hexdigest() == file.parent.name + file.name
    named = {sha for (sha,) in rows(var, "SELECT sha256 FROM documents_documentversion")}
    assert named <= {file.parent.name + file.name for file in archived}


OCCURRENCES = "SELECT key, starts_at, due_at, state FROM contracts_occurrence ORDER BY key"


def test_loading_a_contract_file(empty, var, tmp_path, library):
    load = ("-m", "kangwei.cli", "contract", "load", library / "hdc-2026-13.yaml")
    began = time.monotonic()
    assert as_process(var, *load[2:]).status == 0
    took = time.monotonic() - began
    undisturbed, other = rows(var, OCCURRENCES), shutil.copytree(empty, tmp_path / "other")

    killed = kill_at_random(lambda: start(other, *load), seed=1, first=took / 3, last=took)
    assert killed > 0
    assert as_process(other, *load[2:]).status == 0

    assert rows(other, OCCURRENCES) == undisturbed
    assert rows(other, "SELECT count(*) FROM contracts_contract") == [(1,)]
    assert rows(other, "SELECT revision FROM contracts_contractfile") == [(1,)]
    assert rows(other, "SELECT count(*) FROM base_auditentry WHERE action = 'contracts.load'") == [(1,)]
    assert_whole(other)


SET_UP_INSPECTIONS = """
import json, sys
import django; django.setup()
from datetime import datetime
from kangwei.base.audit import System
from kangwei.inspections import actions
from kangwei.inspections.enums import Trigger
from tests.factories.contracts import DATABASES, load_small
now, port, tester = datetime.fromisoformat(sys.argv[1]), sys.argv[2], System("测试")
contract = load_small(now)
for slot in DATABASES:
    target = actions.save_target(
        contract=contract, name=slot, template="http-service", address=f"http://127.0.0.1:{port}/",
        duty="db-inspection", slot=slot, actor=tester, now=now, this_server=True,
    )
    actions.request_run(target=target, trigger=Trigger.SCREEN, actor=tester, now=now)
"""

# What the worker does with what is due, at a time that the test gives: a lease of five minutes runs out at once.
DO_JOBS = """
import sys
import django; django.setup()
from datetime import datetime
from kangwei.base import jobs
now = datetime.fromisoformat(sys.argv[1])
print("ready", flush=True)
for job in jobs.due(now):
    jobs.run(job, now=now)
"""

INSPECTED = """
SELECT occurrence.key, run.state, run.verdict, run.measured, evidence.reference = 'inspection-run:' || run.id,
       evidence.document_id = run.document_id
FROM inspections_run run
JOIN contracts_occurrence occurrence ON occurrence.id = run.occurrence_id
LEFT JOIN contracts_evidence evidence ON evidence.occurrence_id = occurrence.id
ORDER BY occurrence.key
"""


@pytest.fixture
def slow_page() -> Iterator[int]:
    """The port of a web page that takes its time, so that kills hit the middle of a measurement too."""
    answer = answering(page(b"hello"))

    def handle(connection) -> None:
        time.sleep(0.15)
        answer(connection)

    with serving(handle) as port:
        yield port


def do_jobs(var: Path, now: datetime) -> "subprocess.Popen[str]":
    process = start(var, "-c", DO_JOBS, now.isoformat())
    assert process.stdout.readline() == "ready\n"
    return process


def test_inspections(var, slow_page):
    subprocess.run(
        [sys.executable, "-c", SET_UP_INSPECTIONS, NOW.isoformat(), str(slow_page)],
        env=environment(var), check=True,
    )  # fmt: skip
    clock = (NOW + timedelta(minutes=10 * step) for step in range(1, 100))

    killed = kill_at_random(lambda: do_jobs(var, next(clock)), seed=2, first=0.05, last=0.6)
    assert killed > 0
    process = do_jobs(var, next(clock))
    assert (process.communicate()[1], process.returncode) == ("", 0)

    key = "db-inspection|业务库{}|2026-11"
    assert rows(var, INSPECTED) == [(key.format(name), "finished", "normal", 1, 1, 1) for name in "丙乙甲"]
    assert rows(var, "SELECT count(*) FROM inspections_checkresult") == [(3 * 7,)]
    assert rows(var, "SELECT count(*) FROM documents_document") == [(3,)]
    assert rows(var, "SELECT count(*) FROM base_auditentry WHERE action = 'inspections.finish_run'") == [(3,)]
    assert rows(var, "SELECT DISTINCT state FROM base_job") == [("done",)]
    assert_whole(var)


SET_UP_DOCUMENTS = """
import random, sys
import django; django.setup()
from datetime import datetime
from kangwei.acceptance.actions import request_package
from kangwei.base.audit import System
from kangwei.contracts.actions import upload_evidence
from tests.factories.contracts import load_small
now, tester = datetime.fromisoformat(sys.argv[1]), System("测试")
contract = load_small(now)
for row in contract.occurrences.filter(starts_at__lte=now).order_by("key"):
    upload_evidence(
        contract=contract, occurrence=row, deliverable=row.clause.data["produces"][0], file_name="报告.txt",
        content=random.Random(row.key).randbytes(700_000).hex().encode(), note="", actor=tester, now=now,
    )
request_package(contract=contract, actor=tester, now=now)
"""


@pytest.fixture
def documented(var) -> Path:
    """The small contract with some forty large documents, and a package asked for on the screen."""
    subprocess.run(
        [sys.executable, "-c", SET_UP_DOCUMENTS, NOW.isoformat()],
        env=environment(var), check=True,
    )  # fmt: skip
    return var


def listed(package: Path) -> list[tuple[str, str]]:
    """Name and SHA-256 of the documents that a package's manifest lists: those in folders, unlike the indexes."""
    with zipfile.ZipFile(package) as archive:
        files = json.loads(archive.read("manifest.json"))["files"]
    return sorted((file["name"], file["sha256"]) for file in files if "/" in file["name"])


def test_a_package_on_the_command_line(documented, tmp_path):
    began = time.monotonic()
    undisturbed = as_process(documented, "package", "small-2026", "--out", tmp_path / "whole.zip")
    took = time.monotonic() - began
    assert undisturbed.status == 0, undisturbed.err
    out = tmp_path / "killed.zip"

    def begin() -> "subprocess.Popen[str]":
        if out.exists():  # finished before the kill: then it is whole
            assert as_process(documented, "verify", out).status == 0
            out.unlink()
        return start(documented, "-m", "kangwei.cli", "package", "small-2026", "--out", out)

    killed = kill_at_random(begin, seed=3, first=took / 2, last=took)
    assert killed > 0
    out.unlink(missing_ok=True)
    assert as_process(documented, "package", "small-2026", "--out", out).status == 0

    assert as_process(documented, "verify", out).status == 0
    assert listed(out) == listed(tmp_path / "whole.zip")
    assert len(listed(out)) > 30
    assert_whole(documented)


def test_a_package_that_the_worker_makes(documented):
    clock = (NOW + timedelta(minutes=10 * step) for step in range(1, 100))

    killed = kill_at_random(lambda: do_jobs(documented, next(clock)), seed=4, first=0.05, last=0.8)
    assert killed > 0
    process = do_jobs(documented, next(clock))
    assert (process.communicate()[1], process.returncode) == ("", 0)

    ((number, state),) = rows(documented, "SELECT number, state FROM acceptance_package")
    assert state == "ready"
    packages = documented / "packages"
    assert [path.name for path in packages.glob("*.zip")] == [f"{number}.zip"]
    assert as_process(documented, "verify", packages / f"{number}.zip").status == 0
    assert len(listed(packages / f"{number}.zip")) > 30
    built = "SELECT count(*) FROM base_auditentry WHERE action = 'acceptance.build_package'"
    assert rows(documented, built) == [(1,)]
    assert_whole(documented)
