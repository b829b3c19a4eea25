"""Pictures of obligations, as ECharts options."""

from typing import Any

from kangwei.contracts.enums import Standing

COLOURS = {
    Standing.DONE: "#2f9e6e",
    Standing.LATE: "#d9a514",
    Standing.OVERDUE: "#d6453d",
    Standing.CURRENT: "#3b82c4",
    Standing.UPCOMING: "#c3ccd6",
    Standing.WAIVED: "#94a0ad",
}


def monthly_chart(months: dict[str, dict[str, int]], listing: str) -> dict[str, Any]:
    """Occurrences by month of their due time, stacked by standing; a bar opens the list behind it."""
    names = list(months)
    series = [
        {
            "name": standing.label,
            "type": "bar",
            "stack": "all",
            "itemStyle": {"color": colour},
            "data": [
                {"value": months[month].get(standing, 0), "url": f"{listing}&month={month}&standing={standing}"}
                for month in names
            ],
        }
        for standing, colour in COLOURS.items()
        if any(months[month].get(standing, 0) for month in names)
    ]
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "left": 0},
        "grid": {"left": 48, "right": 8, "top": 32, "bottom": 24},
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
    }
