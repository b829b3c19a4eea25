"""What is different between two texts, marked word by word."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import NamedTuple

MOST_COMPARED = 4_000_000
"""Pairs of words in one changed passage; of a larger one only the whole is shown as changed."""
_TOKENS = re.compile(r"[^\W\u3400-\u9fff]+|\s+|.", re.DOTALL)


class Part(NamedTuple):
    """A piece of text: the same in both, or only in the old or the new one."""

    text: str
    state: str


def differences(old: str, new: str) -> list[Part]:
    """The pieces of both texts in their order: those that are the `same`, those `removed`, those `added`."""
    parts: list[Part] = []
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[i1:i2]), "".join(after[j1:j2])
        if tag == "replace":
            parts += _by_word(_TOKENS.findall(gone), _TOKENS.findall(come))
        else:
            parts += [Part(gone, "same")] if tag == "equal" else [Part(gone, "removed"), Part(come, "added")]
    return _joined(parts)


def _by_word(old: list[str], new: list[str]) -> Iterable[Part]:
    if len(old) * len(new) > MOST_COMPARED:
        yield from (Part("".join(old), "removed"), Part("".join(new), "added"))
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Part("".join(old[i1:i2]), "same")
        else:
            yield Part("".join(old[i1:i2]), "removed")
            yield Part("".join(new[j1:j2]), "added")


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Without empty pieces, neighbours of one state as one."""
    found: list[Part] = []
    for part in parts:
        if part.text and found and found[-1].state == part.state:
            found[-1] = Part(found[-1].text + part.text, part.state)
        elif part.text:
            found.append(part)
    return found
