"""A conversation copied out of WeChat or QQ → who said what, when.

Each program writes a heading before what somebody said; a line that is no heading belongs to what was said last. A
record that gives times is read by its headings with times alone, for then "地址：三楼" is something that was said; only
one without any is read as "name: text".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from kangwei.core.intake.times import MOMENT, Reader

LONGEST_NAME, LONGEST_HEADING = 40, 160
_NAME = rf"(?P<who>[^\s].{{0,{LONGEST_NAME - 1}}}?)"
_MARK = r"(?:\((?P<mark>[\w.@+-]{4,60})\)|<(?P<mark2>[^<>\s]{4,60})>|（(?P<mark3>[\w.@+-]{4,60})）)"
_WHEN = f"(?P<when>{MOMENT})"
# 张三 2026/11/20 9:05:12; 张三(12345678) 2026-11-20 9:05:12; 张三 星期五 9:05
_NAME_TIME = re.compile(rf"{_NAME}[ \t]*{_MARK}?[ \t]+{_WHEN}[ \t]*[:：]?")
# 2026-11-20 9:05:12 张三(12345678)
_TIME_NAME = re.compile(rf"{_WHEN}[ \t]+{_NAME}[ \t]*{_MARK}?[ \t]*[:：]?")
_TIME_ALONE = re.compile(rf"(?:[-—=*\s]*){_WHEN}(?:[-—=*\s]*)")
_SAYS = re.compile(rf"(?P<who>[^\s:：][^:：\t]{{0,{LONGEST_NAME - 1}}})[:：](?P<text>.*)")
_NO_NAME = re.compile(r"(?:https?|ftps?|mailto|tel|file)|[\d\s./\\-]+|[A-Za-z]", re.IGNORECASE)
_DAY_HEADING = re.compile(r"(?:日期[:：])?[-—=*\s]*(?P<day>[^-—=*].*?)[-—=*\s]*")
_RULE = re.compile(r"[=\-—_*]{4,}")
_FROM_EXPORT = re.compile(r"消息(?:记录|分组|对象)(?:[:：（(].*)?")


@dataclass(frozen=True)
class Message:
    """What somebody said; `at` is None where the record does not tell."""

    who: str
    at: datetime | None
    text: str


@dataclass(frozen=True)
class Unread:
    """A line that belongs to nobody's words, by its number from 1."""

    line: int
    text: str


@dataclass(frozen=True)
class Chat:
    """The messages in their order, and the lines that could not be read."""

    messages: tuple[Message, ...]
    unread: tuple[Unread, ...]

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who spoke, in the order of their first words."""
        return tuple(dict.fromkeys(message.who for message in self.messages))


def read_chat(text: str, now: datetime) -> Chat:
    """Take a copied conversation apart; `now` is when it was pasted, from which 昨天 and 星期五 are counted."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    headings = [found for line in lines if (found := _heading(line.strip(), Reader(now)))]
    days_apart = any(not heading.dated for heading in headings)
    return _Building(Reader(now), timed=bool(headings), days_apart=days_apart or not headings).read(lines)


@dataclass(frozen=True)
class _Heading:
    """Who speaks from here on, and when; `dated` where it names the day itself."""

    who: str
    at: datetime | None
    dated: bool
    said: str = ""


@dataclass
class _Building:
    """A conversation while it is read: `timed` by headings with times, `days_apart` with lines that name a day."""

    reader: Reader
    timed: bool
    days_apart: bool
    at: datetime | None = None

    def __post_init__(self) -> None:
        self.messages: list[Message] = []
        self.said: list[str] = []
        self.unread: list[Unread] = []

    def read(self, lines: list[str]) -> Chat:
        for number, line in enumerate(lines, 1):
            plain = line.strip()
            if self._is_between(plain):
                continue
            begun = _heading(plain, self.reader) if self.timed else self._says(plain)
            if begun:
                self._end()
                self.messages.append(Message(begun.who, begun.at, ""))
                self.said = [begun.said]
            elif self.messages:
                self.said.append(line.rstrip())
            elif plain:
                self.unread.append(Unread(number, plain))
        self._end()
        return Chat(tuple(self.messages), tuple(self.unread))

    def _says(self, line: str) -> _Heading | None:
        found = _SAYS.fullmatch(line)
        if found is None or _NO_NAME.fullmatch(found["who"].strip()):
            return None
        return _Heading(found["who"].strip(), self.at, False, found["text"].strip())

    def _is_between(self, line: str) -> bool:
        """Whether the line only parts messages: a day, a time, a rule; what it says of time holds from there on."""
        if len(line) > LONGEST_HEADING:
            return False
        heading = _DAY_HEADING.fullmatch(line) if self.days_apart else None
        if heading and self.reader.head(heading["day"]):
            self.at = None
            return True
        # Where every message has its time, a time by itself is something that was said.
        alone = _TIME_ALONE.fullmatch(line) if not self.timed else None
        if alone and (at := self.reader.moment(alone["when"])):
            self.at = at
            return True
        return bool(_RULE.fullmatch(line) or _FROM_EXPORT.fullmatch(line))

    def _end(self) -> None:
        """Give the last message its words; one without any, such as a picture that was not copied, stays empty."""
        if self.messages:
            self.messages[-1] = replace(self.messages[-1], text="\n".join(_trimmed(self.said)))
        self.said = []


def _heading(line: str, reader: Reader) -> _Heading | None:
    """A heading with a time.

    A time before a name counts with the mark of an account only, for lines of a log begin with a time; an hour alone
    counts with its seconds or such a mark, for "我到了 9:05" is something that was said.
    """
    for form in (_TIME_NAME, _NAME_TIME) if len(line) <= LONGEST_HEADING else ():
        found = form.fullmatch(line)
        if found is None:
            continue
        marked = found["mark"] or found["mark2"] or found["mark3"]
        dated = any(found[name] for name in ("year", "month_only", "before", "weekday"))
        if not (marked or (form is _NAME_TIME and (dated or found["second"]))):
            continue
        if (at := reader.moment(found["when"])) and (who := found["who"].strip(" \t:：")):
            return _Heading(who, at, dated)
    return None


def _trimmed(lines: list[str]) -> Iterator[str]:
    """The lines without the empty ones at both ends."""
    kept = [number for number, line in enumerate(lines) if line.strip()]
    yield from lines[kept[0] : kept[-1] + 1] if kept else ()
