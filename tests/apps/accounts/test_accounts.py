"""Parties, people, roles: who may become what, and signing in."""

import pytest
from django.test import Client
from django.urls import reverse

from kangwei.accounts import actions, queries
from kangwei.accounts.enums import Role
from kangwei.accounts.models import Party, Person
from kangwei.base import audit
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry

pytestmark = pytest.mark.django_db
SYSTEM = System("测试")


def test_the_first_people_can_start_and_hold_no_two_officers_roles(now):
    made = actions.first_people(actor=SYSTEM, now=now)
    assert [name for name, _ in made] == ["admin", "security"]
    assert Person.objects.get(username="admin").role_codes == {"administrator", "buyer_manager"}
    assert Person.objects.get(username="security").role_codes == {"security_officer"}
    assert actions.first_people(actor=SYSTEM, now=now) == []


@pytest.mark.parametrize("second", ["security_officer", "auditor"])
def test_no_one_person_holds_two_officers_roles(make_person, now, second):
    person = make_person("administrator")
    with pytest.raises(ActionError, match="三员分立"):
        actions.grant_role(person=person, role=Role(second), actor=SYSTEM, now=now)


def test_an_officer_may_hold_a_business_role_besides(make_person, now):
    person = make_person("administrator")
    actions.grant_role(person=person, role=Role.BUYER_MANAGER, actor=SYSTEM, now=now)
    assert Person.objects.get(pk=person.pk).has_perm("contracts.write")


def test_a_suppliers_person_never_manages_for_the_buyer(make_party, make_person, now):
    person = make_person(party=make_party("某乙方", "supplier"))
    with pytest.raises(ActionError, match="乙方人员不能担任"):
        actions.grant_role(person=person, role=Role.BUYER_MANAGER, actor=SYSTEM, now=now)
    actions.grant_role(person=person, role=Role.PROJECT_MANAGER, actor=SYSTEM, now=now)


def test_the_last_security_officer_stays(make_person, now):
    person = make_person("security_officer")
    with pytest.raises(ActionError, match="至少要保留一名"):
        actions.revoke_role(person=person, role=Role.SECURITY_OFFICER, actor=SYSTEM, now=now)
    make_person("security_officer", username="second")
    actions.revoke_role(person=person, role=Role.SECURITY_OFFICER, actor=SYSTEM, now=now)
    assert not person.roles.exists()


def test_a_disabled_security_officer_does_not_count_as_one(make_person, now):
    person, second = make_person("security_officer"), make_person("security_officer", username="second")
    actions.set_active(person=second, active=False, actor=SYSTEM, now=now)
    for change in (
        lambda: actions.revoke_role(person=person, role=Role.SECURITY_OFFICER, actor=SYSTEM, now=now),
        lambda: actions.set_active(person=person, active=False, actor=SYSTEM, now=now),
    ):
        with pytest.raises(ActionError, match="至少要保留一名"):
            change()


def test_nobody_grants_himself_a_role_or_resets_or_disables_himself(make_person, now):
    officer, other = make_person("security_officer"), make_person("security_officer", username="other")
    with pytest.raises(ActionError, match="不能给自己"):
        actions.grant_role(person=officer, role=Role.BUYER_MANAGER, actor=officer, now=now)
    with pytest.raises(ActionError, match="不能重置自己"):
        actions.reset_password(person=officer, actor=officer, now=now)
    with pytest.raises(ActionError, match="不能停用自己"):
        actions.set_active(person=officer, active=False, actor=officer, now=now)
    actions.grant_role(person=officer, role=Role.BUYER_MANAGER, actor=other, now=now)
    assert officer.roles.count() == 2


def test_whoever_is_disabled_has_no_permission_and_cannot_sign_in(make_person, now):
    person = make_person("buyer_manager")
    person.set_password("correct-horse-9")
    person.save()
    actions.set_active(person=person, active=False, actor=SYSTEM, now=now)
    assert not person.has_perm("contracts.read")
    response = Client().post("/login/", {"username": person.username, "password": "correct-horse-9"})
    assert response.status_code == 200  # the form again, with an error


@pytest.mark.parametrize("name", ["", "   "])
def test_a_party_needs_a_name(now, name):
    with pytest.raises(ActionError, match="不能为空"):
        actions.create_party(name=name, kind="supplier", actor=SYSTEM, now=now)
    assert not Party.objects.exists()


