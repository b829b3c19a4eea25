"""The names of documents: which contracts ask for the same one, and what each calls it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kangwei.contracts.models import Clause, Contract
from kangwei.core.contracts import SECTIONS
from kangwei.core.documents.groups import DocumentGroups, normalised

SECTIONS_OF_NAMES = ("deliverable", "acceptance")


@dataclass(frozen=True)
class Use:
    """One name where a contract writes it; `key` tells the document that is meant."""

    key: str
    name: str
    clause: Clause


@dataclass(frozen=True)
class NameRow:
    """One name of a document with the contracts that use it; the clause says where each does."""

    name: str
    uses: tuple[tuple[Contract, Clause], ...]


@dataclass(frozen=True)
class DocumentRow:
    """A document: its names, how many contracts ask for it, how many list it for acceptance, what produces it."""

    key: str
    title: str
    names: tuple[NameRow, ...]
    contracts: tuple[Contract, ...]
    accepted: int
    duties: int


def uses(clauses: Sequence[Clause], groups: DocumentGroups) -> list[Use]:
    """Every name of a document in these clauses.

    Within a contract a deliverable, its other names and the acceptance documents that refer to it are one document by
    the contract's own word; across contracts the groups say what is the same.
    """
    by_contract: dict[int, list[Clause]] = defaultdict(list)
    for clause in clauses:
        by_contract[clause.contract_id].append(clause)
    return [use for own in by_contract.values() for use in _uses_of_one(own, groups)]


def _uses_of_one(clauses: Sequence[Clause], groups: DocumentGroups) -> Iterator[Use]:
    key_of: dict[str, str] = {}
    for clause in clauses:
        if clause.section == "deliverable":
            names = (clause.title, *clause.data.get("aliases", ()))
            key = _key(names, groups)
            key_of |= {normalised(name): key for name in names}
            yield from (Use(key, name, clause) for name in names)
    for clause in clauses:
        if clause.section == "acceptance":
            meant = normalised(clause.data.get("of") or clause.title)
            yield Use(key_of.get(meant) or _key((clause.title,), groups), clause.title, clause)


def _key(names: Sequence[str], groups: DocumentGroups) -> str:
    group = groups.of(names)
    return normalised(group.name if group else names[0])


def produced(found: Iterable[Use]) -> dict[tuple[int, str], str]:
    """(contract, name) → the document that a duty of the contract means by that name."""
    return {(use.clause.contract_id, use.name): use.key for use in found if use.clause.section == "deliverable"}


def producers(duties: Sequence[Clause], meant: Mapping[tuple[int, str], str]) -> dict[str, list[Clause]]:
    """Document → the duties that produce it."""
    found: dict[str, list[Clause]] = defaultdict(list)
    for duty in duties:
        names = duty.data.get("produces", ())
        for key in dict.fromkeys(meant.get((duty.contract_id, name), "") for name in names):
            found[key].append(duty)
    return found


def document_rows(
    found: Sequence[Use], groups: DocumentGroups, duties: Mapping[str, Sequence[Clause]]
) -> list[DocumentRow]:
    """Every document, the one that most contracts ask for first."""
    by_key: dict[str, list[Use]] = defaultdict(list)
    for use in found:
        by_key[use.key].append(use)
    rows = [_row(key, own, groups, len(duties.get(key, ()))) for key, own in by_key.items()]
    return sorted(rows, key=lambda row: (-len(row.contracts), -len(row.names), row.title))


def _row(key: str, found: Sequence[Use], groups: DocumentGroups, duties: int) -> DocumentRow:
    group = groups.by_name.get(key)
    title = group.name if group else min((use.name for use in found if normalised(use.name) == key), key=len)
    return DocumentRow(
        key, title, _names(found, title),
        tuple({use.clause.contract_id: use.clause.contract for use in found}.values()),
        len({use.clause.contract_id for use in found if use.clause.section == "acceptance"}), duties,
    )  # fmt: skip


def _names(found: Sequence[Use], title: str) -> tuple[NameRow, ...]:
    """Its own name first, even where no contract uses it, then the most used.

    A contract stands once beside a name, by its deliverable rather than by its acceptance list.
    """
    own = normalised(title)
    spelled = {own: title}
    where: dict[str, dict[int, Clause]] = defaultdict(dict)
    for use in found:
        key = normalised(use.name)
        spelled.setdefault(key, use.name)
        where[key].setdefault(use.clause.contract_id, use.clause)
    rows = [
        NameRow(name, tuple((clause.contract, clause) for clause in where[key].values()))
        for key, name in spelled.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.name != title, -len(row.uses), row.name)))


def matching(rows: Sequence[DocumentRow], *, text: str = "", contract: str = "", show: str = "") -> list[DocumentRow]:
    """The documents of a contract with the text in a name; `show`: shared by several contracts, or of several names."""
    wanted = text.casefold()
    return [
        row
        for row in rows
        if any(wanted in name.casefold() for name in (row.title, *(name.name for name in row.names)))
        and (not contract or contract in {item.code for item in row.contracts})
        and (show != "shared" or len(row.contracts) > 1)
        and (show != "renamed" or len(row.names) > 1)
    ]


EXPORT_HEADERS = ("文档", "名称", "合同编号", "合同", "条款", "出处")


def exported(rows: Sequence[DocumentRow], found: Sequence[Use]) -> list[tuple[str, ...]]:
    """A row a name and place, document by document."""
    by_key: dict[str, list[Use]] = defaultdict(list)
    for use in found:
        by_key[use.key].append(use)
    return [
        (row.title, use.name, use.clause.contract.code, use.clause.contract.title, SECTIONS[use.clause.section],
         use.clause.cite)
        for row in rows
        for use in by_key[row.key]
    ]  # fmt: skip
