"""The life of an article as the manual has it."""

from pathlib import Path

import pytest

from kangwei.knowledge.enums import ArticleState
from kangwei.knowledge.lifecycles import STEPS, steps_from

MANUAL = Path(__file__).parents[3] / "docs/reference/knowledge.md"


def test_the_manual_has_every_step_and_no_other():
    rows = [line for line in MANUAL.read_text("utf-8").splitlines() if line.startswith("| ") and "`" in line]
    assert rows == [
        f"| {step.label} `{step.id}` | {'、'.join(state.label for state in step.sources)} | {step.target.label} "
        f"| {'理由' if step.asks_reason else ''} | `{step.permission}` |"
        for step in STEPS
    ]


@pytest.mark.parametrize("published", [True, False])
def test_from_everywhere_there_is_a_way_on(published):
    unreachable = (ArticleState.PUBLISHED,) if not published else ()
    for state in ArticleState:
        if state not in unreachable:
            assert steps_from(state, published=published), state
