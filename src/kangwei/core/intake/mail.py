"""A mail as a file (.eml) → who wrote what, when, with which attachments. Nothing in it is fetched or run."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.header import decode_header
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from html import unescape
from itertools import count
from typing import Any

MAIL_LIMIT = 30 * 1024 * 1024
MOST_PARTS = 500
LONGEST_NAME = 120
LONGEST_HEADER = 20_000
LAST_YEAR = 9999
LONGEST_STRUCTURE = 2_000
"""Of a header that says what a part is; the standard library takes its time over every character."""
MOST_ANSWERED = 20
OWN_HEADER = "X-Kangwei-Notice"
"""The header by which a notice that was sent from here is known when it comes back."""
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_AUTOMATIC_SUBJECT = re.compile(
    r"^(?:自动回复|自动答复|automatic reply|auto reply|out of office)\s*[:：]", re.IGNORECASE
)
_ROBOTS = ("mailer-daemon", "postmaster")
_CHARSETS = ("utf-8", "gb18030")
# As a browser would not read it in every case, but in one pass whatever the page is: html.parser may take hours.
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b[^<>]*>.*?(?:</\1[^<>]*>|\Z)|<(/?)([a-z][a-z0-9]*)[^<>]*>|<[!?/][^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote", "pre"})
_SILENT = frozenset({"head", "title", "template"})
_UNREADABLE = (MessageError, ValueError, LookupError, TypeError, AttributeError)
"""What the standard library raises over headers and parts that are not as they should be."""


class MailError(Exception):
    """The file cannot be taken for a mail; `str()` says why, in Chinese."""


@dataclass(frozen=True)
class Attached:
    """A file that came with a mail."""

    name: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True)
class Mail:
    """What a mail says; "" or None for what it does not.

    `answers` are the Message-IDs of the mails that it answers, the nearest first. `automatic` says, in Chinese, why no
    person wrote it.
    """

    message_id: str
    sender: str
    address: str
    subject: str
    at: datetime | None
    text: str
    attached: tuple[Attached, ...]
    answers: tuple[str, ...] = ()
    automatic: str = ""

    @property
    def identity(self) -> str:
        """The same for every copy of the mail, by whichever way it came.

        Not the Message-ID alone: anybody may write one, and a forged mail would keep the real one out.
        """
        files = (f"{file.name} {hashlib.sha256(file.content).hexdigest()}" for file in self.attached)
        said = (self.message_id, self.address, self.subject, str(self.at), self.text, *files)
        return hashlib.sha256("\0".join(said).encode()).hexdigest()


def read_mail(content: bytes) -> Mail:
    """Read a mail, whatever charset it claims. MailError for what is too large, no mail, or nested beyond reason."""
    if len(content) > MAIL_LIMIT:
        raise MailError(f"邮件超过 {MAIL_LIMIT // 1024 // 1024} MB")
    try:
        return _read(BytesParser(_class=_counted(), policy=_POLICY).parsebytes(content))
    except (RecursionError, *_UNREADABLE):
        raise MailError("邮件的结构有误，读不出来") from None


class _Policy(policy.EmailPolicy):
    """Reads headers as far as anybody writes them."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return super().header_fetch_parse(name, value[:LONGEST_STRUCTURE])


_POLICY: Any = _Policy(refold_source="none")


def _counted() -> Callable[..., EmailMessage]:
    """What makes the parts of a mail while it is parsed; MailError for more than MOST_PARTS."""
    made = count()

    def make(**told: Any) -> EmailMessage:
        if next(made) > MOST_PARTS:
            raise MailError("邮件的部分太多，拒收")
        return EmailMessage(**told)

    return make


def _read(message: MIMEPart) -> Mail:
    parts = _parts(message)
    headers = _Headers(message)
    if not any(headers.text(name) for name in ("From", "Subject", "Message-ID", "Received")):
        raise MailError("这不是邮件文件（.eml）")
    name, address = parseaddr(headers.text("From"))
    plain = [text for part, text in parts.texts if part == "text/plain" and text.strip()]
    html = [_stripped(text) for part, text in parts.texts if part == "text/html"]
    said = plain or html
    return Mail(
        message_id=headers.text("Message-ID"), sender=name or address, address=address,
        subject=headers.text("Subject"), at=_moment(headers.text("Date")), text="\n\n".join(said).strip(),
        attached=tuple(parts.attached), answers=_answers(headers), automatic=_automatic(message, headers, address),
    )  # fmt: skip


def _answers(headers: "_Headers") -> tuple[str, ...]:
    # References name the oldest first.
    found = [*_MESSAGE_ID.findall(headers.text("References")), *_MESSAGE_ID.findall(headers.text("In-Reply-To"))]
    return tuple(dict.fromkeys(reversed(found)))[:MOST_ANSWERED]


