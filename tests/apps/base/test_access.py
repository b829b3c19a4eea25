"""Default deny: every address declares who may call it, and what is refused is refused."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kangwei.accounts.actions import create_api_key
from kangwei.accounts.enums import PERMISSIONS, Role
from kangwei.api.urls import api
from kangwei.base.permissions import declared_access

PUBLIC = {"/login/", "/healthz", "/readyz"}
PORTAL = {
    "/portal/<slug:key>/",
    "/portal/t/<slug:number>/<slug:signature>/",
    "/portal/t/<slug:number>/<slug:signature>/<slug:act>/",
    "/portal/t/<slug:number>/<slug:signature>/files/<int:pk>/",
}
"""Open to whoever has the key, which stands in the address."""


def all_patterns(resolver=None, prefix="/"):
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from all_patterns(entry, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def example(path: str) -> str:
    """The path with its parts filled in."""
    return re.sub(r"<slug:\w+>", "x-1", re.sub(r"<int:\w+>", "1", path))


def test_every_address_declares_its_access():
    undeclared = [path for path, view in all_patterns() if declared_access(view) is None]
    assert undeclared == []
    assert len(list(all_patterns())) > 20


def test_only_these_addresses_are_open_to_everybody():
    assert {path for path, view in all_patterns() if declared_access(view).anonymous} == PUBLIC | PORTAL


def test_every_permission_that_a_page_asks_for_is_held_by_some_role():
    held = set().union(*PERMISSIONS.values())
    asked = {declared_access(view).permission for _, view in all_patterns()} - {""}
    assert asked <= held


@pytest.mark.django_db
def test_whoever_is_not_signed_in_is_sent_to_the_login_page():
    for path, view in all_patterns():
        if declared_access(view).by_key:
            continue
        response = Client().get(example(path))
        if declared_access(view).anonymous:
            assert response.status_code == (404 if path in PORTAL else 200), path
        else:
            assert response.status_code == 302, path
            assert response["Location"].startswith("/login/?next="), path


@pytest.mark.django_db
def test_whoever_holds_no_role_is_refused_everything_with_a_permission(client_of):
    client = client_of()
    for path, view in all_patterns():
        if declared_access(view).permission:
            assert client.get(example(path)).status_code == 403, path


@pytest.mark.django_db
def test_the_same_addresses_answer_whoever_holds_the_permission(client_of):
    """The twin of the refusals: 404 where the object is not there, 405 where only a post is taken, never 403."""
    manager = client_of("buyer_manager")
    officers = {role: client_of(role) for role in ("administrator", "security_officer", "auditor")}
    for path, view in all_patterns():
        permission = declared_access(view).permission
        if permission:
            clients = [manager, *officers.values()]
            roles = ["buyer_manager", *officers]
            client = next(c for c, role in zip(clients, roles, strict=True) if permission in PERMISSIONS[Role(role)])
            assert client.get(example(path)).status_code in (200, 302, 404, 405), path


class TestApiOperations:
    """What other systems call names its permission as a page does; the key decides, no cookie."""

    def test_each_names_a_permission_that_some_role_holds(self):
        held = set().union(*PERMISSIONS.values())
        asked = {(path, method): permission for path, method, permission in operations()}
        assert {key for key, permission in asked.items() if permission not in held} == set()
        assert len(asked) == sum(len(view) for view in api.get_openapi_schema()["paths"].values())

    def test_each_address_by_key_is_one_of_them(self):
        by_key = {path for path, view in all_patterns() if declared_access(view).by_key}
        assert {path.replace("{", "<").replace("}", ">") for path, _, _ in operations()} == by_key - {"/api/v1/"}

    @pytest.mark.django_db
    def test_without_a_key_each_is_refused_though_somebody_is_signed_in(self, client_of):
        client = client_of("buyer_manager")
        for path, method, _ in operations():
            assert client.generic(method, path, "{}", content_type="application/json").status_code == 401, path

    @pytest.mark.django_db
    def test_without_the_permission_each_is_refused_and_with_it_none(self, make_person, now):
        nobody, manager = make_person(), make_person("buyer_manager")
        keys = [create_api_key(person=one, name="测试", actor=one, now=now)[1] for one in (nobody, manager)]
        for path, method, _ in operations():
            statuses = [
                Client(headers={"Authorization": f"Bearer {key}"})
                .generic(method, path, "{}", content_type="application/json").status_code
                for key in keys
            ]  # fmt: skip
            assert statuses[0] == 403, path
            assert statuses[1] in (200, 404, 422), path


def operations():
    """Path, method and permission of every operation of the API."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield f"/api/v1{path}", method, getattr(operation.auth_callbacks[0], "permission", "")


