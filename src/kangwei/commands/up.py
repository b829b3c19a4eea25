"""`kangwei up`: everything that has to be there, then web and worker as children in one process group."""

import errno
import http.client
import ipaddress
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType

import psutil
from django.conf import settings
from django.db import connections, transaction

from kangwei.accounts.actions import first_people
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.commands import database, statics
from kangwei.commands.files import why
from kangwei.commands.library import load_library
from kangwei.commands.output import complain, say
from kangwei.commands.serving import STOP_SECONDS

READY_SECONDS = 60
PAUSE = 0.1
_NAMES = {"web": "网页", "worker": "后台"}
_NOT_FREE = {
    errno.EADDRINUSE: "端口已被占用，请停止占用它的程序，或用 --port 换一个端口",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.EACCES: "没有权限，请用 1024 以上的端口",
}


def up(*, host: str, port: int, library: bool, now: datetime) -> int:
    """Prepare and serve until told to stop: 0 after SIGINT, SIGTERM or SIGHUP, 1 where a process died by itself.

    ActionError where the port is taken or something cannot be prepared.
    """
    _require_free(host, port)
    _prepare(library, now)
    stop = StopSignal()
    with _children(host, port) as children:
        url = f"http://{_in_url(host)}:{port}/"
        if _wait_until_ready(children, host, port, stop):
            say(f"康维已就绪：{url}（按 Ctrl-C 停止）")
            children.remember()
            while not stop.received and not children.dead():
                time.sleep(PAUSE)
        dead = children.dead()
    if stop.received:
        say("康维已停止。")
        return 0
    if dead:
        complain(f"{dead}进程意外结束，已全部停止。")
    else:
        complain(f"{READY_SECONDS} 秒内没有就绪，已全部停止。")
    return 1


class StopSignal:
    """Remembers that the process was told to stop. Under nohup, which ignores it, a closed terminal says nothing."""

    def __init__(self) -> None:
        self.received = False
        signal.signal(signal.SIGINT, self._receive)
        signal.signal(signal.SIGTERM, self._receive)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._receive)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.received = True


class Children:
    """Web and worker, and the processes that they started in turn."""

    def __init__(self, host: str, port: int) -> None:
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._descendants: set[psutil.Process] = set()
        try:
            self._start("worker")
            self._start("web", "--host", host, "--port", str(port))
        except OSError:
            self.stop()
            raise

    def _start(self, name: str, *arguments: str) -> None:
        command = [sys.executable, "-m", "kangwei.cli", name, *arguments, "--with-parent"]
        # stdout carries our own lines only; stdin is the pipe by which a child learns that we are gone.
        self._processes[name] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=sys.stderr)  # noqa: S603

    def dead(self) -> str:
        """What the first child is called that has ended, "" while all live."""
        ended = (name for name, process in self._processes.items() if process.poll() is not None)
        return next((f"{_NAMES[name]}（{name}）" for name in ended), "")

    def remember(self) -> None:
        """Note all descendants: one whose parent is killed can no longer be found."""
        self._descendants.update(psutil.Process().children(recursive=True))

    def stop(self) -> None:
        """Ask all to stop, wait, and kill what is left, so that nobody stays behind."""
        self.remember()
        for process in self._processes.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS + 5
        for process in self._processes.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for descendant in self._descendants:
            if descendant.is_running():
                descendant.kill()


@contextmanager
def _children(host: str, port: int) -> Iterator[Children]:
    children = Children(host, port)
    try:
        yield children
    finally:
        children.stop()


def _prepare(library: bool, now: datetime) -> None:
    """Database, static files, contract library, first people."""
    applied = database.apply_migrations()
    say(f"数据库：{database.name()}" + (f"，应用了 {applied} 个迁移" if applied else ""))
    statics.collect()
    if library:
        for line in load_library(now=now):
            say(f"合同库：{line}")
    _create_first_people(now)
    connections.close_all()


def _create_first_people(now: datetime) -> None:
    with transaction.atomic():
        # Printed before the commit: a kill in between loses a password that is not yet in force, not the only one.
        people = first_people(actor=System("首次启动"), now=now)
        if people:
            say("初始口令（只显示这一次，首次登录须更改）：")
        for username, password in people:
            say(f"  {username}  {password}")


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = _NOT_FREE.get(error.errno or 0) or why(error)
            raise ActionError(f"不能在 {host} 的端口 {port} 上监听：{reason}") from None


def _wait_until_ready(children: Children, host: str, port: int, stop: StopSignal) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and not stop.received and not children.dead():
        if _is_ready(host, port):
            return True
        time.sleep(PAUSE)
    return False


def _is_ready(host: str, port: int) -> bool:
    """Whether the web process answers at /readyz, under a name that it accepts."""
    reach = host
    if ipaddress.ip_address(host).is_unspecified:
        reach = "::1" if ":" in host else "127.0.0.1"
    named = [name for name in settings.ALLOWED_HOSTS if name != "*"]
    headers = {"Host": named[0].removeprefix(".") if named else reach}
    connection = http.client.HTTPConnection(reach, port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers=headers)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
