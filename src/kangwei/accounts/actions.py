"""State changes of parties, people, their roles and their keys."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from axes.utils import reset as reset_lockout
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from kangwei.accounts.enums import OFFICERS, PARTY_KINDS, PartyKind, Role
from kangwei.accounts.models import ApiKey, Institution, Notice, Party, Person, Region, RoleGrant
from kangwei.accounts.queries import key_digest
from kangwei.base import audit
from kangwei.base.audit import Actor, System
from kangwei.base.errors import ActionError

NOBODY = System("未登录者")


PARTY_NAME_LENGTH = 200


@transaction.atomic
def create_party(*, name: str, kind: PartyKind, actor: Actor, now: datetime, practice: bool = False) -> Party:
    """Register an organisation; ActionError where the name is taken, empty or too long."""
    name = name.strip()
    if not name:
        raise ActionError("单位名称不能为空", field="name")
    if len(name) > PARTY_NAME_LENGTH:
        raise ActionError(f"单位名称超过 {PARTY_NAME_LENGTH} 个字", field="name")
    if Party.objects.filter(name=name).exists():
        raise ActionError(f"已有单位「{name}」", field="name")
    party = Party.objects.create(name=name, kind=kind, created_at=now, practice=practice)
    audit.append(
        actor=actor, action="accounts.create_party", subject=("party", str(party.pk)),
        data={"name": name, "kind": kind}, now=now,
    )  # fmt: skip
    return party


@transaction.atomic
def create_institution(*, name: str, region: str, place: str, actor: Actor, now: datetime) -> Institution:
    """Register a served organisation in a district; the district and its place class (城区, 近郊, 远郊) come with it.

    ActionError where the name is taken or empty, or the district already has another place class.
    """
    name, region, place = name.strip(), region.strip(), place.strip()
    if not name:
        raise ActionError("机构名称不能为空", field="name")
    if Institution.objects.filter(name=name).exists():
        raise ActionError(f"已有机构「{name}」", field="name")
    district = _region(region, place) if region else None
    institution = Institution.objects.create(name=name, region=district)
    audit.append(
        actor=actor, action="accounts.create_institution", subject=("institution", str(institution.pk)),
        data={"name": name, "region": region, "place": place}, now=now,
    )  # fmt: skip
    return institution


def _region(name: str, place: str) -> Region:
    region, _ = Region.objects.get_or_create(name=name, defaults={"place": place})
    if place and region.place and region.place != place:
        raise ActionError(f"「{name}」已登记为{region.place}，不能再记为{place}", field="place")
    if place and not region.place:
        region.place = place
        region.save(update_fields=["place"])
    return region


@transaction.atomic
def create_person(
    *, username: str, name: str, party: Party, actor: Actor, now: datetime, phone: str = ""
) -> tuple[Person, str]:
    """Register a person; returns it with a generated password that must be changed at the first sign-in."""
    username = username.strip().lower()
    if not username or not name.strip():
        raise ActionError("登录名与姓名都要填写", field="username")
    if Person.objects.filter(username=username).exists():
        raise ActionError(f"登录名「{username}」已被使用", field="username")
    password = secrets.token_urlsafe(12)
    person = Person(
        username=username, name=name.strip(), party=party, phone=phone, created_at=now, must_change_password=True
    )
    person.set_password(password)
    person.save()
    audit.append(
        actor=actor, action="accounts.create_person", subject=("person", str(person.pk)),
        data={"username": username, "name": person.name, "party": party.name}, now=now,
    )  # fmt: skip
    return person, password


@transaction.atomic
def grant_role(*, person: Person, role: Role, actor: Actor, now: datetime) -> None:
    """Give a role. ActionError where the party's kind may not hold it, where one person would hold two of the three
    officers' roles (系统管理员, 安全管理员, 审计员), or where somebody gives it to himself."""
    if actor == person:
        raise ActionError("不能给自己授予角色，请由另一名安全管理员办理", field="role")
    # Of two grants at once the second sees what the first gave.
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    held = {Role(code) for code in RoleGrant.objects.filter(person=person).values_list("role", flat=True)}
    if role in held:
        return
    if person.party.kind not in PARTY_KINDS[role]:
        raise ActionError(f"{person.party.get_kind_display()}人员不能担任「{role.label}」", field="role")
    clash = next((other for other in held if role in OFFICERS and other in OFFICERS), None)
    if clash:
        raise ActionError(f"三员分立：{person.name} 已是{clash.label}，不能再任{role.label}", field="role")
    RoleGrant.objects.create(person=person, role=role, granted_by=actor.audit_name, granted_at=now)
    audit.append(
        actor=actor,
        action="accounts.grant_role",
        subject=("person", str(person.pk)),
        data={"role": role.label},
        now=now,
    )


