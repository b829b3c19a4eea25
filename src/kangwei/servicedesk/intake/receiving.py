"""A mail or a copied conversation as the desk takes it up: what it fills in, what lies with it."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from kangwei.accounts.queries import people
from kangwei.core.intake import Chat, Mail, MailError, Unread, read_chat, read_mail
from kangwei.documents.queries import kept, why_refused
from kangwei.servicedesk import queries
from kangwei.servicedesk.enums import Channel
from kangwei.servicedesk.intake import storage
from kangwei.servicedesk.queries import mailing

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.servicedesk.models import ReceivedMail, Ticket

TITLE_LENGTH, DESCRIPTION_LENGTH, NAME_LENGTH, EXTERNAL_LENGTH = 60, 2000, 60, 120
BY_MAILBOX = "box-"
"""How a token begins that names a mail by its key: whoever may see the mail may use it."""
MORE = "\n……（全文见附件）"
_ANSWERED = re.compile(r"^(?:(?:re|fw|fwd|回复|答复|转发)\s*[:：]\s*)+", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """Something that was said, as the preview shows it."""

    who: str
    at: datetime | None
    text: str


@dataclass(frozen=True)
class Speaker:
    """Somebody who spoke, in how many messages; `staff` where somebody who signs in here bears the name."""

    name: str
    messages: int
    staff: bool


@dataclass(frozen=True)
class Given:
    """A file that came along; `refused` says why it cannot lie with the ticket, "" where it can."""

    name: str
    content: bytes
    refused: str

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True)
class Received:
    """What was sent: by whom, what and when; `external` is its name, by which it is known when it comes again.

    `mail` is the mail that came by a mailbox, None for what somebody pasted or uploaded.
    """

    channel: Channel
    subject: str
    lines: tuple[Line, ...]
    unread: tuple[Unread, ...]
    speakers: tuple[Speaker, ...]
    files: tuple[Given, ...]
    record: str
    external: str
    mail: "ReceivedMail | None" = None

    @property
    def first_caller(self) -> str:
        """Who it is from as long as nobody chose: the first who is not of the staff, else the first."""
        strangers = [speaker.name for speaker in self.speakers if not speaker.staff]
        return next(iter([*strangers, *(speaker.name for speaker in self.speakers)]), "")

    def title(self, caller: str) -> str:
        """The subject, else the first line that the caller wrote, shortened."""
        said = [line.text for line in self.lines if line.who == caller] + [line.text for line in self.lines]
        words = self.subject or next((text.strip().split("\n")[0] for text in said if text.strip()), "")
        return words if len(words) <= TITLE_LENGTH else f"{words[: TITLE_LENGTH - 1]}…"

    def at(self, now: datetime) -> datetime:
        """When it began: the time of the first message that has one and does not lie ahead, else now."""
        return next((line.at for line in self.lines if line.at and line.at <= now), now)

    @property
    def description(self) -> str:
        """The record, as far as the ticket's description holds it."""
        if len(self.record) <= DESCRIPTION_LENGTH:
            return self.record
        return self.record[: DESCRIPTION_LENGTH - len(MORE)] + MORE

    @property
    def kept(self) -> list[tuple[str, bytes]]:
        """The files that lie with the ticket, by name and content; the record too where the description is short."""
        files = [(file.name, file.content) for file in self.files if not file.refused]
        name = "邮件正文.txt" if self.channel == Channel.MAIL else "聊天记录.txt"
        return files if len(self.record) <= DESCRIPTION_LENGTH else [(name, self.record.encode()), *files]

    @property
    def refusals(self) -> str:
        """Which files cannot lie with the ticket, and why; "" where all can."""
        lines = [f"{file.name}：{file.refused}" for file in self.files if file.refused]
        return "\n".join(["没有附上的附件：", *lines]) if lines else ""


def received(token: str, person: "Person") -> Received | None:
    """What the token of this person leads to; None where that is nothing any more.

    ActionError for a mail whose file is missing or changed.
    """
    if token.startswith(BY_MAILBOX):
        key = token.removeprefix(BY_MAILBOX)
        mail = mailing.mails(person).filter(pk=int(key)).first() if key.isdecimal() and len(key) < 16 else None
        return by_mailbox(mail) if mail else None
    found = storage.parked(token, person.pk)
    if found is None:
        return None
    if found.channel == Channel.MAIL:
        return of_mail(read_mail(found.content), found.content)
    return of_chat(found.content.decode(), found.at)


def by_mailbox(mail: "ReceivedMail") -> Received:
    """A mail that came by a mailbox; ActionError where its file is missing or changed."""
    content = kept(mail.sha256)
    try:
        return replace(of_mail(read_mail(content), content), mail=mail)
    except MailError as error:
        line = Line("", None, f"{error}，请下载原件查看")
        return Received(Channel.MAIL, "", (line,), (), (), (), "", f"mail:{mail.sha256}", mail)


def token_of(mail: "ReceivedMail") -> str:
    """By which the desk's form is filled in from the mail, for whoever may see it."""
    return f"{BY_MAILBOX}{mail.pk}"


def of_chat(text: str, now: datetime) -> Received:
    """A conversation that was pasted at `now`."""
    chat = read_chat(text, now)
    lines = tuple(Line(message.who, message.at, message.text) for message in chat.messages)
    return Received(Channel.CHAT, "", lines, chat.unread, _speakers(chat), (), text.strip(), "")


def of_mail(mail: Mail, content: bytes) -> Received:
    """A mail, whose file has this content."""
    sender = mail.sender[:NAME_LENGTH]
    head = [f"发件人：{mail.sender} {mail.address}".strip(), f"主题：{mail.subject}"]
    known = mail.message_id if len(mail.message_id) <= EXTERNAL_LENGTH else ""
    return Received(
        Channel.MAIL, _ANSWERED.sub("", mail.subject)[:TITLE_LENGTH], (Line(sender, mail.at, mail.text),), (),
        (Speaker(sender, 1, False),) if sender else (),
        tuple(Given(file.name, file.content, why_refused(file.content, file.name)) for file in mail.attached),
        "\n".join(head) + f"\n\n{mail.text}", known or f"mail:{hashlib.sha256(content).hexdigest()}",
    )  # fmt: skip


def known_as(person: "Person", item: Received) -> "Ticket | None":
    """The ticket that was opened from the same mail, if the person may see it."""
    return queries.tickets(person).filter(external=item.external).first() if item.external else None


def _speakers(chat: Chat) -> tuple[Speaker, ...]:
    staff = set(people().filter(name__in=chat.speakers).values_list("name", flat=True))
    spoken = [message.who for message in chat.messages]
    return tuple(Speaker(name, spoken.count(name), name in staff) for name in chat.speakers)
