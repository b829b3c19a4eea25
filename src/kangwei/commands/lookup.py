"""Finding what a command's argument names."""

from typing import TYPE_CHECKING

from kangwei.base.errors import ActionError
from kangwei.contracts import queries

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract


def contract_named(code: str) -> "Contract":
    """The contract of that id; ActionError that names those there are."""
    found = queries.all_contracts().filter(code=code).first()
    if found is None:
        known = "、".join(queries.all_contracts().values_list("code", flat=True))
        raise ActionError(f"没有合同「{code}」" + (f"，已载入的有 {known}" if known else "，还没有载入任何合同"))
    return found
