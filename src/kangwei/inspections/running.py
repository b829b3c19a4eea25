"""One inspection: measure with the template's probe, judge by its thresholds. Needs no database."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from kangwei.base.errors import ActionError
from kangwei.core.checks import Judgement, Template, bundled_templates, judge
from kangwei.core.probes import Measurement, Probe, ProbeConfigError, Target, measure

DEADLINE_SECONDS = 30.0


@cache
def templates() -> dict[str, Template]:
    """The bundled templates by name, read once: pages ask for them on every request."""
    return bundled_templates()


def template_named(name: str) -> Template:
    """The bundled template; ActionError where there is none of that name."""
    if name not in templates():
        raise ActionError(f"没有名为「{name}」的巡检模板，可用的有 {'、'.join(templates())}", field="template")
    return templates()[name]


def template_title(name: str) -> str:
    """What the template is called on screen; its name where it is no longer bundled."""
    return templates()[name].title if name in templates() else name


def inspect(
    template: Template, target: Target, *, now: datetime, probe: Probe | None = None
) -> tuple[Judgement, Measurement]:
    """Measure a target and judge it; `probe` replaces the template's own.

    A target that does not answer comes back as the judgement's `failure`. Raises ActionError for a target that is
    badly described.
    """
    try:
        measurement = measure(template.probe, target, now=now, deadline=DEADLINE_SECONDS, probe=probe)
    except ProbeConfigError as error:
        raise config_refusal(error) from None
    readings = {reading.key: reading for reading in measurement.readings}
    return judge(template, readings, measurement.failure), measurement


def inspect_once(
    address: str,
    template_name: str,
    *,
    now: datetime,
    secret: str = "",
    options: Mapping[str, str | int | float] | None = None,
) -> tuple[Judgement, Measurement]:
    """Inspect an address that nobody registered, as `kangwei inspect ADDRESS --template NAME` does.

    `now` is aware. Raises ActionError for an unknown template or an address that its probe cannot use.
    """
    return inspect(template_named(template_name), Target(address, secret, options or {}), now=now)


def shown(value: float | str | bool | None) -> str:
    """A measured value as text: 是 or 否, numbers without needless digits, "" for nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case float():
            # Adding 0.0 turns the -0.0 that rounding leaves into 0.0.
            return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
    return str(value)


def config_refusal(error: ProbeConfigError) -> ActionError:
    """The probe's complaint as an action's refusal at the form field it concerns, without the field's code name."""
    return ActionError(str(error).partition("：")[2], field=error.field)
