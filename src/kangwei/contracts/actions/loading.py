"""Contract file → contract, clauses, occurrences; whole or not at all."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from kangwei.accounts import actions as accounts
from kangwei.accounts.enums import PartyKind
from kangwei.accounts.queries import party_named
from kangwei.assets import actions as assets
from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.contracts import queries
from kangwei.contracts.enums import OccurrenceState
from kangwei.contracts.models import Clause, Contract, ContractFile, Evidence, Occurrence
from kangwei.contracts.planning import planned_occurrences
from kangwei.core import contracts as core
from kangwei.core.calendars import StatutoryCalendar, Term
from kangwei.core.contracts.schema import Contract as ContractData
from kangwei.core.contracts.schema import ContractTerm
from kangwei.core.obligations import Occurrence as Planned
from kangwei.knowledge import actions as knowledge

BATCH = 2000
EVERYTHING = Q()


@dataclass(frozen=True)
class LoadResult:
    """What a load did: the contract, the changes by clause, how many occurrences came, moved and went, the systems."""

    contract: Contract
    created: bool
    changes: list[core.Change]
    occurrences_added: int = 0
    occurrences_moved: int = 0
    occurrences_removed: int = 0
    systems: assets.MatchResult = field(default_factory=assets.MatchResult)


@transaction.atomic
def load_contract_file(
    *,
    text: str,
    file: str,
    calendar: StatutoryCalendar,
    actor: Actor,
    now: datetime,
    supplier: str = "",
    practice: bool = False,
    scope: Q = EVERYTHING,
) -> LoadResult:
    """Load a contract file, or its next state.

    The same content again changes nothing. An edited file changes the clauses that differ and the occurrences that
    follow from them; done and waived occurrences and those with evidence stay as they are. Raises ContractFileError
    with every fault of the file, ActionError where the named supplier does not fit, and where the contract lies outside
    of `scope` (accounts.queries.contract_scope: what the actor may see), before or after.
    """
    loaded = core.load_contract(text, file=file, calendar=calendar)
    # no_key: recording evidence, which only refers to the contract, need not wait.
    contract = Contract.objects.select_for_update(no_key=True).filter(code=loaded.contract.id).first()
    if contract:
        _check_scope(contract, scope, f"编号「{contract.code}」已属于别的单位的合同，不能由您载入")
    previous = contract.files.first() if contract else None
    if contract and previous and previous.sha256 == loaded.sha256 and contract.calendar_version == calendar.version:
        return LoadResult(contract, created=False, changes=[])
    if contract and contract.practice != practice:
        raise ActionError(f"合同「{contract.code}」{'是' if contract.practice else '不是'}练习数据，不能混用")
    before = core.load_contract(previous.text, file=previous.name, calendar=calendar).contract if previous else None
    changes = core.diff(before, loaded.contract) if before else []
    created = contract is None
    contract = _save_contract(contract, loaded.contract, supplier, practice, calendar, actor, now)
    _check_scope(contract, scope, f"合同文件的甲方是「{contract.buyer}」，您只能载入本单位的合同")
    systems = assets.MatchResult()
    if previous is None or previous.sha256 != loaded.sha256:
        _save_file(contract, previous, file, loaded, changes, actor, now)
        _save_clauses(contract, loaded.contract)
        systems = _name_systems(contract, loaded.contract, actor, now)
    added, moved, removed = _regenerate(contract, loaded.contract, calendar)
    audit.append(
        actor=actor, action="contracts.load", subject=("contract", contract.code),
        data={"file": file, "sha256": loaded.sha256, "changes": len(changes), "created": created,
              "occurrences": {"added": added, "moved": moved, "removed": removed},
              "systems": {"created": len(systems.created), "matched": len(systems.matched),
                          "dropped": len(systems.dropped)}},
        now=now,
    )  # fmt: skip
    return LoadResult(contract, created, changes, added, moved, removed, systems)


@transaction.atomic
def confirm_start(
    *, contract: Contract, first_day: date, calendar: StatutoryCalendar, actor: Actor, now: datetime
) -> LoadResult:
    """Set the first day as the signed contract has it; open occurrences follow. ActionError once work is recorded."""
    Contract.objects.select_for_update(no_key=True).get(pk=contract.pk)
    if Evidence.objects.filter(contract=contract, withdrawn_at=None).exists():
        raise ActionError("已有佐证登记，不能再改起始日", field="first_day")
    data = queries.contract_data(contract)
    contract.first_day = first_day
    contract.last_day = Term.of(first_day, data.term.months).last
    contract.term_assumed = False
    contract.save(update_fields=["first_day", "last_day", "term_assumed"])
    added, moved, removed = _regenerate(contract, data, calendar)
    audit.append(
        actor=actor, action="contracts.confirm_start", subject=("contract", contract.code),
        data={"first_day": first_day, "last_day": contract.last_day}, now=now,
    )  # fmt: skip
    return LoadResult(contract, created=False, changes=[], occurrences_added=added, occurrences_moved=moved,
                      occurrences_removed=removed)  # fmt: skip


@transaction.atomic
def assign_supplier(*, contract: Contract, supplier: str, actor: Actor, now: datetime) -> None:
    """Name the supplier that holds the contract; registers it where it is new."""
    contract.supplier = _party(supplier, PartyKind.SUPPLIER, contract.practice, actor, now)
    contract.save(update_fields=["supplier"])
    assets.assign_supplier(contract=contract.code, supplier=contract.supplier)
    knowledge.let_read(contract=contract.code, owner=contract.buyer, supplier=contract.supplier)
    audit.append(
        actor=actor, action="contracts.assign_supplier", subject=("contract", contract.code),
        data={"supplier": contract.supplier.name}, now=now,
    )  # fmt: skip


def _check_scope(contract: Contract, scope: Q, reason: str) -> None:
    if not Contract.objects.filter(scope, pk=contract.pk).exists():
        raise ActionError(reason)


def _party(name: str, kind: PartyKind, practice: bool, actor: Actor, now: datetime) -> Any:
    party = party_named(name.strip())
    if party is None:
        return accounts.create_party(name=name, kind=kind, actor=actor, now=now, practice=practice)
    if party.kind != kind:
        raise ActionError(f"「{name}」登记为{party.get_kind_display()}，不是{kind.label}", field="supplier")
    return party


def _term(contract: Contract | None, term: ContractTerm) -> tuple[Term, bool]:
    """The file's term, unless the signed date has been confirmed while the file still assumes one."""
    if contract and term.assumed and not contract.term_assumed:
        return Term.of(contract.first_day, term.months), False
    return term.as_term(), term.assumed


