"""Pictures of the desk's numbers, as ECharts options."""

from collections.abc import Callable, Sequence
from typing import Any

from kangwei.servicedesk.numbers.definitions import Number
from kangwei.servicedesk.numbers.tallying import Stretch

TONES = {"received": "info", "solved": "ok", "closed": "muted", "breached": "bad"}


def course_chart(
    numbers: Sequence[Number], parts: Sequence[Stretch], counts: Sequence[Sequence[int]],
    listing: Callable[[Number, Stretch], str],
) -> dict[str, Any]:  # fmt: skip
    """Each number from part to part of a period; a bar opens the list behind it."""
    series = [
        {
            "name": number.label,
            "type": "bar",
            "tone": TONES[number.id],
            "barGap": "10%",
            "data": [
                {"value": count, "url": listing(number, part)} for part, count in zip(parts, row, strict=True)
            ],
        }
        for number, row in zip(numbers, counts, strict=True)
    ]  # fmt: skip
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"left": 0},
        "grid": {"left": 44, "right": 8, "top": 32, "bottom": 24},
        "xAxis": {"type": "category", "data": [part.label for part in parts]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
    }
