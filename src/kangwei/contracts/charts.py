"""Pictures of obligations, as ECharts options."""

from typing import Any

from kangwei.contracts.enums import Standing

# Tones of the shell, bottom to top of a bar.
TONES = {
    Standing.DONE: "ok",
    Standing.LATE: "warn",
    Standing.OVERDUE: "bad",
    Standing.CURRENT: "info",
    Standing.UPCOMING: "muted",
    Standing.WAIVED: "muted",
}


def monthly_chart(months: dict[str, dict[str, int]], listing: str) -> dict[str, Any]:
    """Occurrences by month of their due time, stacked by standing; a bar opens the list behind it."""
    names = list(months)
    series = [
        {
            "name": standing.label,
            "type": "bar",
            "stack": "all",
            "tone": tone,
            "itemStyle": {"opacity": 0.45 if standing == Standing.UPCOMING else 1},
            "data": [
                {"value": months[month].get(standing, 0), "url": f"{listing}&month={month}&standing={standing}"}
                for month in names
            ],
        }
        for standing, tone in TONES.items()
        if any(months[month].get(standing, 0) for month in names)
    ]
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"type": "scroll", "top": 0, "left": 0},
        "grid": {"left": 48, "right": 8, "top": 32, "bottom": 24},
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
    }
