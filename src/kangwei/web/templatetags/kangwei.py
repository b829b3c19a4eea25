"""Components of the screen. `templates/README.md` is their manual."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils.safestring import SafeString, mark_safe

from kangwei.web.icons import ICONS

register = template.Library()

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING = "—"
WARN_FROM = 0.75
TONES = {"ok", "info", "warn", "bad", "muted"}
TONE_OF_STATE = {
    state: tone
    for tone, states in {
        "ok": "done met passed normal active archived finished closed approved signed accepted complete in_use",
        "info": "open current running spare",
        "warn": "late due_soon waiting warning unmeasured estimated partial repair lent",
        "bad": "overdue missing failed breached rejected critical abnormal error",
        "muted": "upcoming draft waived void skipped unknown ended recorded not_applicable scrapped",
    }.items()
    for state in states.split()
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Inline SVG of `icons.ICONS`; KeyError for a name that is not there."""
    svg = f'<svg class="kw-icon" viewBox="0 0 24 24" aria-hidden="true">{ICONS[name]}</svg>'
    return mark_safe(svg)  # noqa: S308 - our own constants, nothing that a user wrote


@register.inclusion_tag("components/state_badge.html")
def state_badge(state: str, label: str) -> dict[str, str]:
    """Badge in the tone of a state code (or of a tone's own name); a state nobody gave a tone is muted."""
    tone = state if state in TONES else TONE_OF_STATE.get(state, "muted")
    return {"tone": tone, "label": label}


@register.inclusion_tag("components/cite.html")
def cite(clause_cite: object) -> dict[str, list[tuple[str, list[str]]]]:
    """Chips of `"a.txt:1-3"`, several parted by `;`, or an iterable of them: a file once, each of its places."""
    if clause_cite is None or isinstance(clause_cite, str):
        parts: Iterable[object] = (clause_cite or "").split(";")
    else:
        parts = clause_cite if isinstance(clause_cite, Iterable) else [clause_cite]
    texts = [text for part in parts if (text := str(part).strip())]
    by_file: dict[str, list[str]] = {}
    for file, _, lines in (text.rpartition(":") for text in texts):
        by_file.setdefault(file, []).append(lines)
    return {"citations": list(by_file.items())}


@register.inclusion_tag("components/progress.html")
def progress(done: int, owed: int) -> dict[str, object]:
    """Bar of `done` out of `owed`; more done than owed fills the bar and keeps the figures."""
    percent = min(100, done * 100 // owed) if owed else 0
    return {"done": done, "owed": owed, "percent": percent, "tone": "ok" if owed and done >= owed else "info"}


@register.inclusion_tag("components/time_left_bar.html")
def time_left_bar(start: datetime, due: datetime | None, now: datetime) -> dict[str, object]:
    """Share of the time from `start` to `due` that is used up at `now`: amber from 75 %, red from 100 %."""
    if due is None:
        return {"due": None}
    whole = (due - start).total_seconds()
    used = (now - start).total_seconds() / whole if whole > 0 else 1.0
    tone = "bad" if used >= 1 else "warn" if used >= WARN_FROM else "ok"
    left = due - now
    text = f"已超时 {duration(-left)}" if left < timedelta() else f"剩余 {duration(left)}"
    return {"due": due, "percent": round(min(1.0, max(0.0, used)) * 100), "tone": tone, "text": text}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> dict[str, object]:
    """Label, control, help text and errors of one visible form field, in the house's classes."""
    widget = bound.field.widget
    group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    single_check = isinstance(widget, CheckboxInput)
    if group or single_check:
        css = "form-check-input"
    else:
        css = "form-select" if isinstance(widget, Select) else "form-control"
    # Set on the widget, not passed to as_widget(): the members of a group take their class from there only.
    widget.attrs["class"] = f"{css} is-invalid" if bound.errors else css
    return {"field": bound, "group": group, "single_check": single_check}


@register.inclusion_tag("components/chart.html")
def chart(chart_id: str, option: dict[str, object], height: int = 260) -> dict[str, object]:
    """An ECharts chart of `option` (JSON values only), `height` in px. A click on a datum opens its `url`."""
    return {"id": chart_id, "data_id": f"{chart_id}-option", "option": option, "height": height}


@register.filter
def may(user: Any, permission: str) -> bool:
    """Whether the user holds a permission, so that a page shows no button that would be refused."""
    return bool(user.has_perm(permission))


@register.filter
def local(moment: date | datetime | None) -> str:
    """`2026-03-02 09:30` in Asia/Shanghai, `2026-03-02` for a plain date; ValueError for a naive datetime."""
    if moment is None or moment == "":
        return NOTHING
    if isinstance(moment, datetime):
        return _in_shanghai(moment).strftime("%Y-%m-%d %H:%M")
    return moment.isoformat()


@register.filter
def weekday(day: date | datetime | None) -> str:
    """周一 to 周日; a datetime counts as its day in Asia/Shanghai."""
    if day is None or day == "":
        return NOTHING
    if isinstance(day, datetime):
        day = _in_shanghai(day)
    return "周" + "一二三四五六日"[day.weekday()]


@register.filter
def duration(span: timedelta) -> str:
    """The two largest units, cut off: `3天4小时`, `2天`, `50分钟`; whole days from ten on, 不足1分钟 at the end."""
    minutes = int(span.total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}天" + (f"{hours}小时" if hours and days < 10 else "")
    if hours:
        return f"{hours}小时" + (f"{rest}分钟" if rest else "")
    return f"{rest}分钟" if rest else "不足1分钟"


@register.filter
def thousands(number: float | Decimal | None) -> str:
    """`12,345`; decimals stay as they are."""
    return NOTHING if number is None or number == "" else f"{number:,}"


def _in_shanghai(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime in a template: {moment!r}")
    return moment.astimezone(SHANGHAI)