def test_a_name_that_fits_no_line_is_refused(now):
    with pytest.raises(ActionError, match="超过 200 个字"):
        actions.create_party(name="长" * 201, kind="supplier", actor=SYSTEM, now=now)
    actions.create_party(name="长" * 200, kind="supplier", actor=SYSTEM, now=now)


def test_names_are_taken_once(make_party, make_person, now):
    make_party("某乙方", "supplier")
    with pytest.raises(ActionError, match="已有单位"):
        actions.create_party(name=" 某乙方 ", kind="supplier", actor=SYSTEM, now=now)
    make_person(username="li")
    with pytest.raises(ActionError, match="已被使用"):
        actions.create_person(username="LI", name="李", party=make_party(), actor=SYSTEM, now=now)


def test_scope_by_party(make_party, make_person):
    supplier = make_person(party=make_party("某乙方", "supplier"), username="s")
    buyer = make_person(party=make_party("某甲方", "buyer"), username="b")
    platform = make_person(username="p")
    assert queries.contract_scope(platform).children == []
    assert queries.contract_scope(buyer).children == [("buyer", buyer.party)]
    assert queries.contract_scope(supplier).children == [("supplier", supplier.party)]
    assert queries.prefixed(queries.contract_scope(supplier), "contract").children[0][0] == "contract__supplier"


class TestInstitutions:
    def create(self, now, name="东风社区卫生服务中心", region="西城区", place="城区"):
        return actions.create_institution(name=name, region=region, place=place, actor=SYSTEM, now=now)

    def test_a_district_comes_with_its_first_institution(self, now):
        institution = self.create(now)
        assert (institution.region.name, institution.region.place) == ("西城区", "城区")
        assert self.create(now, name="另一中心", place="").region == institution.region

    def test_a_district_has_one_place_class(self, now):
        self.create(now)
        with pytest.raises(ActionError, match="已登记为城区"):
            self.create(now, name="另一中心", place="远郊")
        assert queries.institutions().count() == 1

    def test_a_name_is_taken_once(self, now):
        self.create(now)
        with pytest.raises(ActionError, match="已有机构"):
            self.create(now)

    def test_the_page_takes_them_from_the_administrator_only(self, client_of):
        form = {"name": "东风社区卫生服务中心", "region": "西城区", "place": "城区"}
        address = reverse("accounts:institutions")
        client_of("auditor").post(address, form)
        assert not queries.institutions().exists()
        client_of("administrator").post(address, form)
        assert "西城区" in client_of("administrator", username="a2").get(address).content.decode()


class TestSigningIn:
    @pytest.fixture
    def person(self, make_person):
        person = make_person("buyer_manager", username="wang")
        person.set_password("correct-horse-9")
        person.save()
        return person

    def post(self, password):
        return Client().post("/login/", {"username": "wang", "password": password})

    def test_right_password(self, person):
        assert self.post("correct-horse-9")["Location"] == "/"

    def test_five_wrong_passwords_lock_the_door_even_to_the_right_one(self, person):
        for _ in range(4):
            assert self.post("wrong").status_code == 200
        assert self.post("wrong").status_code == 429
        locked = self.post("correct-horse-9")
        assert locked.status_code == 429
        assert "锁定" in locked.content.decode()

    def test_resetting_the_password_opens_it_again(self, person, now):
        for _ in range(5):
            self.post("wrong")
        password = actions.reset_password(person=person, actor=SYSTEM, now=now)
        assert self.post(password).status_code == 302

    def test_own_password_changes_only_with_the_present_one(self, person):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        new = {"password": "battery-staple-7", "again": "battery-staple-7"}
        assert "现口令不对" in client.post("/password/", {"current": "wrong"} | new).content.decode()
        assert client.post("/password/", {"current": "correct-horse-9"} | new).status_code == 302
        person.refresh_from_db()
        assert person.check_password("battery-staple-7")

    def test_a_given_password_is_not_changed_to_itself(self, person, now):
        with pytest.raises(ActionError, match="不能与现口令相同"):
            actions.change_password(person=person, password="correct-horse-9", actor=person, now=now)

    def test_a_weak_password_is_refused_with_the_reason(self, person):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        page = client.post("/password/", {"current": "correct-horse-9", "password": "12345", "again": "12345"})
        assert "密码" in page.content.decode() and page.status_code == 200


