"""The contract file: schema, loading, checking, comparing."""

from kangwei.core.contracts.coverage import BindingLine, binding_lines, unexplained_lines
from kangwei.core.contracts.diffing import Change, diff
from kangwei.core.contracts.loading import ContractFileError, LoadedContract, load_contract
from kangwei.core.contracts.schema import Clause, Contract, Duty, TargetGroup, parse_citation
from kangwei.core.yamlfile import Problem

__all__ = [
    "BindingLine",
    "Change",
    "Clause",
    "Contract",
    "ContractFileError",
    "Duty",
    "LoadedContract",
    "Problem",
    "TargetGroup",
    "binding_lines",
    "diff",
    "load_contract",
    "parse_citation",
    "unexplained_lines",
]
