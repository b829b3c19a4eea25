"""docs/contract-file.md says the truth: its examples load, and no field or word of the format is left out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
import yaml
from pydantic import BaseModel

from kangwei.core.calendars import EVENTS, FORMS, bundled_calendar
from kangwei.core.contracts import Contract, load_contract
from kangwei.core.yamlfile import read_tree

MANUAL = (Path(__file__).parents[3] / "docs" / "contract-file.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", MANUAL, re.MULTILINE | re.DOTALL)


def steps() -> Iterator[Contract]:
    """The contract after each example, put together as the manual says: later keys replace earlier ones."""
    whole: dict[str, Any] = {}
    for example in EXAMPLES:
        whole |= read_tree(example, "contract-file.md").data
        text = yaml.safe_dump(whole, allow_unicode=True)
        yield load_contract(text, file="contract-file.md", calendar=bundled_calendar()).contract


@pytest.fixture(scope="module")
def contracts() -> list[Contract]:
    return list(steps())


def test_every_example_loads(contracts):
    assert len(contracts) == len(EXAMPLES) > 20


def parts(value: Any) -> Iterator[BaseModel]:
    """Every model in a value, itself included."""
    if isinstance(value, BaseModel):
        yield value
        value = [getattr(value, name) for name in type(value).model_fields]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from parts(inner)


def models(annotation: Any) -> set[type[BaseModel]]:
    """Every model that a field's annotation speaks of, and those within them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = (models(field.annotation) for field in annotation.model_fields.values())
        return {annotation}.union(*inner)
    return set().union(*(models(argument) for argument in get_args(annotation)))


def test_every_field_of_every_model_stands_in_an_example(contracts):
    # Citations and the two ends of lines are written as one text.
    expected = {
        (model.__name__, name)
        for model in models(Contract)
        for name in model.model_fields
        if model.__name__ != "Citation"
    }
    written = {
        (type(part).__name__, name)
        for contract in contracts
        for part in parts(contract)
        for name in part.model_fields_set
    }
    # A clause of any kind may have these; one example of each is enough.
    for everywhere in ("id", "note"):
        assert any(name == everywhere for _, name in written)
    assert {(model, name) for model, name in expected - written if name not in ("id", "note")} == set()


def test_every_form_of_cadence_has_an_example(contracts):
    used = {type(duty.cadence) for contract in contracts for duty in contract.duties}
    assert used == set(FORMS)


def words(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for argument in get_args(annotation):
            yield from words(argument)


def test_every_word_of_a_closed_set_stands_in_the_manual():
    closed = {
        word for model in models(Contract) for field in model.model_fields.values() for word in words(field.annotation)
    }
    assert closed >= {"contract/1", "incident", "workday", *EVENTS}
    assert {word for word in closed if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", MANUAL)} == set()
