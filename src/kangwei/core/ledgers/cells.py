"""One cell of a ledger as a typed value, or the reason in Chinese why it is none."""

import ipaddress
import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from kangwei.core.ledgers.dates import read_date
from kangwei.core.ledgers.faults import UNCALCULATED, CellError
from kangwei.core.ledgers.kinds import Attribute

CellValue = str | int | Decimal | date | bool | None
JsonValue = str | int | bool | None

_ERROR = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)|Err:\d+")
_EMPTY = {"", "/", "\\", "-", "--", "—", "——", "N/A", "n/a", "无"}
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANKS = re.compile(r"[ \t\u00a0]*[\r\n\t\u00a0]+[ \t\u00a0]*")
_SCIENTIFIC = re.compile(r"[+-]?\d(\.\d+)?[eE]\+\d{2,}")
_EXACT = 10**15
"""Excel keeps fifteen digits; from here on an integer has sixteen."""

_LOST_DIGITS = "数字超过15位，Excel 已丢失末位，请把该列设为文本后重填"
_FLAGS = {
    **dict.fromkeys(("是", "√", "✓", "✔", "☑", "有", "y", "yes", "true", "t", "1", "对"), True),
    **dict.fromkeys(("否", "×", "✗", "✘", "x", "☒", "无", "没有", "n", "no", "false", "f", "0", "错"), False),
}
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+|(?=\.))(\.\d+)?")
_MAC = re.compile(
    r"[0-9A-F]{2}([:\- ])(?:[0-9A-F]{2}\1){4}[0-9A-F]{2}"  # AA:BB:CC:DD:EE:FF
    r"|[0-9A-F]{4}([.\-:])[0-9A-F]{4}\2[0-9A-F]{4}"  # AABB.CCDD.EEFF
    r"|[0-9A-F]{12}"
)
_LABEL = re.compile(r"[a-z0-9_\u3400-\u9fff]([a-z0-9_\u3400-\u9fff-]*[a-z0-9_\u3400-\u9fff])?")


def read_cell(value: object, attribute: Attribute) -> CellValue:
    """What a cell says for a field; None for an empty one, and for / - — 无, by which clerks mean an empty one.

    `value` is text (a CSV file, a form) or what calamine gives: str, float, int, bool, date, datetime, time, timedelta.
    A choice becomes what is stored for it, a MAC address AA:BB:CC:DD:EE:FF, an IP address its canonical form.
    Raises CellError; whether the field is required is not asked.
    """
    if isinstance(value, str):
        value = _stripped(value)
        if value in _EMPTY and not (value and _means_something(value, attribute)):
            return None
        if _ERROR.fullmatch(value):
            raise CellError(f"公式出错 {value}，请改正公式或直接填写")
        if value == UNCALCULATED:
            raise CellError("公式还没有算出的值，请用 Excel 打开并保存后再导入")
        if _CONTROL.search(value):
            raise CellError("含有控制字符，请重新填写")
    elif value is None:
        return None
    elif isinstance(value, float) and not math.isfinite(value):
        raise CellError("不是数字")
    return _READERS[attribute.type](value, attribute)


def as_json(value: CellValue) -> JsonValue:
    """A value as it is stored: a date as 2026-01-05, a decimal number as text, the rest as it is."""
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def _stripped(text: str) -> str:
    """The text without blanks around it and characters that nobody sees."""
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    return _INVISIBLE.sub("", text).strip()


def _means_something(text: str, attribute: Attribute) -> bool:
    """Whether 无 and the like are an answer here rather than an empty cell."""
    if attribute.type == "flag":
        return text in _FLAGS
    return attribute.type == "choice" and text in (*attribute.choices.values(), *attribute.aliases)


def _as_text(value: object) -> str:
    """A cell of any type in letters, numbers as Excel shows them."""
    match value:
        case str():
            if _SCIENTIFIC.fullmatch(value):
                raise CellError(_LOST_DIGITS)
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float() if abs(value) >= _EXACT:
            raise CellError(_LOST_DIGITS)
        case float():
            return str(int(value)) if value.is_integer() else format(Decimal(format(value, ".15g")), "f")
        case datetime():
            return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M")
        case time():
            return value.strftime("%H:%M")
    return str(value)


def _narrow(value: object) -> str:
    """The text in half-width characters, for the types whose writing is fixed."""
    return unicodedata.normalize("NFKC", _as_text(value)).strip()


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 30 else f"{text[:30]}…"


def _text(value: object, attribute: Attribute) -> str:
    text = _BLANKS.sub(" ", _as_text(value))
    return _fitting(text, attribute)


def _long(value: object, attribute: Attribute) -> str:
    return _fitting(_as_text(value).replace("\r\n", "\n").replace("\r", "\n"), attribute)


