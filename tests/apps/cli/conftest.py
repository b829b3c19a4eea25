"""Running commands as a user does: in this process with the test database, or as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kangwei.cli import main
from tests.factories.contracts import small_contract_text


@dataclass(frozen=True)
class Outcome:
    """What a command left behind: its exit status and its lines on stdout and stderr."""

    status: int
    out: list[str]
    err: list[str]

    @property
    def last(self) -> str:
        """The last line printed, wherever."""
        return (self.err or self.out)[-1]


@pytest.fixture
def kangwei(capsys) -> Callable[..., Outcome]:
    """`kangwei("occurrences", "small-2026")` in this process."""

    def run(*arguments: object) -> Outcome:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
        printed = capsys.readouterr()
        return Outcome(status, printed.out.splitlines(), printed.err.splitlines())

    return run


@pytest.fixture
def small_file(tmp_path) -> Callable[..., Path]:
    """`small_file(title="…")`: the small contract file on disk, with these fields replaced."""

    def write(name: str = "small-2026.yaml", **changes: object) -> Path:
        path = tmp_path / name
        path.write_text(small_contract_text(**changes), "utf-8")
        return path

    return write


def environment(var: Path) -> dict[str, str]:
    """The environment of a process that works in a var folder of its own."""
    # Compiled modules are kept, whatever the environment says: dozens of processes start here.
    ours = ("KANGWEI_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {
        "KANGWEI_VAR": str(var), "KANGWEI_LOG_LEVEL": "WARNING", "DJANGO_SETTINGS_MODULE": "kangwei.config.settings",
    }  # fmt: skip


def as_process(var: Path, *arguments: object, **settings: str) -> Outcome:
    """A command as a process of its own, with its own database under `var`; `settings` go to its environment."""
    done = subprocess.run(
        [sys.executable, "-m", "kangwei.cli", *map(str, arguments)],
        env=environment(var) | settings, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout.splitlines(), done.stderr.splitlines())


@pytest.fixture
def library() -> Path:
    """The folder of the contract files that come with Kangwei."""
    return Path(__file__).parents[3] / "src" / "kangwei" / "library" / "contracts"
