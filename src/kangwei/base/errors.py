"""The one error that an action raises for what its caller asked, and that pages and commands show as it is."""


class ActionError(Exception):
    """What was asked cannot be done; `str()` is the reason in Chinese, `field` the form field concerned, or empty."""

    def __init__(self, reason: str, *, field: str = "") -> None:
        super().__init__(reason)
        self.field = field
