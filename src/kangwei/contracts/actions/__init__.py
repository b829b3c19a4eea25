"""State changes of contracts, one function each."""

from kangwei.contracts.actions.evidence import (
    lock_occurrence,
    record_evidence,
    reopen_occurrence,
    upload_evidence,
    waive_occurrence,
    withdraw_evidence,
)
from kangwei.contracts.actions.loading import LoadResult, assign_supplier, confirm_start, load_contract_file

__all__ = [
    "LoadResult",
    "assign_supplier",
    "confirm_start",
    "load_contract_file",
    "lock_occurrence",
    "record_evidence",
    "reopen_occurrence",
    "upload_evidence",
    "waive_occurrence",
    "withdraw_evidence",
]
