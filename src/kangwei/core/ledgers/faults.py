"""Why something in a ledger is refused."""

UNCALCULATED = "#未计算"
"""What stands in a cell whose formula has no value in the file."""


class CellError(ValueError):
    """A cell that cannot be taken; its text is the reason in Chinese, without the name of the column."""


class TableError(ValueError):
    """A file that is refused; its text is the reason in Chinese."""