def _automatic(message: MIMEPart, headers: "_Headers", address: str) -> str:
    """Why no person wrote the mail (RFC 3834, and what is usual beside it), in Chinese; "" where one may have."""
    if headers.text(OWN_HEADER):
        return "本系统的通知"
    robot = address.partition("@")[0].lower() in _ROBOTS or headers.text("Return-Path") == "<>"
    if robot or message.get_content_type() == "multipart/report":
        return "退信或回执"
    submitted = headers.text("Auto-Submitted").partition(";")[0].strip().lower()
    answered = headers.text("X-Autoreply") or headers.text("X-Autorespond")
    if submitted not in ("", "no") or answered or _AUTOMATIC_SUBJECT.match(headers.text("Subject")):
        return "自动答复或自动邮件"
    return "群发邮件" if headers.text("Precedence").lower() in ("bulk", "junk", "auto_reply") else ""


@dataclass
class _Parts:
    texts: list[tuple[str, str]]
    attached: list[Attached]


def _parts(message: MIMEPart) -> _Parts:
    """The texts that are shown and the files beside them; a mail that is attached is a file, not a part of the text."""
    found, waiting = _Parts([], []), list[MIMEPart]([message])
    while waiting:
        part = waiting.pop(0)
        kind, name = part.get_content_type(), _Headers(part).file_name()
        if kind == "message/rfc822":
            inner = next(iter(part.iter_parts()), None)
            found.attached.append(Attached(name or "转发的邮件.eml", inner.as_bytes() if inner else b""))
        elif part.is_multipart():
            waiting = [*part.iter_parts(), *waiting]
        elif kind in ("text/plain", "text/html") and not name and part.get_content_disposition() != "attachment":
            found.texts.append((kind, _decoded(part)))
        else:
            content = part.get_payload(decode=True)
            kept = content if isinstance(content, bytes) else b""
            if kept:
                found.attached.append(Attached(name or f"附件{len(found.attached) + 1}", kept))
    return found


def _decoded(part: MIMEPart) -> str:
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    claimed = str(part.get_content_charset() or "")
    # gb18030 holds gb2312 and gbk, whose names mails use for what is beyond them.
    charsets = ("gb18030",) if claimed in ("gb2312", "gbk") else (claimed,) if claimed else ()
    return _text_of(raw, charsets).replace("\r\n", "\n").replace("\x00", "")


def _text_of(raw: bytes, charsets: tuple[str, ...] = ()) -> str:
    for charset in (*charsets, *_CHARSETS):
        try:
            text = raw.decode(charset)
            # Some charsets yield halves of characters, which nothing can store.
            text.encode()
        except (UnicodeError, LookupError):
            continue
        return text
    return raw.decode("utf-8", errors="replace")


class _Headers:
    """Headers as text, though they be broken: unencoded, in a charset that there is not, or badly folded."""

    def __init__(self, message: MIMEPart) -> None:
        self.message = message

    def text(self, name: str) -> str:
        """The first header of that name without line breaks, as far as anybody reads; "" where there is none."""
        raw = next((value for key, value in self.message.raw_items() if key.lower() == name.lower()), "")
        plain = re.sub(r"[\r\n]+[ \t]*", " ", str(raw)[:LONGEST_HEADER])
        return _unencoded(plain).replace("\x00", "").strip()

    def file_name(self) -> str:
        """The name of the part's file, without any folder."""
        try:
            given = str(self.message.get_filename("") or "")
        except _UNREADABLE:
            given = ""
        name = _unencoded(given).replace("\\", "/").rpartition("/")[2]
        return re.sub(r"[\x00-\x1f\x7f]", "", name).strip()[-LONGEST_NAME:]


def _unencoded(text: str) -> str:
    """Encoded words and raw bytes as what they mean."""
    try:
        pieces = decode_header(text) if "=?" in text else [(text, None)]
    except _UNREADABLE:
        pieces = [(text, None)]
    return "".join(_piece(piece, charset or "") for piece, charset in pieces)


def _piece(piece: str | bytes, charset: str) -> str:
    raw = piece.encode("utf-8", errors="surrogateescape") if isinstance(piece, str) else piece
    return _text_of(raw, (charset,) if charset and charset != "unknown-8bit" else ())


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        # A date without a zone is of UTC, as the standard has it.
        moment = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (*_UNREADABLE, OverflowError):
        return None
    # The last hours that there are have none in Shanghai.
    return moment if moment.year < LAST_YEAR else None


def _stripped(html: str) -> str:
    """The words of a page as lines, without anything that is not shown."""
    pieces, silent, place = [], 0, 0
    for found in _TAG.finditer(html):
        if not silent:
            pieces.append(_words(html[place : found.start()]))
        place, is_end, tag = found.end(), bool(found[2]), (found[3] or "").lower()
        if tag in _SILENT:
            silent = max(0, silent + (-1 if is_end else 1))
        if tag in _BREAKS and (tag != "br" or not is_end):
            pieces.append("\n")
    if not silent:
        pieces.append(_words(html[place:]))
    lines = (line.strip() for line in "".join(pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _words(html: str) -> str:
    return re.sub(r"[ \t\r\n\xa0]+", " ", unescape(html)).replace("\x00", "")
