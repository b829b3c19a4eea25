"""Who reads what a buyer has published."""

from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.knowledge.models import Reader

if TYPE_CHECKING:
    from kangwei.accounts.models import Party


@transaction.atomic
def let_read(*, contract: str, owner: "Party", supplier: "Party | None") -> None:
    """Say which supplier holds a contract of the buyer's; part of the contract's own action, which is in the audit
    trail."""
    if supplier is None:
        Reader.objects.filter(contract=contract).delete()
    else:
        Reader.objects.update_or_create(contract=contract, defaults={"owner": owner, "party": supplier})