def _fitting(text: str, attribute: Attribute) -> str:
    if len(text) > attribute.limit:
        raise CellError(f"不能超过 {attribute.limit} 个字，现有 {len(text)} 个")
    if attribute.pattern and not re.fullmatch(attribute.pattern, text):
        raise CellError(f"应为{attribute.pattern_hint}，写的是「{_shown(text)}」")
    return text


def _integer(value: object, attribute: Attribute) -> int:
    number = _number(value, attribute)
    if number != number.to_integral_value():
        raise CellError(f"应为整数，写的是「{_shown(value)}」")
    return int(number)


def _decimal(value: object, attribute: Attribute) -> Decimal:
    number = _number(value, attribute)
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _number(value: object, attribute: Attribute) -> Decimal:
    if isinstance(value, bool | date | time | timedelta):
        raise CellError(f"应为数字，写的是「{_shown(_as_text(value))}」")
    text = _narrow(value)
    unit = unicodedata.normalize("NFKC", attribute.unit)
    if unit and text.lower().endswith(unit.lower()):
        text = text[: -len(unit)].rstrip()
    if not _NUMBER.fullmatch(text):
        expected = f"应为数字（单位{attribute.unit}）" if attribute.unit else "应为数字"
        raise CellError(f"{expected}，写的是「{_shown(value)}」")
    if len(text) > 20:
        raise CellError("数字过长")
    number = Decimal(text.replace(",", ""))
    if attribute.min is not None and number < attribute.min:
        raise CellError(f"不能小于 {attribute.min}，写的是「{_shown(value)}」")
    if attribute.max is not None and number > attribute.max:
        raise CellError(f"不能大于 {attribute.max}，写的是「{_shown(value)}」")
    return number


def _date(value: object, _: Attribute) -> date:
    return read_date(value)


def _choice(value: object, attribute: Attribute) -> str:
    found = _choices(tuple(attribute.choices.items()), tuple(attribute.aliases.items())).get(_plain(value))
    if found is None:
        raise CellError(f"应为 {'、'.join(attribute.choices.values())} 之一，写的是「{_shown(value)}」")
    return found


@lru_cache(maxsize=500)
def _choices(choices: tuple[tuple[str, str], ...], aliases: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Every writing of a choice → what is stored."""
    written = {_plain(alias): stored for alias, stored in aliases}
    written |= {_plain(stored): stored for stored, _ in choices}
    return written | {_plain(label): stored for stored, label in choices}


def _plain(value: object) -> str:
    return re.sub(r"\s", "", _narrow(value)).casefold()


def _flag(value: object, _: Attribute) -> bool:
    found = _FLAGS.get(_plain(value))
    if found is None:
        raise CellError(f"应为 是 或 否，写的是「{_shown(value)}」")
    return found


def _ip(value: object, _: Attribute) -> str:
    text = _narrow(value).replace("。", ".")
    try:
        if "%" not in text:
            return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    if "/" in text:
        raise CellError(f"只写一个地址，不带掩码，写的是「{_shown(value)}」")
    if re.search(r"[,;、~\s]", text):
        raise CellError(f"一格只能写一个 IP 地址，写的是「{_shown(value)}」")
    raise CellError(f"不是合格的 IP 地址：「{_shown(value)}」")


def _mac(value: object, _: Attribute) -> str:
    if isinstance(value, int | float):
        raise CellError("MAC 地址被存成了数字，请把该列设为文本后重填")
    text = _narrow(value).upper()
    if not _MAC.fullmatch(text):
        raise CellError(f"不是合格的 MAC 地址：「{_shown(value)}」")
    digits = re.sub(r"[^0-9A-F]", "", text)
    if len(set(digits)) == 1 and digits[0] in "0F":
        raise CellError(f"{digits[0] * 2} 组成的 MAC 地址不属于任何设备")
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))


def _domain(value: object, attribute: Attribute) -> str:
    text = _narrow(value).replace("。", ".").lower().removesuffix(".")
    if "://" in text or "/" in text:
        raise CellError(f"只写域名，不带 http:// 和路径，写的是「{_shown(value)}」")
    labels = text.removeprefix("*.").split(".")
    good = len(labels) > 1 and not labels[-1].isdigit() and all(_LABEL.fullmatch(label) for label in labels)
    try:
        if good and len(text) <= attribute.limit and len(text.removeprefix("*.").encode("idna")) <= 253:
            return text
    except UnicodeError:
        pass
    raise CellError(f"不是合格的域名：「{_shown(value)}」")


_READERS: dict[str, Callable[[object, Attribute], CellValue]] = {
    "text": _text,
    "long": _long,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "choice": _choice,
    "flag": _flag,
    "ip": _ip,
    "mac": _mac,
    "domain": _domain,
}
