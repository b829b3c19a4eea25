"""A mailbox on an IMAP server → its new mails, each marked as read only after it was kept.

    seen = fetch(place, mark, keep)

The connection is injected (`connect`): tests need no server.
"""

import imaplib
import re
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from kangwei.core.intake.mail import MAIL_LIMIT

MOST_AT_ONCE = 50
STEP_SECONDS = 20
ROUND_SECONDS = 120
"""A server that sends a byte now and then would hold a worker for ever."""
MOST_READ = MAIL_LIMIT + 1024 * 1024
"""What one answer of the server may hold: a mail, and what is said around it."""
LARGEST = 2**32 - 1
"""Numbers of the protocol have 32 bits."""
WORDS = re.compile(r"[\x20-\x7e]+")
"""What a password may consist of; other characters have no one form on the wire."""
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)
"""A name or an address of a server, in small letters."""
NAME = re.compile(r"[\w.@+=$!#&'*/^`|~-]+", re.ASCII)
"""What a sign-in name may consist of."""


class MailboxError(Exception):
    """The mailbox cannot be read; `str()` says why, in Chinese, and nothing that the server said."""


@dataclass(frozen=True)
class Place:
    """A folder on a server, and who signs in there; without `tls` all of it goes over the wire as it is."""

    host: str
    port: int
    tls: bool
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"


@dataclass(frozen=True)
class Mark:
    """How far a folder was read: the mails up to `uid`, as long as the server keeps its `validity`."""

    validity: int
    uid: int


@dataclass(frozen=True)
class Fetched:
    """A mail of `size` octets as it lies on the server; of one larger than MAIL_LIMIT the content is its head alone."""

    content: bytes
    size: int

    @property
    def whole(self) -> bool:
        return self.size <= MAIL_LIMIT


@dataclass(frozen=True)
class Round:
    """What a look into a mailbox came to: how far it is read now, and how many mails the server did not give out."""

    mark: Mark | None
    withheld: int


class Server(Protocol):
    """What is used of imaplib.IMAP4."""

    capabilities: tuple[str, ...]

    def login(self, user: str, password: str) -> Any: ...
    def xatom(self, name: str, *args: str) -> Any: ...
    def select(self, mailbox: str) -> tuple[str, list[Any]]: ...
    def response(self, code: str) -> tuple[str, list[Any]]: ...
    def uid(self, command: str, *args: str) -> tuple[str, list[Any]]: ...
    def shutdown(self) -> None: ...


Connect = Callable[[Place], Server]


def connect(place: Place) -> Server:
    """A connection to a real server; over TLS its certificate must be trusted. OSError where there is none."""
    if place.tls:
        context = ssl.create_default_context()
        return _BoundedTls(place.host, place.port, ssl_context=context, timeout=STEP_SECONDS)
    return _Bounded(place.host, place.port, timeout=STEP_SECONDS)


def fetch(
    place: Place, mark: Mark | None, keep: Callable[[Fetched], None], *, connect: Connect = connect,
    most: int = MOST_AT_ONCE,
) -> Round:  # fmt: skip
    """Give the new mails to `keep`, the oldest first and at most so many, and mark each as read once that came back.

    New is what nobody read yet, and what came since `mark` even if somebody read it elsewhere. Without a mark for
    the folder as it is now only the unread ones are new: what was read before is history.

    Killed at any point, a mail that was not kept is given again, and one that was kept may be.

    MailboxError for a server that refuses; OSError where it cannot be reached; what `keep` raises.
    """
    try:
        server = connect(place)
    except imaplib.IMAP4.error:
        raise MailboxError("这个端口上没有 IMAP 服务，或它立即断开了") from None
    except UnicodeError:
        raise MailboxError("没有这样的服务器名") from None
    try:
        _sign_in(server, place)
        mark = _opened(server, place.folder, mark)
        return _fetched(server, mark, keep, most)
    except imaplib.IMAP4.readonly:
        raise MailboxError("这个文件夹只能读，不能标记已读") from None
    except imaplib.IMAP4.abort:
        raise MailboxError("服务器中断了连接，或超过了时间和大小的限制") from None
    except imaplib.IMAP4.error:
        raise MailboxError("服务器的应答不合 IMAP 的规定") from None
    finally:
        _leave(server)


