"""Names that tickets have in other systems: each once a contract. Part of the actions that call it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from kangwei.base.errors import ActionError
from kangwei.servicedesk.models import Ticket

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

LONGEST = 120


@contextmanager
def named_once(contract: "Contract", external: str) -> Iterator[None]:
    """Store a ticket of this name in the block. ActionError where the contract has one of that name already."""
    if not external:
        yield
        return
    if len(external) > LONGEST:
        raise ActionError(f"外部编号最长 {LONGEST} 字", field="external")
    _refuse_known(contract, external)
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        # Somebody entered it between the question above and now.
        _refuse_known(contract, external)
        raise


def _refuse_known(contract: "Contract", external: str) -> None:
    known = Ticket.objects.filter(contract=contract, external=external).first()
    if known:
        raise ActionError(f"「{external}」已受理为工单 {known.number}，没有重复受理", field="external")
