"""The contract files that come with Kangwei, by themselves and against the texts they were taken from."""

import re
from functools import cache
from importlib import resources
from typing import Any

import pytest

from kangwei.core.calendars import bundled_calendar
from kangwei.core.contracts import Contract, field_label, load_contract, unexplained_lines
from tests.conftest import PROCUREMENT
from tests.core.library.spot_checks import SPOT_CHECKS

FILES = {
    file.name.removesuffix(".yaml"): file
    for file in sorted((resources.files("kangwei") / "library" / "contracts").iterdir(), key=lambda file: file.name)
    if file.name.endswith(".yaml")
}
every_file = pytest.mark.parametrize("name", FILES)


@cache
def loaded(name: str, source_text: str | None = None) -> Contract:
    text = FILES[name].read_text("utf-8")
    return load_contract(text, file=FILES[name].name, calendar=bundled_calendar(), source_text=source_text).contract


def source_text(name: str) -> str:
    path = PROCUREMENT / loaded(name).source.file
    if not path.exists():
        pytest.skip(f"the procurement text {path.name} is not on this machine")
    return path.read_bytes().decode()


def test_there_are_contract_files():
    assert {"blood-2025-02", "hdc-2026-01", "hdc-2026-13"} <= FILES.keys()


@every_file
def test_a_file_loads_and_bears_the_id_of_its_contract(name):
    assert loaded(name).id == name


@every_file
def test_a_file_fits_its_text_and_every_citation_lies_in_it(name):
    # Loading holds SHA-256, number of lines and citations against the text.
    assert loaded(name, source_text(name)) == loaded(name)


@every_file
def test_every_line_that_looks_binding_is_answered_for(name):
    assert unexplained_lines(loaded(name), source_text(name)) == []


@every_file
def test_every_ignored_line_has_a_reason_and_no_clause(name):
    contract = loaded(name)
    cited = {n for clause in contract.clauses() for cite in clause.cite for n in range(cite.first, cite.last + 1)}
    for ignored in contract.ignored:
        assert not cited & set(range(ignored.lines[0], ignored.lines[1] + 1)), ignored


LONGEST_RUN = 20


def own_words(contract: Contract) -> list[tuple[str, str]]:
    """Clause key and text of every free text; names are facts, unless they are as long as a sentence."""
    found = [("ignored", ignored.reason) for ignored in contract.ignored]
    for clause in contract.clauses():
        for field, value in clause.model_dump(mode="json", exclude={"cite", "users"}).items():
            texts = value if isinstance(value, list) else [value]
            limit = 0 if field in ("note", "scope") else 30
            found += [(clause.key, text) for text in texts if isinstance(text, str) and len(text) > limit]
    return found


@every_file
def test_no_text_copies_a_sentence_of_the_procurement_text(name):
    source = _squeezed(source_text(name))
    runs = {source[at : at + LONGEST_RUN + 1] for at in range(len(source) - LONGEST_RUN)}
    copied = [
        (key, run)
        for key, text in own_words(loaded(name))
        for at in range(len(_squeezed(text)) - LONGEST_RUN)
        if (run := _squeezed(text)[at : at + LONGEST_RUN + 1]) in runs
    ]
    assert copied == []


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("name", "line", "key", "says"),
    [(name, *check) for name, checks in SPOT_CHECKS.items() for check in checks],
    ids=lambda value: str(value) if isinstance(value, str | int) else "",
)
def test_a_clause_says_what_the_line_it_cites_binds(name, line, key, says):
    contract = loaded(name)
    clause = contract.term if key == "term" else {clause.key: clause for clause in contract.clauses()}[key]
    assert any(cite.first <= line <= cite.last for cite in clause.cite)
    data = clause.model_dump(mode="json")
    for field, value in says.items():
        assert _within(value, data[field]), (field, data[field])


def test_every_contract_has_ten_lines_checked():
    assert {name: len({line for line, _, _ in checks}) >= 10 for name, checks in SPOT_CHECKS.items()} == dict.fromkeys(
        FILES, True
    )


def _within(part: Any, whole: Any) -> bool:
    """Whether a value is the whole, or each of its keys is in the whole with that value."""
    if isinstance(part, dict):
        return all(whole.get(key) == value for key, value in part.items())
    return bool(part == whole)


@every_file
def test_notes_speak_to_readers_of_the_page_not_of_the_file(name):
    contract = loaded(name)
    words = {clause.id for clause in contract.clauses() if clause.id} | set(Contract.model_fields)
    found = [
        (clause.key, word) for clause in contract.clauses() for word in re.findall(r"[a-z][a-z_-]{3,}", clause.note)
    ]
    assert [(key, word) for key, word in found if word in words or field_label(word) != word] == []
