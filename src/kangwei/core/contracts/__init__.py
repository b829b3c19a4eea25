"""The contract file: schema, loading, checking, comparing."""

from kangwei.core.contracts.citations import parse_citation
from kangwei.core.contracts.clauses import Clause, Duty, TargetGroup
from kangwei.core.contracts.coverage import BindingLine, binding_lines, unexplained_lines
from kangwei.core.contracts.diffing import Change, diff
from kangwei.core.contracts.loading import ContractFileError, LoadedContract, load_contract
from kangwei.core.contracts.schema import Contract
from kangwei.core.contracts.wording import (
    SECTIONS,
    TABS,
    SectionTable,
    clause_data,
    clause_name,
    field_label,
    section_table,
)
from kangwei.core.yamlfile import Problem

__all__ = [
    "SECTIONS",
    "TABS",
    "BindingLine",
    "Change",
    "Clause",
    "Contract",
    "ContractFileError",
    "Duty",
    "LoadedContract",
    "Problem",
    "SectionTable",
    "TargetGroup",
    "binding_lines",
    "clause_data",
    "clause_name",
    "diff",
    "field_label",
    "load_contract",
    "parse_citation",
    "section_table",
    "unexplained_lines",
]
