"""A select says in words what it means that nothing is chosen."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
from django import forms
from django.urls import reverse

import kangwei
from kangwei.accounts.models import Party
from kangwei.base.forms import RowField
from kangwei.base.permissions import declared_access
from tests.apps.base.test_access import all_patterns
from tests.factories.contracts import load_small

SOURCE = Path(kangwei.__file__).parent
EMPTY = re.compile(r'<option value=""[^>]*>([^<]*)</option>')
WORD = re.compile(r"[一-鿿]")


def test_where_one_must_choose_it_asks_and_elsewhere_it_is_open():
    rows = Party.objects.none()
    assert RowField(rows).empty_label == "请选择"
    assert RowField(rows, required=False).empty_label == "未定"
    assert RowField(rows, empty_label=None).empty_label is None


def modules() -> list[str]:
    files = [*SOURCE.glob("*/forms.py"), *SOURCE.glob("*/forms/*.py")]
    return sorted(".".join(["kangwei", *file.relative_to(SOURCE).with_suffix("").parts]) for file in files)


@pytest.mark.django_db
@pytest.mark.parametrize("name", modules())
def test_no_form_leaves_it_to_django(name):
    module = import_module(name)
    assert name == "kangwei.base.forms" or "ModelChoiceField(" not in inspect.getsource(module)
    for form in vars(module).values():
        if inspect.isclass(form) and issubclass(form, forms.BaseForm):
            for field in form.base_fields.values():
                assert all(WORD.search(str(label)) for value, label in getattr(field, "choices", ()) if value == "")


@pytest.mark.django_db
def test_every_page_with_a_select_says_it_in_words(client_of, make_person, now):
    contract = load_small(now)
    make_person("engineer", party=contract.supplier, username="somebody")
    clients = [client_of("buyer_manager"), client_of("administrator")]
    addresses = [path for path, view in all_patterns() if "<" not in path and declared_access(view).permission]
    pages = [client.get(path) for client in clients for path in addresses]
    found = [
        label
        for page in pages
        if page["Content-Type"].startswith("text/html")
        for label in EMPTY.findall(page.content.decode())
    ]
    assert len(found) > 20
    assert [label for label in found if not WORD.search(label)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["dispatch_issue", "assign"])
def test_so_do_the_forms_about_a_ticket(client_of, name, now):
    from kangwei.base.audit import System
    from kangwei.servicedesk import actions
    from kangwei.servicedesk.enums import Channel, TicketKind

    ticket = actions.open_ticket(
        contract=load_small(now), kind=TicketKind.INCIDENT, title="打不开", channel=Channel.PHONE,
        actor=System("测试"), now=now,
    )  # fmt: skip
    page = client_of("buyer_manager").get(reverse(f"tickets:{name}", args=[ticket.pk])).content.decode()
    found = EMPTY.findall(page)
    assert found and all(WORD.search(label) for label in found)
