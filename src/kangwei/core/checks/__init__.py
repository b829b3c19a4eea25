"""Inspection templates: thresholds on the readings of a probe, and the verdicts they lead to.

template = bundled_templates()["http-service"]
judgement = judge(template, {reading.key: reading for reading in measurement.readings}, measurement.failure)
"""

from kangwei.core.checks.judging import CheckResult, Judgement, Value, Verdict, judge
from kangwei.core.checks.loading import TemplateError, bundled_templates, load_template
from kangwei.core.checks.template import Check, Sheet, Template
from kangwei.core.checks.thresholds import KindError, Threshold

__all__ = [
    "Check",
    "CheckResult",
    "Judgement",
    "KindError",
    "Sheet",
    "Template",
    "TemplateError",
    "Threshold",
    "Value",
    "Verdict",
    "bundled_templates",
    "judge",
    "load_template",
]
