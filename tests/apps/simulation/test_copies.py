"""Practice copies of contract files."""

from datetime import date
from pathlib import Path

import pytest

from kangwei.core.calendars import bundled_calendar
from kangwei.core.contracts import diff, load_contract
from kangwei.simulation.copies import buyer_of, practice_copy

LIBRARY = sorted((Path(__file__).parents[3] / "src/kangwei/library/contracts").glob("*.yaml"))


@pytest.mark.parametrize("file", LIBRARY, ids=lambda file: file.stem)
def test_a_copy_differs_from_the_library_in_name_and_term_only(file):
    text = file.read_text("utf-8")
    original = load_contract(text, file=file.name, calendar=bundled_calendar()).contract

    copied = practice_copy(text, buyer="练习甲方1", first_day=date(2026, 8, 1))

    copy = load_contract(copied, file=file.name, calendar=bundled_calendar()).contract
    assert copy.id == f"practice-{file.stem}"
    assert copy.title == f"【练习】{original.title}"
    assert copy.buyer == "练习甲方1"
    (head,) = diff(original, copy)
    assert head.fields.keys() == {"title", "buyer", "term"}
    assert copy.term.model_dump(exclude={"start"}) == original.term.model_dump(exclude={"start"})
    assert copy.term.start == date(2026, 8, 1)


def test_the_buyer_of_a_file_is_read_from_its_head():
    assert buyer_of("id: x\ntitle: y\nbuyer: 某中心\n") == "某中心"


def test_a_head_that_is_written_otherwise_is_an_error():
    with pytest.raises(ValueError, match="no start"):
        practice_copy("id: x\ntitle: y\nbuyer: z\nterm: {months: 12}\n", buyer="练习甲方1", first_day=date(2026, 8, 1))
