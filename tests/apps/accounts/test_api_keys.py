"""Keys by which other systems call: made by an administrator, shown once, agreed to and ended by a press."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
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
    key, secret = actions.create_api_key(person=person, name="监控平台", actor=person, now=now)
    assert secret.startswith("kw_") and len(secret) > 40
    assert key.start == secret[:8]
    assert secret not in str(ApiKey.objects.values()) + str(AuditEntry.objects.values()) + str(Notice.objects.values())
    assert queries.holder_of(secret) == person
    assert queries.holder_of(secret + "x") is None


def test_it_opens_nothing_until_the_person_who_is_told_consents(person, now):
    key, secret = actions.create_api_key(person=person, name="监控平台", actor=SYSTEM, now=now)
    notice = Notice.objects.get(person=person)
    assert "为您建立了接口密钥「监控平台」" in notice.text and notice.link == reverse("accounts:own_api_keys")
    assert queries.holder_of(secret) is None and queries.awaits_consent(secret)
    for _ in range(2):
        actions.consent_to_api_key(key=key, actor=person, now=now)
    assert queries.holder_of(secret) == person and not queries.awaits_consent(secret)
    assert AuditEntry.objects.filter(action="accounts.consent_to_api_key").count() == 1


def test_nobody_consents_in_anothers_name_nor_to_one_that_ended(person, make_person, now):
    key, secret = actions.create_api_key(person=person, name="监控平台", actor=SYSTEM, now=now)
    with pytest.raises(ActionError, match="只有本人"):
        actions.consent_to_api_key(key=key, actor=make_person("administrator"), now=now)
    actions.revoke_api_key(key=key, actor=SYSTEM, now=now)
    with pytest.raises(ActionError, match="已作废"):
        actions.consent_to_api_key(key=key, actor=person, now=now)
    assert queries.holder_of(secret) is None and not queries.awaits_consent(secret)


def test_one_of_ones_own_making_asks_for_no_second_consent(person, now):
    _, secret = actions.create_api_key(person=person, name="脚本", actor=person, now=now)
    assert queries.holder_of(secret) == person and not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_keys_made_before_consent_was_asked_for_stay_valid(person, now):
    _, secret = actions.create_api_key(person=person, name="监控平台", actor=SYSTEM, now=now)
    executor = MigrationExecutor(connection)
    executor.migrate([("accounts", "0002_api_keys_and_notices")])
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert queries.holder_of(secret) == person


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
    _, secret = actions.create_api_key(person=person, name="监控平台", actor=person, now=now)
    assert queries.holder_of(secret) == person
    actions.grant_role(person=person, role=Role(office), actor=SYSTEM, now=now)
    assert queries.holder_of(secret) is None


def test_revoking_ends_it_once(person, now):
    key, secret = actions.create_api_key(person=person, name="监控平台", actor=person, now=now)
    assert queries.holder_of(secret) == person
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

    def test_the_person_consents_or_ends_it_on_a_page_of_his_own(self, client_of, administrator, now):
        client = client_of("buyer_manager")
        person = queries.person(username="buyer-manager")
        keys = [actions.create_api_key(person=person, name=name, actor=SYSTEM, now=now) for name in ("监控", "平台")]
        page, calls = reverse("accounts:own_api_keys"), "/api/v1/tickets"
        bearer = {"Authorization": f"Bearer {keys[0][1]}"}
        refused = client.get(calls, headers=bearer)
        assert refused.status_code == 403 and "请本人登录后" in refused.json()["reason"]
        assert "待您同意" in text_of(client.get(page))
        assert "待本人同意" in text_of(administrator.get(reverse("accounts:api_keys")))
        client.post(reverse("accounts:answer_api_key", args=[keys[0][0].pk]), {"do": "consent"})
        client.post(reverse("accounts:answer_api_key", args=[keys[1][0].pk]), {"do": "revoke"})
        assert "可用" in text_of(client.get(page)) and "已作废" in text_of(client.get(page))
        assert client.get(calls, headers=bearer).status_code == 200

    def test_another_persons_key_is_neither_shown_nor_answered_there(self, client_of, person, now):
        key, secret = actions.create_api_key(person=person, name="监控平台", actor=SYSTEM, now=now)
        other = client_of("buyer_manager")
        assert "监控平台" not in text_of(other.get(reverse("accounts:own_api_keys")))
        answered = other.post(reverse("accounts:answer_api_key", args=[key.pk]), {"do": "consent"})
        assert answered.status_code == 404 and queries.holder_of(secret) is None

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
