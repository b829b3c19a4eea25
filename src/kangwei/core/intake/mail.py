"""A mail as a file (.eml) → who wrote what, when, with which attachments. Nothing in it is fetched or run."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.header import decode_header
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser

MAIL_LIMIT = 30 * 1024 * 1024
MOST_PARTS = 500
LONGEST_NAME = 120
MOST_ANSWERED = 20
OWN_HEADER = "X-Kangwei-Notice"
"""The header by which a notice that was sent from here is known when it comes back."""
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_AUTOMATIC_SUBJECT = re.compile(
    r"^(?:自动回复|自动答复|automatic reply|auto reply|out of office)\s*[:：]", re.IGNORECASE
)
_ROBOTS = ("mailer-daemon", "postmaster")
_CHARSETS = ("utf-8", "gb18030")
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote", "pre"})
_SILENT = frozenset({"script", "style", "head", "title", "template"})
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
        message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(content)
        parts = _parts(message)
    except (RecursionError, *_UNREADABLE):
        raise MailError("邮件的结构有误，读不出来") from None
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


def _automatic(message: EmailMessage, headers: "_Headers", address: str) -> str:
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


def _parts(message: EmailMessage) -> _Parts:
    """The texts that are shown and the files beside them; a mail that is attached is a file, not a part of the text."""
    found, waiting, seen = _Parts([], []), list[MIMEPart]([message]), 0
    while waiting:
        part = waiting.pop(0)
        seen += 1
        if seen > MOST_PARTS:
            raise MailError("邮件的部分太多，拒收")
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
        """The first header of that name without line breaks, "" where there is none."""
        raw = next((value for key, value in self.message.raw_items() if key.lower() == name.lower()), "")
        plain = re.sub(r"[\r\n]+[ \t]*", " ", str(raw))
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
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (*_UNREADABLE, OverflowError):
        return None


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.silent += tag in _SILENT
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in _SILENT))
        if tag in _BREAKS - {"br"}:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(re.sub(r"[ \t\r\n\xa0]+", " ", data))


def _stripped(html: str) -> str:
    """The words of a page as lines, without anything that is not shown."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = (line.strip() for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
