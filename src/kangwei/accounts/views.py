"""Sign-in, own password, parties, people and their roles."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from kangwei.accounts import actions, queries
from kangwei.accounts.enums import PARTY_KINDS, PartyKind, Role
from kangwei.accounts.forms import InstitutionForm, PartyForm, PasswordForm, PersonForm, RoleForm
from kangwei.accounts.models import Person
from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.base.permissions import public, requires, signed_in
from kangwei.base.web import PersonRequest, add_error, page_of, refusals_shown

login = public(LoginView.as_view(template_name="login.html", redirect_authenticated_user=True))
logout = signed_in(LogoutView.as_view(), even_before_password_change=True)


def change_password(request: PersonRequest) -> HttpResponse:
    """The signed-in person's own password."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not request.user.check_password(form.cleaned_data["current"]):
            form.add_error("current", "现口令不对")
        else:
            try:
                actions.change_password(
                    person=request.user, password=form.cleaned_data["password"], actor=request.user, now=timezone.now()
                )
            except ActionError as error:
                add_error(form, error)
            else:
                update_session_auth_hash(request, request.user)
                messages.success(request, "口令已更改")
                return redirect("web:home")
    return render(request, "accounts/password.html", {"form": form, "forced": request.user.must_change_password})


change_password = signed_in(change_password, even_before_password_change=True)


@requires("settings.read")
def parties(request: PersonRequest) -> HttpResponse:
    """All parties; whoever may write people adds one here."""
    form = PartyForm(request.POST or None)
    may_write = request.user.has_perm("people.write")
    if request.method == "POST" and may_write and form.is_valid():
        data = form.cleaned_data
        try:
            party = actions.create_party(
                name=data["name"], kind=PartyKind(data["kind"]), actor=request.user, now=timezone.now()
            )
        except ActionError as error:
            add_error(form, error)
        else:
            messages.success(request, f"已登记单位「{party}」")
            return redirect("accounts:parties")
    return render(
        request, "accounts/parties.html", {"parties": queries.parties(), "form": form, "may_write": may_write}
    )


@requires("settings.read")
def institutions(request: PersonRequest) -> HttpResponse:
    """Served organisations by district; whoever may write people adds one here."""
    form = InstitutionForm(request.POST or None)
    may_write = request.user.has_perm("people.write")
    if request.method == "POST" and may_write and form.is_valid():
        try:
            institution = actions.create_institution(**form.cleaned_data, actor=request.user, now=timezone.now())
        except ActionError as error:
            add_error(form, error)
        else:
            messages.success(request, f"已登记机构「{institution}」")
            return redirect("accounts:institutions")
    text = request.GET.get("q", "").strip()
    context = {
        "title": "机构",
        "page_obj": page_of(request, queries.institutions(text)),
        "q": text,
        "search_hint": "机构、区",
        "form": form,
        "may_write": may_write,
    }
    return render(request, "accounts/institutions.html", context)


@requires("settings.read")
def people(request: PersonRequest) -> HttpResponse:
    """All people with their roles."""
    found = queries.people()
    if text := request.GET.get("q", "").strip():
        found = queries.search_people(found, text)
    return render(request, "accounts/people.html", {"people": found})


@requires("people.write")
def new_person(request: PersonRequest) -> HttpResponse:
    """Register a person; the generated password is shown once."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person, password = actions.create_person(**form.cleaned_data, actor=request.user, now=timezone.now())
        except ActionError as error:
            add_error(form, error)
        else:
            # A warning stays until it is closed; a success would take the password away after seconds.
            messages.warning(request, f"已登记 {person.name}，初始口令 {password}（只显示这一次，首次登录须更改）")
            return redirect("accounts:person", pk=person.pk)
    return render(request, "accounts/new_person.html", {"form": form})


@requires("settings.read")
@require_http_methods(["GET", "POST"])
def person(request: PersonRequest, pk: int) -> HttpResponse:
    """One person: roles, password, sign-in; each button needs its own permission."""
    found = get_object_or_404(queries.people(), pk=pk)
    if request.method == "POST":
        with refusals_shown(request):
            _change_person(request, found)
        return redirect("accounts:person", pk=pk)
    held = found.role_codes
    choices = [role for role in Role if role not in held and found.party.kind in PARTY_KINDS[role]]
    context = {
        "person": found,
        "held": [Role(code) for code in sorted(held)],
        "choices": choices,
        "timeline": audit.timeline("person", str(pk)),
    }
    return render(request, "accounts/person.html", context)


PERSON_CHANGES = {
    "grant": "roles.write",
    "revoke": "roles.write",
    "reset_password": "roles.write",
    "enable": "people.write",
    "disable": "people.write",
}


def _change_person(request: PersonRequest, found: Person) -> None:
    wanted = request.POST.get("do", "")
    if not request.user.has_perm(PERSON_CHANGES.get(wanted, "")):
        raise ActionError("您的角色没有此项权限")
    facts: dict[str, Any] = {"person": found, "actor": request.user, "now": timezone.now()}
    if wanted in ("grant", "revoke"):
        form = RoleForm(request.POST)
        if not form.is_valid():
            raise ActionError("请选择一个角色")
        change = actions.grant_role if wanted == "grant" else actions.revoke_role
        change(role=Role(form.cleaned_data["role"]), **facts)
        messages.success(request, "角色已更新")
    elif wanted == "reset_password":
        password = actions.reset_password(**facts)
        messages.warning(request, f"新口令 {password}（只显示这一次，登录后须更改）")
    else:
        actions.set_active(active=wanted == "enable", **facts)
        messages.success(request, "已更新")
