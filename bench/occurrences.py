"""Occurrences a second: a year of the library's contracts, their target groups widened to 5,000 targets in all.

Beside it, in the same run, what no generator can undercut: building the same number of Occurrence values from values
that are already there. Run with `python -m bench.occurrences`.
"""

import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from importlib.resources import files

from kangwei.core.calendars import Term, bundled_calendar
from kangwei.core.contracts import Contract, load_contract
from kangwei.core.obligations import DutySpec, Occurrence, generate

TARGETS = 5_000
ROUNDS = 5


def contracts() -> Iterator[Contract]:
    """The library's contracts, checked."""
    folder = files("kangwei") / "library" / "contracts"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        yield load_contract(entry.read_text("utf-8"), file=entry.name, calendar=bundled_calendar()).contract


Work = list[tuple[list[DutySpec], dict[str, list[str]], Term]]


def workload() -> Work:
    """(duties, targets, term) by contract, every group of equal size, 5,000 targets together."""
    loaded = list(contracts())
    size = TARGETS // sum(len(contract.targets) for contract in loaded)
    return [
        (
            [DutySpec(duty.id, duty.cadence, duty.per or "") for duty in contract.duties],
            {name: [f"{name}-{n}" for n in range(size)] for name in contract.targets},
            contract.term.as_term(),
        )
        for contract in loaded
    ]


def run(work: Work) -> int:
    """Generate everything, keeping one contract at a time; the number of occurrences."""
    calendar = bundled_calendar()
    return sum(sum(1 for _ in generate(duties, targets, term, calendar)) for duties, targets, term in work)


def floor(count: int, example: Occurrence) -> int:
    """Build as many occurrences from ready values."""
    values = (example.duty, example.target, example.period, example.label, example.start, example.due, False)
    return sum(1 for _ in (Occurrence(*values) for _ in range(count)))


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    work = workload()
    count = run(work)
    duties, targets, term = work[-1]
    example = next(generate(duties, targets, term, bundled_calendar()))
    pairs = [(seconds(lambda: run(work)), seconds(lambda: floor(count, example))) for _ in range(ROUNDS)]
    generating, building = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    tracemalloc.start()
    kept = [list(generate(duties, targets, term, bundled_calendar())) for duties, targets, term in work]
    _, peak = tracemalloc.get_traced_memory()
    print(f"targets {TARGETS:,}, occurrences {count:,}, rounds {ROUNDS}, medians")
    print(f"generate      {count / generating:>12,.0f} /s   {generating:.2f} s")
    print(f"bare values   {count / building:>12,.0f} /s   {building:.2f} s")
    print(f"ratio         {ratio:>12.2f} times the bare values' time")
    print(f"memory, all kept: {peak / 1e6:,.0f} MB, {peak / sum(map(len, kept)):,.0f} bytes an occurrence")


if __name__ == "__main__":
    main()
