"""Keys by which other systems call: made by an administrator, shown once, ended by a press."""

import pytest
from django.urls import reverse

from kangwei.accounts import actions, queries
from kangwei.accounts.enums import Role
from kangwei.accounts.models import ApiKey, Notice
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry
from tests.apps.assets.pages import text_of

pytestmark = pytest.mark.django_db
SYSTEM = System("测试")


@pytest.fixture
def person(make_person):
    return make_person("engineer")


@pytest.fixture
def administrator(client_of):
    return client_of("administrator")


def test_only_its_digest_is_kept(person, now):
    key, secret = actions.create_api_key(person=person, name="监控平台", actor=SYSTEM, now=now)
    assert secret.startswith("kw_") and len(secret) > 40
    assert key.start == secret[:8]
    assert secret not in str(ApiKey.objects.values()) + str(AuditEntry.objects.values()) + str(Notice.objects.values())
    assert queries.holder_of(secret) == person
    assert queries.holder_of(secret + "x") is None


def test_the_person_is_told(person, now):
    actions.create_api_key(person=person, name="监控平台", actor=SYSTEM, now=now)
    assert "为您建立了接口密钥「监控平台」" in Notice.objects.get(person=person).text


def test_without_a_purpose_or_for_somebody_disabled_there_is_none(person, now):
    with pytest.raises(ActionError, match="哪个系统"):
        actions.create_api_key(person=person, name=" ", actor=SYSTEM, now=now)
    actions.set_active(person=person, active=False, actor=SYSTEM, now=now)
    with pytest.raises(ActionError, match="已停用"):
        actions.create_api_key(person=person, name="监控平台", actor=SYSTEM, now=now)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("office", ["administrator", "security_officer", "auditor"])
def test_an_officer_has_none_and_one_made_before_opens_nothing(person, make_person, office, now):
    officer = make_person(office, "buyer_manager")
    with pytest.raises(ActionError, match="三员"):
        actions.create_api_key(person=officer, name="监控平台", actor=SYSTEM, now=now)
    assert not ApiKey.objects.exists()
    _, secret = actions.create_api_key(person=person, name="监控平台", actor=SYSTEM, now=now)
    assert queries.holder_of(secret) == person
    actions.grant_role(person=person, role=Role(office), actor=SYSTEM, now=now)
    assert queries.holder_of(secret) is None


def test_revoking_ends_it_once(person, now):
    key, secret = actions.create_api_key(person=person, name="监控平台", actor=SYSTEM, now=now)
    for _ in range(2):
        actions.revoke_api_key(key=key, actor=SYSTEM, now=now)
    assert queries.holder_of(secret) is None
    assert AuditEntry.objects.filter(action="accounts.revoke_api_key").count() == 1


class TestPages:
    def test_officers_are_not_offered(self, administrator, person):
        offered = administrator.get(reverse("accounts:new_api_key")).context["form"].fields["person"].queryset
        assert list(offered) == [person]

    def test_a_key_is_shown_once(self, administrator, person):
        made = administrator.post(reverse("accounts:new_api_key"), {"person": person.pk, "name": "监控平台"})
        secret = made.context["secret"]
        assert secret in made.content.decode() and made["Cache-Control"] == "no-store"
        listed = administrator.get(reverse("accounts:api_keys"))
        assert "监控平台" in text_of(listed) and f"{secret[:8]}…" in text_of(listed)
        assert secret not in listed.content.decode()

    def test_and_revoked_by_a_press(self, administrator, person, now):
        key, secret = actions.create_api_key(person=person, name="监控平台", actor=SYSTEM, now=now)
        administrator.post(reverse("accounts:revoke_api_key", args=[key.pk]))
        assert "已作废" in text_of(administrator.get(reverse("accounts:api_keys")))
        assert queries.holder_of(secret) is None

    def test_what_is_missing_stands_at_its_field(self, administrator, person):
        refused = administrator.post(reverse("accounts:new_api_key"), {"person": person.pk, "name": ""})
        assert refused.status_code == 422 and "name" in refused.context["form"].errors

    def test_only_administrators_make_and_revoke_them(self, administrator, client_of, person, now):
        officer = client_of("security_officer")
        key, _ = actions.create_api_key(person=person, name="监控平台", actor=SYSTEM, now=now)
        new, revoke = reverse("accounts:new_api_key"), reverse("accounts:revoke_api_key", args=[key.pk])
        assert officer.get(reverse("accounts:api_keys")).status_code == 200
        assert officer.post(new, {"person": person.pk, "name": "x"}).status_code == 403
        assert officer.post(revoke).status_code == 403
        assert ApiKey.objects.filter(revoked_at=None).count() == 1
        assert administrator.post(revoke).status_code == 302

    def test_the_list_costs_as_much_with_three_as_with_one(self, administrator, person, now, django_assert_num_queries):
        for rows in (1, 3):
            while ApiKey.objects.count() < rows:
                actions.create_api_key(person=person, name="监控平台", actor=SYSTEM, now=now)
            with django_assert_num_queries(LISTED):
                administrator.get(reverse("accounts:api_keys"))

    def test_the_description_of_the_api_is_for_whoever_is_signed_in(self, administrator, client):
        for name in ("api:openapi-view", "api:openapi-json"):
            assert client.get(reverse(name)).status_code == 302
            assert administrator.get(reverse(name)).status_code == 200


LISTED = 7
