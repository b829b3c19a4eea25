"""What differs between two texts, line by line, for reading beside or below one another. Pure."""

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

CONTEXT = 3
# With more lines than this that are not simply the same at both ends, lines that occur often are not searched for.
THOROUGH_LINES = 3000
# Nor where the same lines make more pairs than this, such as the "!" between the parts of a configuration.
MOST_PAIRS = 200_000
_Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class Part:
    """A piece of a line; `marked` where it is what differs within the line."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Row:
    """A line of both texts. `state`: same, changed, removed (no new line), added (no old line), or gap.

    Numbers count from 1; 0 stands for no line. `gap` is how many lines a gap leaves out.
    """

    state: str
    old_number: int = 0
    old: tuple[Part, ...] = ()
    new_number: int = 0
    new: tuple[Part, ...] = ()
    gap: int = 0


@dataclass(frozen=True)
class Line:
    """A line of the texts in one column: `state` is same, removed, added or gap."""

    state: str
    old_number: int
    new_number: int
    parts: tuple[Part, ...]
    gap: int = 0


@dataclass(frozen=True)
class Change:
    """One line that came (`sign` +) or went (-), with its number in the text that has it."""

    sign: str
    number: int
    text: str


@dataclass(frozen=True)
class Difference:
    """How one text became another: how many lines came and went, and every line of both."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    opcodes: tuple[_Opcode, ...]

    @property
    def added(self) -> int:
        return sum(end - start for tag, _, _, start, end in self.opcodes if tag != "equal")

    @property
    def removed(self) -> int:
        return sum(end - start for tag, start, end, _, _ in self.opcodes if tag != "equal")

    def rows(self, context: int | None = CONTEXT) -> Iterator[Row]:
        """Side by side; the same lines only so far around what differs, all of them where `context` is None."""
        for index, opcode in enumerate(self.opcodes):
            if opcode[0] == "equal":
                yield from self._same(opcode, context, first=index == 0, last=index == len(self.opcodes) - 1)
            else:
                yield from self._different(opcode)

    def lines(self, context: int | None = CONTEXT) -> Iterator[Line]:
        """Below one another: what went before what came."""
        for state, rows in groupby(self.rows(context), key=lambda row: row.state in ("same", "gap")):
            found = list(rows)
            if state:
                yield from (Line(row.state, row.old_number, row.new_number, row.new, row.gap) for row in found)
                continue
            yield from (Line("removed", row.old_number, 0, row.old) for row in found if row.old_number)
            yield from (Line("added", 0, row.new_number, row.new) for row in found if row.new_number)

    def excerpt(self, limit: int) -> tuple[list[Change], int]:
        """The lines that differ, at most so many, and how many more there are."""
        found = [
            Change("-" if line.state == "removed" else "+", line.old_number or line.new_number, _joined(line.parts))
            for line in self.lines(0)
            if line.state in ("removed", "added")
        ]
        return found[:limit], max(0, len(found) - limit)

    def unified(self, old_name: str, new_name: str) -> str:
        """The difference as other tools read it (unified diff)."""
        return "\n".join([*_unified(self, old_name, new_name), ""])

    def _same(self, opcode: _Opcode, context: int | None, *, first: bool, last: bool) -> Iterator[Row]:
        _, old_start, old_end, new_start, _ = opcode
        length = old_end - old_start
        head = 0 if first else context
        tail = 0 if last else context
        hidden = 0 if context is None else length - (head or 0) - (tail or 0)
        for offset in range(length):
            if hidden > 1 and (head or 0) <= offset < length - (tail or 0):
                if offset == (head or 0):
                    yield Row("gap", gap=hidden)
                continue
            text = (Part(self.old[old_start + offset]),)
            yield Row("same", old_start + offset + 1, text, new_start + offset + 1, text)

    def _different(self, opcode: _Opcode) -> Iterator[Row]:
        _, old_start, old_end, new_start, new_end = opcode
        for offset in range(max(old_end - old_start, new_end - new_start)):
            old, new = old_start + offset, new_start + offset
            if old < old_end and new < new_end:
                before, after = _marked(self.old[old], self.new[new])
                yield Row("changed", old + 1, before, new + 1, after)
            elif old < old_end:
                yield Row("removed", old + 1, (Part(self.old[old]),))
            else:
                yield Row("added", 0, (), new + 1, (Part(self.new[new]),))