def _save_contract(
    contract: Contract | None, data: ContractData, supplier: str, practice: bool, calendar: StatutoryCalendar,
    actor: Actor, now: datetime,
) -> Contract:  # fmt: skip
    term, assumed = _term(contract, data.term)
    contract = contract or Contract(code=data.id, practice=practice)
    contract.title, contract.package = data.title, data.package
    contract.buyer = _party(data.buyer, PartyKind.BUYER, practice, actor, now)
    if supplier:
        contract.supplier = _party(supplier, PartyKind.SUPPLIER, practice, actor, now)
    contract.first_day, contract.last_day, contract.term_assumed = term.first, term.last, assumed
    contract.calendar_version, contract.loaded_at = calendar.version, now
    contract.calendars = data.calendars
    contract.save()
    knowledge.let_read(contract=contract.code, owner=contract.buyer, supplier=contract.supplier)
    return contract


def _save_file(
    contract: Contract, previous: ContractFile | None, name: str, loaded: core.LoadedContract,
    changes: list[core.Change], actor: Actor, now: datetime,
) -> None:  # fmt: skip
    ContractFile.objects.create(
        contract=contract, revision=previous.revision + 1 if previous else 1, name=name, text=loaded.text,
        sha256=loaded.sha256, changes=[asdict(change) for change in changes], loaded_at=now, loaded_by=actor.audit_name,
    )  # fmt: skip


def _save_clauses(contract: Contract, data: ContractData) -> None:
    rows = [
        Clause(
            contract=contract, key=clause.key, section=clause.section, title=clause.title, position=position,
            data=core.clause_data(clause, data), cite="; ".join(str(cite) for cite in clause.cite), active=True,
        )
        for position, clause in enumerate(data.clauses())
    ]  # fmt: skip
    Clause.objects.filter(contract=contract).update(active=False)
    Clause.objects.bulk_create(
        rows, BATCH, update_conflicts=True, unique_fields=["contract", "key"],
        update_fields=["section", "title", "position", "data", "cite", "active"],
    )  # fmt: skip


def _name_systems(contract: Contract, data: ContractData, actor: Actor, now: datetime) -> assets.MatchResult:
    """Make the register of assets hold the systems that the contract names, with subsystems and interfaces."""
    named = [
        assets.NamedSystem(
            clause=system.key,
            name=system.name,
            part_of=system.part_of or "",
            attributes={
                "category": system.category, "users": system.users,
                "modules": "、".join(system.modules), "forms": "、".join(system.forms),
            },
            interfaces=tuple(
                {name: value or "" for name, value in interface.model_dump().items()} for interface in system.interfaces
            ),
        )
        for system in data.scope.systems
    ]  # fmt: skip
    return assets.match_systems(
        owner=contract.buyer, contract=contract.code, title=contract.title, supplier=contract.supplier, systems=named,
        actor=actor, now=now, practice=contract.practice,
    )  # fmt: skip


def _regenerate(contract: Contract, data: ContractData, calendar: StatutoryCalendar) -> tuple[int, int, int]:
    """Make the stored occurrences those that the contract asks for; (added, moved, removed)."""
    clauses = {clause.data["id"]: clause for clause in contract.clauses.filter(section="duty", active=True)}
    planned = {row.key: row for row in planned_occurrences(data, contract.term, calendar)}
    # Locked before the evidence is read, so that none comes to be meanwhile for what is moved or removed.
    stored = {row.key: row for row in contract.occurrences.select_for_update()}
    held = set(
        Evidence.objects.filter(contract=contract, occurrence__isnull=False).values_list("occurrence_id", flat=True)
    )
    free = {key: row for key, row in stored.items() if row.state == OccurrenceState.OPEN and row.pk not in held}
    moved = [row for key, row in free.items() if key in planned and _move(row, planned[key])]
    gone = [row.pk for key, row in free.items() if key not in planned]
    fresh = [_row(contract, clauses[row.duty], row) for key, row in planned.items() if key not in stored]
    Occurrence.objects.bulk_update(moved, ["starts_at", "due_at", "label", "estimated"], BATCH)
    for start in range(0, len(gone), BATCH):
        Occurrence.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    Occurrence.objects.bulk_create(fresh, BATCH)
    return len(fresh), len(moved), len(gone)


def _move(row: Occurrence, planned: Planned) -> bool:
    wanted = (planned.start, planned.due, planned.label, planned.estimated)
    if (row.starts_at, row.due_at, row.label, row.estimated) == wanted:
        return False
    row.starts_at, row.due_at, row.label, row.estimated = wanted
    return True


def _row(contract: Contract, clause: Clause, planned: Planned) -> Occurrence:
    return Occurrence(
        contract=contract, clause=clause, key=planned.key, target=planned.target, period=planned.period,
        label=planned.label, starts_at=planned.start, due_at=planned.due, estimated=planned.estimated,
    )  # fmt: skip