@pytest.mark.django_db
def test_a_script_that_sends_a_form_is_told_that_the_sign_in_has_ended(client_of):
    address, by_script = reverse("tickets:note", args=[1]), {"X-Requested-With": "fetch"}
    assert Client().post(address, {"text": "x"}, headers=by_script).status_code == 401
    assert Client().post(address, {"text": "x"}).status_code == 302
    assert client_of("buyer_manager").post(address, {"text": "x"}, headers=by_script).status_code == 404


@pytest.mark.django_db
def test_a_given_password_must_be_changed_first(client_of, make_person):
    person = make_person("buyer_manager", username="fresh")
    person.must_change_password = True
    person.save()
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("contracts:list"))["Location"] == reverse("accounts:password")
    assert client.get(reverse("accounts:password")).status_code == 200


@pytest.mark.django_db
def test_pages_forbid_scripts_and_styles_from_elsewhere():
    policy = Client().get("/login/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy and "unsafe-eval" not in policy


class TestRequestLimits:
    def test_a_stranger_sends_no_more_than_a_form(self, client_of, settings, db):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        body = {"username": "x", "password": "y" * 2000}
        assert Client().post("/login/", body).status_code == 400
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 5000
        assert Client().post("/login/", body).status_code == 200

    def test_only_pages_for_everybody_that_take_photos_take_more(self, settings, db):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.PUBLIC_UPLOAD_LIMIT = 1000, 3000

        def sent(address: str, size: int) -> int:
            return Client().post(address, {"photos": SimpleUploadedFile("a.png", b"x" * size)}).status_code

        taking = [reverse("portal:entrance", args=["x"]), reverse("portal:act", args=["x", "y", "answer"])]
        others = ["/login/", "/healthz", reverse("portal:follow", args=["x", "y"]), "/nowhere/", "/contracts/"]
        assert {sent(address, 2000) for address in taking} == {404}
        assert {sent(address, 2000) for address in others} == {400}
        assert {sent(address, 4000) for address in taking} == {400}

    def test_whoever_is_signed_in_sends_files_up_to_the_limit(self, client_of, settings, db):
        client = client_of("buyer_manager")
        address, text = reverse("contracts:load"), b"kangwei: contract/1\n" * 100
        settings.REQUEST_LIMIT = 1000
        assert client.post(address, {"file": SimpleUploadedFile("a.yaml", text)}).status_code == 400
        settings.REQUEST_LIMIT = 10_000
        assert client.post(address, {"file": SimpleUploadedFile("a.yaml", text)}).status_code == 200

    def test_a_nul_in_the_address(self, client_of, db):
        client = client_of("buyer_manager")
        page = client.get("/contracts/occurrences/?q=a%00b")
        assert page.status_code == 400 and "请求有误" in page.content.decode()
        assert client.get("/contracts/occurrences/?q=ab").status_code == 200


def test_a_post_after_the_session_ended_leads_home_not_to_a_refusal(db):
    assert Client().post(reverse("contracts:waive", args=[1]))["Location"] == "/login/?next=/"


def test_a_form_without_its_token_says_what_to_do(db):
    page = Client(enforce_csrf_checks=True).post("/login/", {"username": "x", "password": "y"})
    assert page.status_code == 403 and "页面已过期" in page.content.decode()
