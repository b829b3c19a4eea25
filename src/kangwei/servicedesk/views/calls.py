"""What taking a call and taking an order of the 12345 line have in common."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from kangwei.base.web import PersonRequest
from kangwei.servicedesk import queries
from kangwei.servicedesk.forms.desk import WORDS, CallForm
from kangwei.servicedesk.queries.knowing import articles_about
from kangwei.servicedesk.queries.measuring import clocks_for

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract
    from kangwei.servicedesk.models import Ticket

_Form = TypeVar("_Form", bound=CallForm)


def fitting(made: Callable[[Any], _Form], data: Any) -> _Form:
    """The form that is `made` of the data, without what the contract does not know, such as words of another one."""
    form = made(data)
    for name in ("system", *WORDS):
        if name in form.errors:
            data[name] = ""
    return made(data)


def known_of(request: PersonRequest, sketch: "Ticket", contract: "Contract", now: datetime) -> dict[str, Any]:
    """What is shown beside the form: the clocks that would start, possible duplicates, the caller's tickets."""
    return {
        "contract": contract,
        "now": now,
        "planned": clocks_for(sketch, now),
        "duplicates": queries.duplicates(
            queries.tickets(request.user), contract=contract, title=sketch.title, system=sketch.system_id,
            institution=sketch.institution_id, now=now,
        ),
        "articles": articles_about(request.user, contract, sketch.title),
        "history": queries.history(request.user, phone=sketch.phone, institution=sketch.institution_id),
        "known": bool(sketch.phone or sketch.institution_id),
    }  # fmt: skip
