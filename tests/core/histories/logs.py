"""Reading rows as a log, in the tests of this folder."""

import io
from datetime import UTC, datetime

from kangwei.core.calendars import SHANGHAI
from kangwei.core.histories import Built, History, Log, Mapping, built, bundled_mapping, read_log
from tests.factories.event_logs import text_of

NAME = "log.csv"
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def log_of(text: str, mapping: Mapping | None = None) -> Log:
    return read_log(io.StringIO(text, newline=""), mapping or bundled_mapping(), name=NAME)


def taken(rows: list[dict[str, str]], mapping: Mapping | None = None) -> Built:
    return built(log_of(text_of(rows), mapping), mapping or bundled_mapping(), NOW)


def history_of(rows: list[dict[str, str]], mapping: Mapping | None = None) -> History:
    """The one history of these rows."""
    (history,) = taken(rows, mapping).histories
    return history


def feb(text: str) -> datetime:
    """`3 09:05` of February 2016, Shanghai's time, as UTC."""
    return datetime.strptime(f"2016-02-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).astimezone(UTC)


def moves(history: History) -> list[tuple[str, datetime]]:
    return [(move.kind, move.at) for move in history.moves]
