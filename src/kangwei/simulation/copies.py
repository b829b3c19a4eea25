"""Practice copies of the contract library."""

import re
from datetime import date

PREFIX = "practice-"
MARK = "【练习】"

_HEAD = {
    "id": r"^(id: *)(.+)$",
    "title": r"^(title: *)(.+)$",
    "buyer": r"^(buyer: *)(.+)$",
    "start": r"^(term: *(?:\{ *|\n +)start: *)([0-9-]{10})",
}


def practice_copy(text: str, *, buyer: str, first_day: date) -> str:
    """The contract file with a practice id and title, this buyer, and a term that begins on `first_day`.

    ValueError where the file's head is not written as the library writes it.
    """
    fresh = {"id": rf"\1{PREFIX}\2", "title": rf"\1{MARK}\2", "buyer": rf"\1{buyer}", "start": rf"\g<1>{first_day}"}
    for field, replacement in fresh.items():
        text, found = re.subn(_HEAD[field], replacement, text, count=1, flags=re.MULTILINE)
        if not found:
            raise ValueError(f"no {field} at the head of the contract file")
    return text


def buyer_of(text: str) -> str:
    """The buyer that a library file names."""
    match = re.search(_HEAD["buyer"], text, flags=re.MULTILINE)
    if match is None:
        raise ValueError("no buyer at the head of the contract file")
    return match[2]
