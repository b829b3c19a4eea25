"""`kangwei occurrences`: what a contract owes, and how each item stands."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from kangwei.commands.lookup import contract_named
from kangwei.commands.output import complain, say, table
from kangwei.contracts import queries
from kangwei.contracts.enums import Standing
from kangwei.core.calendars import SHANGHAI, day_start


def show(code: str, *, month: date | None, as_json: bool, now: datetime) -> int:
    """The occurrences due in the month that begins on `month`, or all; as JSON the sentence goes to stderr."""
    contract = contract_named(code)
    found = contract.occurrences.select_related("clause")
    if month:
        following = (month + timedelta(days=32)).replace(day=1)
        found = found.filter(due_at__gte=day_start(month), due_at__lt=day_start(following))
    rows = list(queries.with_standing(found, now))
    counts = queries.standing_counts(found, now)
    standings = "、".join(f"{Standing(name).label} {n}" for name, n in counts.items() if n)
    place = f"「{code}」{month:%Y-%m} " if month else f"「{code}」"
    sentence = f"{place}应履行项共 {len(rows)} 个" + (f"：{standings}。" if rows else "。")
    if as_json:
        say(json.dumps([_plain(row) for row in rows], ensure_ascii=False, indent=2))
        complain(sentence)
    else:
        say(table(["义务", "对象", "期次", "截止", "状态"], [_cells(row) for row in rows]))
        say(sentence)
    return 0


def _cells(row: Any) -> list[str]:
    due = f"{row.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" + ("（估计）" if row.estimated else "")
    return [row.clause.title, row.target, row.label, due, Standing(row.standing).label]


def _plain(row: Any) -> dict[str, Any]:
    return {
        "key": row.key,
        "duty": row.clause.title,
        "target": row.target,
        "period": row.period,
        "label": row.label,
        "starts_at": row.starts_at.astimezone(SHANGHAI).isoformat(),
        "due_at": row.due_at.astimezone(SHANGHAI).isoformat(),
        "estimated": row.estimated,
        "standing": row.standing,
        "done_at": row.done_at.astimezone(SHANGHAI).isoformat() if row.done_at else None,
    }
