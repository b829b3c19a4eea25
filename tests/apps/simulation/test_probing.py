"""The probes that stand in for real ones."""

from datetime import UTC, datetime, timedelta

import pytest

from kangwei.core.checks import bundled_templates, judge
from kangwei.core.probes import Target, measure
from kangwei.simulation.probing import practice_probe
from kangwei.simulation.story import dice_for

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ADDRESSES = {
    "http-service": "https://web-01.practice.invalid/",
    "postgresql-monthly": "postgresql://inspector@db-01.practice.invalid/practice",
}


def verdicts(template, days):
    for day in range(days):
        now = NOW + timedelta(days=day)
        probe = practice_probe(template.probe, reachable=True, dice=dice_for(1, str(day)))
        measurement = measure(template.probe, Target(ADDRESSES[template.name]), now=now, probe=probe)
        judgement = judge(template, {reading.key: reading for reading in measurement.readings}, measurement.failure)
        yield {result.key: result.verdict.value for result in judgement.results}


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_check_of_the_template_is_answered_mostly_well_and_sometimes_not(name):
    found = list(verdicts(bundled_templates()[name], 100))

    seen = {verdict for answers in found for verdict in answers.values()}
    assert "warning" in seen
    assert "unmeasured" not in seen
    well = sum(not {"warning", "critical"} & set(answers.values()) for answers in found)
    assert well > 50


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_unreachable_target_gives_a_reason_and_no_reading(name):
    template = bundled_templates()[name]
    probe = practice_probe(template.probe, reachable=False, dice=dice_for(1))

    measurement = measure(template.probe, Target(ADDRESSES[name]), now=NOW, probe=probe)

    assert measurement.readings == ()
    assert "（练习）" in measurement.failure