class TestAuditOfSigningIn:
    """GB/T 22239 8.1.4.3: who came in, who went, who tried."""

    @pytest.fixture
    def person(self, make_person):
        person = make_person("buyer_manager", username="wang")
        person.set_password("correct-horse-9")
        person.save()
        return person

    def post(self, password, username="wang", client=None, **headers):
        return (client or Client()).post("/login/", {"username": username, "password": password}, **headers)

    def entries(self, person):
        doors = [f"accounts.{name}" for name in ("sign_in", "sign_out", "sign_in_failed", "lock_out")]
        found = AuditEntry.objects.filter(subject_type="person", subject_id=str(person.pk), action__in=doors)
        return [(row.action.removeprefix("accounts."), row.actor, row.data["address"]) for row in found]

    def test_in_and_out(self, person):
        client = Client()
        self.post("correct-horse-9", client=client)
        client.post("/logout/")
        me = person.audit_name
        assert self.entries(person) == [("sign_in", me, "127.0.0.1"), ("sign_out", me, "127.0.0.1")]
        assert audit.verify()[1] is None

    def test_failures_and_the_lock_once_under_whatever_spelling(self, person):
        for username in ("wang", " wang ", "ｗａｎｇ", "wang", "wang", "wang", "wang"):
            self.post("wrong", username)
        assert self.post("correct-horse-9").status_code == 429
        failed = ("sign_in_failed", "未登录者", "127.0.0.1")
        assert self.entries(person) == [failed] * 4 + [("lock_out", "未登录者", "127.0.0.1")]

    def test_a_name_that_nobody_has_leaves_no_entry(self, person):
        self.post("x", username="correct-horse-9")
        assert "correct-horse-9" not in str(list(AuditEntry.objects.values_list("data", "subject_id")))

    def test_behind_a_proxy_the_caller_is_who_the_proxy_saw(self, person, settings):
        self.post("wrong", HTTP_X_FORWARDED_FOR="9.9.9.9, 10.0.0.7")
        settings.PROXIES = 1
        self.post("wrong", HTTP_X_FORWARDED_FOR="9.9.9.9, 10.0.0.7")
        assert [address for _, _, address in self.entries(person)] == ["127.0.0.1", "10.0.0.7"]


class TestPeoplePages:
    def test_only_the_security_officer_grants_roles(self, client_of, make_person):
        target = make_person(username="target")
        address = reverse("accounts:person", args=[target.pk])
        grant = {"do": "grant", "role": "engineer"}
        client_of("administrator").post(address, grant)
        assert not target.roles.exists()
        client_of("security_officer").post(address, grant)
        assert [grant.role for grant in target.roles.all()] == ["engineer"]

    def test_only_the_administrator_registers_people(self, client_of, make_party):
        form = {"username": "zhao", "name": "赵", "party": make_party().pk, "phone": ""}
        address = reverse("accounts:new_person")
        assert client_of("security_officer").post(address, form).status_code == 403
        assert client_of("administrator").post(address, form).status_code == 302
        assert Person.objects.filter(username="zhao").exists()

    def test_a_generated_password_is_shown_once_and_never_logged(self, client_of, make_party, caplog):
        form = {"username": "zhao", "name": "赵", "party": make_party().pk, "phone": ""}
        client = client_of("administrator")
        page = client.post(reverse("accounts:new_person"), form, follow=True)
        shown = next(iter(page.context["messages"]))
        assert shown.level_tag == "warning"  # which stays on the screen until it is closed
        message = str(shown)
        assert "初始口令" in message
        password = message.partition("初始口令 ")[2].partition("（")[0]
        assert Person.objects.get(username="zhao").check_password(password)
        assert password not in caplog.text
        assert password not in client.get(page.request["PATH_INFO"]).content.decode()

    def test_search_by_name_sign_in_name_or_party(self, client_of, make_person, make_party):
        make_person(party=make_party("远山科技", "supplier"), username="yuan")
        page = client_of("administrator").get(reverse("accounts:people"), {"q": "远山"})
        assert "yuan" in page.content.decode()