@transaction.atomic
def revoke_role(*, person: Person, role: Role, actor: Actor, now: datetime) -> None:
    """Take a role back; the last 安全管理员 keeps it, or nobody could give roles any more."""
    if role == Role.SECURITY_OFFICER:
        _keep_a_security_officer(person)
    deleted, _ = RoleGrant.objects.filter(person=person, role=role).delete()
    if deleted:
        audit.append(
            actor=actor,
            action="accounts.revoke_role",
            subject=("person", str(person.pk)),
            data={"role": role.label},
            now=now,
        )


def _keep_a_security_officer(person: Person) -> None:
    """ActionError where nobody else who can sign in could give roles."""
    officers = RoleGrant.objects.select_for_update().filter(role=Role.SECURITY_OFFICER, person__is_active=True)
    if {grant.person_id for grant in officers} == {person.pk}:
        raise ActionError("至少要保留一名可以登录的安全管理员", field="role")


@transaction.atomic
def reset_password(*, person: Person, actor: Actor, now: datetime) -> str:
    """Give a new generated password and lift a lock-out; returns the password, shown once.

    ActionError for one's own: changing that asks for the present one.
    """
    if actor == person:
        raise ActionError("不能重置自己的口令，请用「更改口令」")
    password = secrets.token_urlsafe(12)
    person.set_password(password)
    person.must_change_password = True
    person.save(update_fields=["password", "must_change_password"])
    reset_lockout(username=person.username)
    audit.append(actor=actor, action="accounts.reset_password", subject=("person", str(person.pk)), data={}, now=now)
    return password


@transaction.atomic
def change_password(*, person: Person, password: str, actor: Actor, now: datetime) -> None:
    """Set the person's own password; ActionError where it is too weak, or the one that is in force."""
    if person.check_password(password):
        raise ActionError("新口令不能与现口令相同", field="password")
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise ActionError("".join(error.messages), field="password") from None
    person.set_password(password)
    person.must_change_password = False
    person.save(update_fields=["password", "must_change_password"])
    audit.append(actor=actor, action="accounts.change_password", subject=("person", str(person.pk)), data={}, now=now)


@transaction.atomic
def set_active(*, person: Person, active: bool, actor: Actor, now: datetime) -> None:
    """Enable or disable a person's sign-in; ActionError for disabling oneself or the last security officer."""
    if not active:
        if actor == person:
            raise ActionError("不能停用自己")
        _keep_a_security_officer(person)
    person.is_active = active
    person.save(update_fields=["is_active"])
    audit.append(
        actor=actor, action="accounts.set_active", subject=("person", str(person.pk)), data={"active": active}, now=now
    )


KEY_PREFIX, KEY_START = "kw_", 8


@transaction.atomic
def create_api_key(*, person: Person, name: str, actor: Actor, now: datetime) -> tuple[ApiKey, str]:
    """Make a key by which another system calls for the person; returns it with its text, which is kept nowhere.

    It opens nothing until the person, who is told, consents (consent_to_api_key): whoever makes keys would else act in
    anybody's name. A person's key of his own making asks for no second consent. ActionError without a purpose, for
    somebody who may not sign in, and for an officer: 三员分立 would end where whoever makes keys holds one of another's
    office, or one of his own that no sign-in is asked for.
    """
    name = name.strip()
    if not name:
        raise ActionError("请写明密钥给哪个系统用", field="name")
    if not person.is_active:
        raise ActionError(f"{person.name} 已停用，不能建立密钥", field="person")
    if office := next((role for role in OFFICERS if role in person.role_codes), None):
        raise ActionError(f"{person.name} 是{office.label}，三员不能持有接口密钥", field="person")
    text = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        person=person, name=name, start=text[:KEY_START], digest=key_digest(text), created_at=now,
        created_by=actor.audit_name, agreed_at=now if actor == person else None,
    )  # fmt: skip
    audit.append(
        actor=actor, action="accounts.create_api_key", subject=("person", str(person.pk)),
        data={"name": name, "start": key.start}, now=now,
    )  # fmt: skip
    if key.agreed_at is None:
        said = f"{actor.audit_name} 为您建立了接口密钥「{name}」（{key.start}…），您同意后持有者可以您的名义办理工单"
        notify(people=[person], key=f"api-key:{key.pk}", text=said, link=reverse("accounts:own_api_keys"), now=now)
    return key, text


@transaction.atomic
def consent_to_api_key(*, key: ApiKey, actor: Actor, now: datetime) -> None:
    """Let the key speak for the person whose name it bears, who alone may say so; saying it again changes nothing.

    ActionError for anybody else, and for a revoked key.
    """
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if actor != key.person:
        raise ActionError("只有本人可以同意以自己的名义使用密钥")
    if key.revoked_at:
        raise ActionError(f"密钥「{key.name}」已作废，不能再同意")
    if key.agreed_at:
        return
    key.agreed_at = now
    key.save(update_fields=["agreed_at"])
    audit.append(
        actor=actor, action="accounts.consent_to_api_key", subject=("person", str(key.person_id)),
        data={"name": key.name, "start": key.start}, now=now,
    )  # fmt: skip


