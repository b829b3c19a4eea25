"""Cadences: how often a duty is owed. A closed set, one form a file, told apart by which key is present."""

from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import BeforeValidator, Discriminator, Tag

from .before import Before
from .during import During
from .form import CadenceForm
from .milestones import Milestones
from .on_event import EVENTS, OnEvent
from .periodic import Periodic
from .quota import Quota
from .rotation import Rotation

# A new form is registered here and nowhere else.
FORMS = (Periodic, Quota, Milestones, Rotation, During, Before, OnEvent)


def _form_of(value: Any) -> str | None:
    if isinstance(value, FORMS):
        return value.key
    return next((form.key for form in FORMS if isinstance(value, dict) and form.key in value), None)


def _on_key(value: Any) -> Any:
    # YAML 1.1, which PyYAML reads, takes the bare key `on` for true.
    if isinstance(value, dict):
        return {"on" if key is True else key: item for key, item in value.items()}
    return value


_UNKNOWN = f"没有这种频次写法，可以用的有：{'、'.join(form.key for form in FORMS)}"

if TYPE_CHECKING:
    Cadence = CadenceForm
else:
    Cadence = Annotated[
        Union[tuple(Annotated[form, Tag(form.key)] for form in FORMS)],  # noqa: UP007 - built from a tuple
        Discriminator(_form_of, custom_error_type="cadence_form", custom_error_message=_UNKNOWN),
        BeforeValidator(_on_key),
    ]

__all__ = [
    "EVENTS",
    "FORMS",
    "Before",
    "Cadence",
    "CadenceForm",
    "During",
    "Milestones",
    "OnEvent",
    "Periodic",
    "Quota",
    "Rotation",
]
