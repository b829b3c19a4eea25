"""`kangwei up` as a user runs it: a real process with real children, on a free port."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.apps.cli.conftest import as_process, environment

PATIENCE = 60


class Running:
    """A started `kangwei up`, its lines on stdout, and all processes below it."""

    def __init__(self, var: Path, port: int) -> None:
        self.port = port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kangwei.cli", "up", "--port", str(port), "--no-library"],
            env=environment(var), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        self.lines: list[str] = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if "已就绪" in line:
                break
        self.below = psutil.Process(self.process.pid).children(recursive=True)

    def child(self, name: str) -> psutil.Process:
        """The child that runs this command."""
        return next(child for child in self.below if name in child.cmdline() and "kangwei.cli" in child.cmdline())

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def end(self) -> tuple[int, str, str]:
        """Wait for the end: the exit status, the rest of stdout, and stderr."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out.strip(), err.strip()

    def all_gone(self) -> bool:
        """Whether no process of those below is left, within patience."""
        _, left = psutil.wait_procs(self.below, timeout=PATIENCE)
        return not left


@contextmanager
def running(var: Path) -> Iterator[Running]:
    """Started and ready; whatever is left at the end is killed."""
    started = Running(var, _free_port())
    try:
        yield started
    finally:
        for process in [started.process, *started.below]:
            if process.poll() is None if isinstance(process, subprocess.Popen) else process.is_running():
                process.kill()
        started.process.communicate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def var(tmp_path_factory) -> Path:
    """One installation for all starts here, so that only the first has to build it."""
    return tmp_path_factory.mktemp("up")


def test_the_first_start_serves_prints_passwords_once_and_ends_without_a_trace(var):
    with running(var) as up:
        address = f"http://127.0.0.1:{up.port}/"
        assert up.lines[-1] == f"康维已就绪：{address}（按 Ctrl-C 停止）"
        passwords = [
            line.split() for line in up.lines[up.lines.index("初始口令（只显示这一次，首次登录须更改）：") + 1 : -1]
        ]
        assert [name for name, _ in passwords] == ["admin", "security"]
        assert all(re.fullmatch(r"[\w-]{12,}", password) for _, password in passwords)
        assert up.get("/readyz")[0] == 200
        status, page = up.get("/login/")
        assert (status, "康维" in page) == (200, True)
        style = re.search(r'href="(/static/[^"]+\.css)"', page)
        assert up.get(style[1])[0] == 200

        second = as_process(var, "up", "--port", up.port)
        assert second.status == 1
        assert second.last == (
            f"不能在 127.0.0.1 的端口 {up.port} 上监听：端口已被占用，请停止占用它的程序，或用 --port 换一个端口"
        )
        assert up.get("/readyz")[0] == 200

        up.process.send_signal(signal.SIGTERM)
        status, rest, errors = up.end()
        assert (status, rest, errors) == (0, "康维已停止。", "")
        assert up.all_gone()


def test_ctrl_c_reaches_the_whole_process_group_and_ends_it_in_order(var):
    with running(var) as up:
        assert {os.getpgid(child.pid) for child in up.below} == {up.process.pid}

        os.killpg(up.process.pid, signal.SIGINT)

        status, rest, errors = up.end()
        assert (status, rest, errors) == (0, "康维已停止。", "")
        assert up.all_gone()


@pytest.mark.parametrize(("victim", "name"), [("web", "网页"), ("worker", "后台")])
def test_where_one_process_dies_the_other_is_stopped(var, victim, name):
    with running(var) as up:
        assert not any("初始口令" in line for line in up.lines)
        up.child(victim).kill()

        status, _, errors = up.end()

        assert status == 1
        assert errors.splitlines()[-1] == f"{name}（{victim}）进程意外结束，已全部停止。"
        assert up.all_gone()


def test_children_do_not_outlive_a_parent_that_is_killed(var):
    with running(var) as up:
        up.process.kill()

        assert up.all_gone()