@transaction.atomic
def revoke_api_key(*, key: ApiKey, actor: Actor, now: datetime) -> None:
    """Let the key open nothing any more, from the next call on; revoking it again changes nothing."""
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        return
    audit.append(
        actor=actor, action="accounts.revoke_api_key", subject=("person", str(key.person_id)),
        data={"name": key.name, "start": key.start}, now=now,
    )  # fmt: skip


@transaction.atomic
def record_sign_in(*, person: Person, address: str, now: datetime) -> None:
    """Note that a person signed in, from which address (GB/T 22239 8.1.4.3)."""
    _audit_door("accounts.sign_in", person, person, address, now)


@transaction.atomic
def record_sign_out(*, person: Person, address: str, now: datetime) -> None:
    """Note that a person signed out."""
    _audit_door("accounts.sign_out", person, person, address, now)


@transaction.atomic
def record_refusal(*, username: str, address: str, locked: bool, now: datetime) -> None:
    """Note a wrong password, or that it locked the door.

    A name that nobody has is left out, for it may be a password typed into the wrong field; and so is every attempt at
    a door that is locked already, or a script could fill the trail.
    """
    person = Person.objects.filter(username=username).first()
    if person is None:
        return
    if not locked:
        _audit_door("accounts.sign_in_failed", person, NOBODY, address, now)
    elif not _is_known_locked(person, address, now):
        _audit_door("accounts.lock_out", person, NOBODY, address, now)


def _is_known_locked(person: Person, address: str, now: datetime) -> bool:
    last = audit.latest("person", str(person.pk))
    locked = last is not None and last.action == "accounts.lock_out" and last.data["address"] == address
    return locked and last is not None and now - last.at < settings.AXES_COOLOFF_TIME


def _audit_door(action: str, person: Person, actor: Actor, address: str, now: datetime) -> None:
    audit.append(actor=actor, action=action, subject=("person", str(person.pk)), data={"address": address}, now=now)


FIRST_PEOPLE = (
    ("admin", "首位管理员", (Role.ADMINISTRATOR, Role.BUYER_MANAGER)),
    ("security", "首位安全管理员", (Role.SECURITY_OFFICER,)),
)


@transaction.atomic
def first_people(*, actor: Actor, now: datetime) -> list[tuple[str, str]]:
    """On an empty database the first two people, so that 三员分立 holds from the start; [(username, password)].

    Empty where anybody is registered already.
    """
    if Person.objects.exists():
        return []
    party = create_party(name="平台运营单位", kind=PartyKind.OPERATOR, actor=actor, now=now)
    made = []
    for username, name, roles in FIRST_PEOPLE:
        person, password = create_person(username=username, name=name, party=party, actor=actor, now=now)
        for role in roles:
            grant_role(person=person, role=role, actor=actor, now=now)
        made.append((username, password))
    return made


class News(NamedTuple):
    """Something to tell people, each once a key; `link` is the page that it is about."""

    people: Iterable[Person]
    key: str
    text: str
    link: str
    urgent: bool = False


def notify(*, people: Iterable[Person], key: str, text: str, link: str, now: datetime, urgent: bool = False) -> int:
    """Tell people one thing, as `notify_all` does."""
    return notify_all(news=[News(people, key, text, link, urgent)], now=now)


@transaction.atomic
def notify_all(*, news: Iterable[News], now: datetime) -> int:
    """Tell people what there is to tell, each thing once a key; how many notices came of it."""
    wanted = {(person.pk, one.key): one for one in news for person in one.people if person.is_active}
    rows = Notice.objects.filter(person__in={pk for pk, _ in wanted}, key__in={key for _, key in wanted})
    known = set(rows.values_list("person", "key"))
    # In one order, so that two who tell the same people at once do not wait for each other.
    fresh = sorted(wanted.keys() - known)
    Notice.objects.bulk_create(
        (
            Notice(person_id=pk, key=key, text=one.text[:300], link=one.link, urgent=one.urgent, at=now)
            for pk, key in fresh
            for one in [wanted[pk, key]]
        ),
        ignore_conflicts=True,
    )
    return len(fresh)


@transaction.atomic
def read_notices(*, person: Person, now: datetime, notice_id: int | None = None) -> None:
    """Mark one notice of a person as read, or all of them."""
    unread = Notice.objects.filter(person=person, read_at=None)
    (unread if notice_id is None else unread.filter(pk=notice_id)).update(read_at=now)
