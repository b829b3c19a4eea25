"""The one JSON form of facts that are hashed or kept beside a document."""

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local_time(moment: datetime) -> datetime:
    """`moment` in Asia/Shanghai. A time without zone is a ValueError: it could mean two different moments."""
    if moment.tzinfo is None:
        raise ValueError(f"时间缺少时区：{moment.isoformat()}")
    return moment.astimezone(SHANGHAI)


def canonical_json(facts: Any) -> str:
    """Write frozen dataclasses, mappings, sequences and scalars as JSON: equal facts give equal text.

    Keys sorted, two spaces of indent, Chinese unescaped, a line feed at the end: the form that `jq -S .`
    prints, so that a digest over it can be checked without Kangwei. Times are ISO 8601 in Asia/Shanghai.
    Raises ValueError for a time without zone and for NaN, TypeError for anything that has no JSON form.
    """
    return json.dumps(_plain(facts), ensure_ascii=False, allow_nan=False, sort_keys=True, indent=2) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return local_time(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value
