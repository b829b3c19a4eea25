"""Kinds of parties, and the roles with what each may do."""

from django.db import models


class PartyKind(models.TextChoices):
    OPERATOR = "operator", "平台"
    BUYER = "buyer", "甲方"
    SUPPLIER = "supplier", "乙方"
    SUPERVISOR = "supervisor", "监理"


class Place(models.TextChoices):
    """Classes of districts by which contracts set arrival times."""

    CITY = "城区", "城区"
    NEAR = "近郊", "近郊"
    FAR = "远郊", "远郊"


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", "系统管理员"
    SECURITY_OFFICER = "security_officer", "安全管理员"
    AUDITOR = "auditor", "审计员"
    BUYER_MANAGER = "buyer_manager", "甲方负责人"
    PROJECT_MANAGER = "project_manager", "项目经理"
    ENGINEER = "engineer", "工程师"
    CLERK = "clerk", "资料员"
    SUPERVISOR = "supervisor", "监理"


class MailNotices(models.TextChoices):
    """Which notices a person wants by mail as well."""

    NONE = "", "不要"
    URGENT = "urgent", "只要紧急的"
    ALL = "all", "全部"


# GB/T 22239 8.1.5: administration, security and audit are held by different people.
OFFICERS = frozenset({Role.ADMINISTRATOR, Role.SECURITY_OFFICER, Role.AUDITOR})

_READ = frozenset(
    {
        "contracts.read", "tickets.read", "assets.read", "knowledge.read", "inspections.read", "documents.read",
        "acceptance.read",
    }
)  # fmt: skip
_WORK = _READ | {"evidence.record", "tickets.write", "inspections.run", "assets.operate", "knowledge.write"}
_MANAGE = _WORK | {"tickets.manage", "inspections.write", "assets.write", "knowledge.review", "acceptance.package"}

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset({"settings.read", "people.write"}),
    Role.SECURITY_OFFICER: frozenset({"settings.read", "roles.write"}),
    Role.AUDITOR: _READ | {"settings.read", "audit.read"},
    Role.BUYER_MANAGER: _MANAGE | {"contracts.write", "evidence.waive"},
    Role.PROJECT_MANAGER: _MANAGE,
    Role.ENGINEER: _WORK,
    Role.CLERK: _READ
    | {"evidence.record", "tickets.write", "assets.operate", "assets.write", "knowledge.write", "acceptance.package"},
    Role.SUPERVISOR: _READ,
}

# What a role may be given to: a supplier's person never manages a buyer's contracts.
PARTY_KINDS: dict[Role, frozenset[PartyKind]] = {
    Role.ADMINISTRATOR: frozenset({PartyKind.OPERATOR}),
    Role.SECURITY_OFFICER: frozenset({PartyKind.OPERATOR}),
    Role.AUDITOR: frozenset({PartyKind.OPERATOR, PartyKind.SUPERVISOR}),
    Role.BUYER_MANAGER: frozenset({PartyKind.OPERATOR, PartyKind.BUYER}),
    Role.PROJECT_MANAGER: frozenset({PartyKind.SUPPLIER}),
    Role.ENGINEER: frozenset({PartyKind.SUPPLIER, PartyKind.BUYER, PartyKind.OPERATOR}),
    Role.CLERK: frozenset({PartyKind.SUPPLIER, PartyKind.BUYER, PartyKind.OPERATOR}),
    Role.SUPERVISOR: frozenset({PartyKind.SUPERVISOR}),
}