def compare(old: str, new: str) -> Difference:
    """The difference between two texts."""
    before, after = old.removesuffix("\n").split("\n"), new.removesuffix("\n").split("\n")
    start = _same_at_start(before, after)
    end = _same_at_start(before[start:][::-1], after[start:][::-1])
    middle = before[start : len(before) - end], after[start : len(after) - end]
    matcher = difflib.SequenceMatcher(
        _too_common(*middle).__contains__, *middle, autojunk=max(map(len, middle)) > THOROUGH_LINES
    )
    opcodes = [(tag, a + start, b + start, c + start, d + start) for tag, a, b, c, d in matcher.get_opcodes()]
    if start:
        opcodes.insert(0, ("equal", 0, start, 0, start))
    if end:
        opcodes.append(("equal", len(before) - end, len(before), len(after) - end, len(after)))
    return Difference(tuple(before), tuple(after), tuple(_merged(opcodes)))


def _same_at_start(first: Sequence[str], second: Sequence[str]) -> int:
    pairs = zip(first, second, strict=False)
    return next((index for index, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))


def _too_common(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The lines that stand in both texts so often that to try each with each would take minutes."""
    ours, theirs = Counter(before), Counter(after)
    pairs = sorted((ours[line] * theirs[line], line) for line in ours.keys() & theirs.keys())
    tried = accumulate(count for count, _ in pairs)
    return {line for total, (_, line) in zip(tried, pairs, strict=True) if total > MOST_PAIRS}


def _merged(opcodes: Sequence[_Opcode]) -> Iterator[_Opcode]:
    """Neighbours of one kind as one: what was cut off at both ends may go on in the middle."""
    for equal, group in groupby(opcodes, key=lambda opcode: opcode[0] == "equal"):
        found = list(group)
        if equal:
            yield ("equal", found[0][1], found[-1][2], found[0][3], found[-1][4])
        else:
            yield from found


def _marked(old: str, new: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Two lines with what differs between them marked; unmarked where they have too little in common."""
    start = _same_at_start(old, new)
    end = _same_at_start(old[start:][::-1], new[start:][::-1])
    if (start + end) * 2 < min(len(old), len(new)):
        return (Part(old),), (Part(new),)
    return _split(old, start, end), _split(new, start, end)


def _split(text: str, start: int, end: int) -> tuple[Part, ...]:
    parts = (Part(text[:start]), Part(text[start : len(text) - end], marked=True), Part(text[len(text) - end :]))
    return tuple(part for part in parts if part.text)


def _joined(parts: Sequence[Part]) -> str:
    return "".join(part.text for part in parts)


def _unified(difference: Difference, old_name: str, new_name: str) -> Iterator[str]:
    if not difference.added and not difference.removed:
        return
    yield from (f"--- {old_name}", f"+++ {new_name}")
    signs = {"same": " ", "removed": "-", "added": "+"}
    hunks = groupby(difference.lines(), key=lambda line: line.state == "gap")
    for is_gap, lines in hunks:
        if is_gap:
            continue
        found = list(lines)
        yield f"@@ -{_range([line.old_number for line in found])} +{_range([line.new_number for line in found])} @@"
        yield from (signs[line.state] + _joined(line.parts) for line in found)


def _range(numbers: Sequence[int]) -> str:
    there = [number for number in numbers if number]
    return f"{there[0]},{len(there)}" if there else "0,0"
