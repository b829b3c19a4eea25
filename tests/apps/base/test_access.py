"""Default deny: every address declares who may call it, and what is refused is refused."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kangwei.accounts.enums import PERMISSIONS, Role
from kangwei.base.permissions import declared_access

PUBLIC = {"/login/", "/healthz", "/readyz"}


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
    assert {path for path, view in all_patterns() if declared_access(view).anonymous} == PUBLIC


def test_every_permission_that_a_page_asks_for_is_held_by_some_role():
    held = set().union(*PERMISSIONS.values())
    asked = {declared_access(view).permission for _, view in all_patterns()} - {""}
    assert asked <= held


@pytest.mark.django_db
def test_whoever_is_not_signed_in_is_sent_to_the_login_page():
    for path, view in all_patterns():
        response = Client().get(example(path))
        if declared_access(view).anonymous:
            assert response.status_code == 200, path
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
