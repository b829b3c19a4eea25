"""What it takes to take a step, by whichever door."""

MANAGED = ("cancel", "reopen")
"""Steps that only whoever manages tickets takes."""


def permission_of(step: str) -> str:
    """What it takes to take a step."""
    return "tickets.manage" if step in MANAGED else "tickets.write"
