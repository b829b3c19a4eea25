"""Streams of compound files."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.ledgers.compound import CompoundError, read_compound
from tests.core.ledgers.workbooks import compound

STREAMS = {"Workbook": bytes(range(256)) * 20, "Small": b"small" * 30, "Empty": b"", "Other": b"x" * 4096}


def test_every_entry_is_listed_and_the_wanted_ones_are_read():
    found = read_compound(compound(STREAMS), wanted=("Workbook", "Small"))
    assert found == {**STREAMS, "Other": b""}


@given(st.dictionaries(st.sampled_from("甲乙丙丁戊"), st.binary(max_size=6000), min_size=1))
def test_streams_of_every_size(streams):
    assert read_compound(compound(streams), wanted=streams) == streams


def test_a_chain_without_end_is_refused():
    content = bytearray(compound(STREAMS))
    struct.pack_into("<I", content, 512 + 4 * 5, 5)
    with pytest.raises(CompoundError):
        read_compound(bytes(content), wanted=("Workbook", "Other"))


def test_a_table_without_end_is_refused():
    content = bytearray(compound(STREAMS))
    struct.pack_into("<I", content, 68, 0)
    struct.pack_into("<I", content, 512 + 508, 0)
    with pytest.raises(CompoundError):
        read_compound(bytes(content), wanted=())


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data):
    content = bytearray(compound({"Workbook": b"w" * 5000, "Small": b"s" * 100}))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(CompoundError):
        read_compound(bytes(content[: data.draw(st.integers(0, len(content)))]), wanted=("Workbook", "Small"))
