"""Whatever one puts into a contract file: it loads, or it is refused in words its author understands."""

import re
from copy import deepcopy
from functools import reduce
from operator import getitem

import yaml
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.contracts import ContractFileError
from kangwei.core.yamlfile import read_tree
from tests.core.contracts.example import FILE, TEXT, load

TREE = read_tree(TEXT, FILE)
PATHS = [path for path in TREE.lines if path]
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.dates().map(str),
    st.sampled_from(["10m", "a.txt:1", "{}", "small.txt:5", "24x7", "inf", "-0", "9" * 400, 10**400, "\ud800", "\0"]),
    st.lists(st.one_of(st.integers(), st.text(max_size=3)), max_size=2),
    st.dictionaries(
        st.sampled_from(["every", "per", "by", "rotate", "on", "times", "name", "cite", "1"]),
        st.one_of(st.none(), st.integers(), st.sampled_from(["month", "term", "change"]), st.just({"end": 0})),
        max_size=3,
    ),
)  # fmt: skip
# pydantic's own messages begin so; ours begin in Chinese or with a field's name.
ENGLISH = re.compile(r"[A-Z][a-z]")


@st.composite
def damaged(draw):
    """The example with one part of it replaced, taken out, or put under another key."""
    data = deepcopy(TREE.data)
    *parents, last = draw(st.sampled_from(PATHS))
    place = reduce(getitem, parents, data)
    harm = draw(st.sampled_from(["replace", "take out", "rename"]))
    if harm == "replace" or isinstance(place, list):
        place[last] = draw(VALUES)
    else:
        value = place.pop(last)
        if harm == "rename":
            place[draw(st.sampled_from(["nmae", "id", "every", "times", "cite", "1", ""]))] = value
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


@given(damaged())
def test_damage_is_never_met_with_silence_or_a_crash(text):
    try:
        load(text)
    except ContractFileError as error:
        for problem in error.problems:
            assert problem.file == FILE
            assert 1 <= problem.line <= len(text.splitlines())
            assert not ENGLISH.match(problem.reason), problem
