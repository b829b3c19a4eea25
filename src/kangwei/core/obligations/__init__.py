"""Obligations: occurrences of duties, and how they stand."""

from kangwei.core.obligations.accrual import Accrual, Standing, State, accrue
from kangwei.core.obligations.generating import DutySpec, Occurrence, generate

__all__ = ["Accrual", "DutySpec", "Occurrence", "Standing", "State", "accrue", "generate"]