def _sign_in(server: Server, place: Place) -> None:
    try:
        server.login(place.user, place.password)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeError):
        raise MailboxError("用户名或口令不对，或邮箱没有开启 IMAP（有的邮箱要填授权码）") from None
    if "ID" in server.capabilities:
        # NetEase opens no folder to a program that does not say its name.
        server.xatom("ID", '("name" "kangwei")')


def _opened(server: Server, folder: str, mark: Mark | None) -> Mark | None:
    """Open the folder: the mark, a first one where there is none for it, None where the server numbers no mails."""
    answer, _ = server.select(_encoded(folder))
    if answer != "OK":
        raise MailboxError(f"邮箱里没有文件夹「{folder}」")
    validity, following = _number(server, "UIDVALIDITY"), _number(server, "UIDNEXT")
    if validity is None or following is None:
        return None
    return mark if mark and mark.validity == validity else Mark(validity, following - 1)


def _number(server: Server, code: str) -> int | None:
    _, data = server.response(code)
    text = data[-1] if data else None
    return int(text) if text and bytes(text).isdigit() and int(text) <= LARGEST else None


def _fetched(server: Server, mark: Mark | None, keep: Callable[[Fetched], None], most: int) -> Round:
    new = set(_found(server, "UNSEEN"))
    # A range whose end is below its beginning means the last mail all the same.
    later = {uid for uid in _found(server, "UID", f"{mark.uid + 1}:*") if uid > mark.uid} if mark else set()
    taken, withheld = sorted(new | later)[:most], 0
    for uid in taken:
        mail = _mail(server, uid)
        if mail is None:
            withheld += 1
            continue
        keep(mail)
        answer, _ = server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
        if answer != "OK":
            raise MailboxError("服务器不让把邮件标记为已读")
    return Round(Mark(mark.validity, max([mark.uid, *taken])) if mark else None, withheld)


def _found(server: Server, *criteria: str) -> list[int]:
    answer, data = server.uid("SEARCH", *criteria)
    if answer != "OK":
        raise MailboxError("服务器不会查找邮件")
    numbers = (int(word) for line in data if line for word in line.split() if word.isdigit())
    return [number for number in numbers if number <= LARGEST]


def _mail(server: Server, uid: int) -> Fetched | None:
    """The mail, which stays unread by this; None where the server does not give it out."""
    answer, data = server.uid("FETCH", str(uid), "(RFC822.SIZE)")
    sizes = re.findall(rb"RFC822\.SIZE (\d+)", b" ".join(line for line in data if isinstance(line, bytes)))
    if answer != "OK" or not sizes:
        return None
    size = min(int(sizes[0]), LARGEST)
    part = "BODY.PEEK[]" if size <= MAIL_LIMIT else "BODY.PEEK[HEADER]"
    answer, data = server.uid("FETCH", str(uid), f"({part})")
    content = next((line[1] for line in data if isinstance(line, tuple)), None)
    return Fetched(content, size) if answer == "OK" and content is not None else None


def _leave(server: Server) -> None:
    """Close the connection. No farewell: a server that broke its word would be waited for once more."""
    try:
        server.shutdown()
    except OSError:
        return


def _encoded(folder: str) -> str:
    """The name of a folder as the protocol has it: modified UTF-7 (RFC 3501 5.1.3), quoted."""

    def in_base64(match: re.Match[str]) -> str:
        return f"&{b64encode(match[0].encode('utf-16-be')).decode().rstrip('=').replace('/', ',')}-"

    text = re.sub(r"[^\x20-\x7e]+", in_base64, folder.replace("&", "&-"))
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Bounded(imaplib.IMAP4):
    """A connection that ends after ROUND_SECONDS, and that takes no answer beyond MOST_READ."""

    _taken = 0

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        super().open(host, port, timeout)
        self._end = threading.Timer(ROUND_SECONDS, _cut, [self.sock])
        self._end.daemon = True
        self._end.start()

    def send(self, data: Any) -> None:
        self._taken = 0
        super().send(data)

    def read(self, size: int) -> bytes:
        self._take(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._take(len(line))
        return line

    def shutdown(self) -> None:
        self._end.cancel()
        super().shutdown()

    def _take(self, size: int) -> None:
        self._taken += size
        if self._taken > MOST_READ:
            raise self.abort("answer too large")


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):  # type: ignore[misc]  # the stubs name another default port
    """The same over TLS."""


def _cut(sock: socket.socket) -> None:
    """End the connection under whoever reads from it: closing the file would wait for that reader."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
