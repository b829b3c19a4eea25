"""Event logs of another desk: rows scattered over a file → the history of each incident, with every fault by line."""

from kangwei.core.histories.building import Built, built
from kangwei.core.histories.log import Log, LogError, encoding_of, raw_rows, read_log
from kangwei.core.histories.mapping import Mapping, bundled_mapping, load_mapping
from kangwei.core.histories.model import LONGEST, Change, Fault, Happening, History, Move

__all__ = [
    "LONGEST",
    "Built",
    "Change",
    "Fault",
    "Happening",
    "History",
    "Log",
    "LogError",
    "Mapping",
    "Move",
    "built",
    "bundled_mapping",
    "encoding_of",
    "load_mapping",
    "raw_rows",
    "read_log",
]
