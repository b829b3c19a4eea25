"""Mailboxes for tests: one in memory that speaks as imaplib does, and a real server on 127.0.0.1 where there is one."""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kangwei.core.intake.mailbox import Place

DOVECOT = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin")
NOBODY = 65534
"""Root reads no mail."""
PASSWORD = "right-4-Mails"
PLACE = Place("imap.example.cn", 993, True, "desk@example.cn", PASSWORD)


@dataclass
class FakeMailbox:
    """One folder. `mails` by their UIDs; `seen` those that are read; what is to go wrong is set from outside.

    `breaks_at`: the connection ends before the so-manieth command. `withheld`: mails that the server does not give out.
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    folders: tuple[str, ...] = ('"INBOX"',)
    validity: int = 1
    uids: bool = True
    read_only: bool = False
    marking: bool = True
    breaks_at: int = 0
    withheld: set[int] = field(default_factory=set)
    sizes: dict[int, int] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ("IMAP4REV1", "ID")
    commands: list[str] = field(default_factory=list)
    opened: int = 0
    closed: int = 0

    def put(self, *contents: bytes) -> list[int]:
        """Deliver mails; their UIDs."""
        first = max(self.mails, default=0) + 1
        self.mails |= dict(enumerate(contents, first))
        return list(range(first, first + len(contents)))

    def connect(self, place: Place) -> "FakeMailbox":
        self.opened, self.place, self.commands = self.opened + 1, place, []
        return self

    def login(self, user: str, password: str) -> None:
        self._command("LOGIN")
        if password != PASSWORD:
            raise imaplib.IMAP4.error("no such user, says 10.1.2.3")

    def xatom(self, name: str, *args: str) -> None:
        self._command(name)

    def select(self, mailbox: str) -> tuple[str, list[Any]]:
        self._command("SELECT")
        if self.read_only:
            raise imaplib.IMAP4.readonly("read-only")
        return ("OK", [b"0"]) if mailbox in self.folders else ("NO", [b"no such folder"])

    def response(self, code: str) -> tuple[str, list[Any]]:
        found = {"UIDVALIDITY": self.validity, "UIDNEXT": max(self.mails, default=0) + 1}[code]
        return code, [str(found).encode() if self.uids else None]

    def uid(self, command: str, *args: str) -> tuple[str, list[Any]]:
        self._command(command)
        return getattr(self, f"_{command.lower()}")(*args)

    def shutdown(self) -> None:
        self.closed += 1

    def _command(self, name: str) -> None:
        self.commands.append(name)
        if len(self.commands) == self.breaks_at:
            raise imaplib.IMAP4.abort("connection lost")

    def _search(self, *criteria: str) -> tuple[str, list[Any]]:
        if criteria == ("UNSEEN",):
            found = [uid for uid in self.mails if uid not in self.seen]
        else:
            first = int(criteria[1].partition(":")[0])
            found = [uid for uid in self.mails if uid >= first] or list(self.mails)[-1:]
        return "OK", [" ".join(map(str, found)).encode()]

    def _fetch(self, uid: str, what: str) -> tuple[str, list[Any]]:
        key = int(uid)
        if key in self.withheld:
            return "NO", [None]
        content = self.mails[key]
        if what == "(RFC822.SIZE)":
            return "OK", [f"1 (UID {uid} RFC822.SIZE {self.sizes.get(key, len(content))})".encode()]
        if what == "(BODY.PEEK[HEADER])":
            content = content.partition(b"\n\n")[0] + b"\n\n"
        return "OK", [(f"1 (UID {uid} BODY[] {{{len(content)}}}".encode(), content), b")"]

    def _store(self, uid: str, *what: str) -> tuple[str, list[Any]]:
        assert what == ("+FLAGS.SILENT", r"(\Seen)")
        if self.marking:
            self.seen.add(int(uid))
        return ("OK" if self.marking else "NO"), [None]


@dataclass
class RealServer:
    """Dovecot with one user, on a port of its own."""

    port: int
    inbox: Path
    user: str = "desk"

    @property
    def place(self) -> Place:
        return Place("127.0.0.1", self.port, False, self.user, PASSWORD)

    def put(self, name: str, content: bytes) -> None:
        """Deliver a mail."""
        (self.inbox / "new" / name).write_bytes(content)

    def read(self) -> int:
        """How many mails bear the flag of having been read."""
        return sum("S" in path.name.partition(":2,")[2] for path in (self.inbox / "cur").iterdir())


@contextmanager
def dovecot() -> Iterator[RealServer]:
    """A server for the time of the block, with a folder of its own, into which its users must be able to look."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with _running(folder) as server:
            yield server


@contextmanager
def _running(folder: Path) -> Iterator[RealServer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    inbox = folder / "mail"
    for name in ("new", "cur", "tmp"):
        (inbox / name).mkdir(parents=True)
    owner = os.getuid() or NOBODY
    for path in (inbox, *inbox.iterdir()):
        os.chown(path, owner, -1)
    config = folder / "dovecot.conf"
    config.write_text(_config(folder, port))
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen([str(DOVECOT), "-F", "-c", str(config)], stdout=out, stderr=out)
        try:
            _wait_for(port, folder)
            yield RealServer(port, inbox)
        finally:
            process.terminate()
            process.wait(10)


def _config(folder: Path, port: int) -> str:
    # Root's server changes to the users that came with it; anybody else's stays what it is.
    return (
        (_as_myself() if os.getuid() else "")
        + f"""
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={os.getuid() or NOBODY} gid={os.getgid() or NOBODY} home={folder}/mail
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""
    )


def _as_myself() -> str:
    me, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    users = f"default_internal_user = {me}\ndefault_internal_group = {group}\ndefault_login_user = {me}\n"
    return users + "".join(f"service {name} {{\n  chroot =\n}}\n" for name in ("imap-login", "anvil", "stats"))


def _wait_for(port: int, folder: Path) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("".join(path.read_text() for path in (folder / "out", folder / "log") if path.exists()))
