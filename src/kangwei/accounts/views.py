"""Sign-in, own password, parties, people, their roles and their keys."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kangwei.accounts import actions, queries
from kangwei.accounts.enums import PARTY_KINDS, PartyKind, Role
from kangwei.accounts.forms import ApiKeyForm, InstitutionForm, PartyForm, PasswordForm, PersonForm, RoleForm
from kangwei.accounts.models import Person
from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.base.permissions import public, requires, signed_in
from kangwei.base.web import PersonRequest, add_error, carried_out, key_in, page_of, refusals_shown

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


@signed_in
@require_GET
def notices(request: PersonRequest) -> HttpResponse:
    """What the person was told: what is not read yet, or all of it."""
    everything = request.GET.get("group") == "all"
    found = (queries.notices if everything else queries.unread_notices)(request.user)
    tabs = [
        {"label": "未读", "url": "?", "active": not everything},
        {"label": "全部", "url": "?group=all", "active": everything},
    ]
    context = {"title": "通知", "page_obj": page_of(request, found), "tabs": tabs}
    return render(request, "accounts/notices.html", context)


@signed_in
@require_GET
def open_notice(request: PersonRequest, pk: int) -> HttpResponse:
    """Go to the page that a notice is about; the notice is read by that."""
    notice = get_object_or_404(queries.notices(request.user), pk=pk)
    actions.read_notices(person=request.user, notice_id=pk, now=timezone.now())
    return redirect(notice.link)


@signed_in
@require_POST
def read_notices(request: PersonRequest) -> HttpResponse:
    """Mark one notice as read, or all of them."""
    pk = request.POST.get("notice", "")
    one = key_in(pk)
    if pk and one is None:
        messages.error(request, "没有这条通知")
    else:
        actions.read_notices(person=request.user, notice_id=one, now=timezone.now())
    return redirect("accounts:notices")


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


@requires("settings.read")
def api_keys(request: PersonRequest) -> HttpResponse:
    """All keys by which other systems call; a new one is shown once, above the list."""
    text = request.GET.get("q", "").strip()
    context = {
        "title": "接口密钥",
        "page_obj": page_of(request, queries.api_keys(text)),
        "q": text,
        "search_hint": "用途、人员、开头",
        "may_write": request.user.has_perm("people.write"),
    }
    return render(request, "accounts/api_keys.html", context)


@requires("people.write")
def new_api_key(request: PersonRequest) -> HttpResponse:
    """Make a key for somebody. It is shown on the answer to this post and nowhere else, nor kept in the session."""
    form = ApiKeyForm(request.POST or None, initial={"person": request.GET.get("person", "")})
    made: list[Any] = []
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data | {"actor": request.user, "now": timezone.now()}
        carried_out(form, lambda: made.extend(actions.create_api_key(**facts)))
    if made:
        key, secret = made
        response = render(request, "accounts/api_key_made.html", {"title": "接口密钥", "key": key, "secret": secret})
        response["Cache-Control"] = "no-store"
        return response
    context = {"title": "新建接口密钥", "form": form}
    return render(request, "accounts/new_api_key.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def own_api_keys(request: PersonRequest) -> HttpResponse:
    """The keys in the name of whoever is signed in: what waits for consent, and what may be ended."""
    context = {"title": "我的接口密钥", "page_obj": page_of(request, queries.own_api_keys(request.user))}
    return render(request, "accounts/own_api_keys.html", context)


@signed_in
@require_POST
def answer_api_key(request: PersonRequest, pk: int) -> HttpResponse:
    """Consent to a key in one's own name, or end it."""
    key = get_object_or_404(queries.own_api_keys(request.user), pk=pk)
    with refusals_shown(request):
        if request.POST.get("do") == "consent":
            actions.consent_to_api_key(key=key, actor=request.user, now=timezone.now())
            messages.success(request, f"密钥「{key.name}」已生效")
        else:
            actions.revoke_api_key(key=key, actor=request.user, now=timezone.now())
            messages.success(request, f"密钥「{key.name}」已作废")
    return redirect("accounts:own_api_keys")


@requires("people.write")
@require_POST
def revoke_api_key(request: PersonRequest, pk: int) -> HttpResponse:
    """Let a key open nothing any more."""
    key = get_object_or_404(queries.api_keys(), pk=pk)
    actions.revoke_api_key(key=key, actor=request.user, now=timezone.now())
    messages.success(request, f"密钥「{key.name}」已作废")
    return redirect("accounts:api_keys")
