"""A contract file's text → a checked Contract, or every fault in it at once."""

import hashlib
from dataclasses import dataclass

from kangwei.core.calendars import StatutoryCalendar
from kangwei.core.contracts.checking import check
from kangwei.core.contracts.remainder import faults_beside
from kangwei.core.contracts.schema import Contract
from kangwei.core.yamlfile import FileError, ModelError, read_tree, validated


class ContractFileError(FileError):
    """A contract file that is refused whole; `problems` holds every fault found, in line order."""


@dataclass(frozen=True)
class LoadedContract:
    """A checked contract with the text it came from and the text's SHA-256."""

    contract: Contract
    text: str
    sha256: str


def load_contract(
    text: str, *, file: str, calendar: StatutoryCalendar, source_text: str | None = None
) -> LoadedContract:
    """Check a contract file whole.

    `file` names it in messages; `source_text` is the procurement text where it is at hand, so that the citations can
    be held against it. Raises ContractFileError with every fault, of form (unknown keys, wrong durations) and of
    sense (service levels that tie, citations past the end of the text, cadences that never fall inside the term). What
    has a fault of form is itself not looked at for sense, nor are references, which may point to it.
    """
    try:
        tree = read_tree(text, file)
        contract = validated(Contract, tree)
    except ModelError as error:
        elsewhere = [tree.problem(path, reason) for path, reason in faults_beside(tree.data, error.paths, calendar)]
        raise ContractFileError(*error.problems, *elsewhere) from None
    except FileError as error:
        raise ContractFileError(*error.problems) from None
    if faults := check(contract, calendar, source_text):
        raise ContractFileError(*(tree.problem(path, reason) for path, reason in faults))
    return LoadedContract(contract, text, hashlib.sha256(text.encode()).hexdigest())
