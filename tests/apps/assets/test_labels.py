"""Labels: what stands on them, where their codes lead, how they lie on paper."""

import re

import pytest
import segno
from django.urls import reverse

from kangwei.assets.models import Asset

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client_of, owner):
    return client_of("buyer_manager", party=owner)


@pytest.fixture
def pdas(make_asset):
    return [make_asset(name="采血PDA", serial_number=f"SN{n}", place="二层") for n in range(3)]


def labels(client, query: str, **headers):
    return client.get(f"{reverse('assets:labels')}?{query}", **headers)


def shown(response) -> list[str]:
    return [label.asset.serial_number for sheet in response.context["sheets"] for label in sheet if label]


def named(assets) -> str:
    return "&".join(f"pk={asset.pk}" for asset in assets)


def test_a_label_names_the_asset(manager, pdas):
    page = labels(manager, named(pdas[:1])).content.decode()
    for words in ("PDA-000001", "采血PDA", "PDA手持终端", "SN SN0", "试验血液中心"):
        assert words in page
    assert page.count('<article class="kw-label">') == 1


def test_its_code_holds_the_address_at_which_the_page_was_opened(manager, pdas, settings):
    settings.ALLOWED_HOSTS = ["yunwei.example.cn"]
    response = labels(manager, named(pdas[:1]), headers={"host": "yunwei.example.cn:8443"}, secure=True)
    address = f"https://yunwei.example.cn:8443/assets/scan/{pdas[0].pk}/"
    wanted = re.search(r' d="([^"]+)"', segno.make_qr(address, error="m").svg_inline(border=0))[1]
    assert response.context["sheets"][0][0].code.count(f' d="{wanted}"') == 1
    assert "只有这台机器自己打得开" not in response.content.decode()


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_an_address_that_no_phone_reaches_is_said(manager, pdas, host):
    assert "只有这台机器自己打得开" in labels(manager, named(pdas), headers={"host": host}).content.decode()


def test_nothing_in_a_label_runs_or_is_loaded(manager, make_asset):
    bad = make_asset(name="<script>alert(1)</script>", serial_number='"><img src=x>')
    page = labels(manager, named([bad])).content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page
    assert " style=" not in page.split("<main")[1] and "&lt;script&gt;alert(1)" in page


def test_only_what_the_person_may_see(manager, client_of, make_party, pdas):
    stranger = client_of("buyer_manager", party=make_party("别的中心", "buyer"), username="stranger")
    assert shown(labels(stranger, named(pdas))) == []
    assert shown(labels(stranger, "kind=pda")) == []
    assert shown(labels(manager, named(pdas))) == ["SN0", "SN1", "SN2"]


def test_who_may(client_of, owner, pdas):
    assert labels(client_of("security_officer"), named(pdas)).status_code == 403
    assert labels(client_of("engineer", party=owner), named(pdas)).status_code == 200


def test_what_a_list_shows(manager, pdas, make_asset):
    make_asset("host", name="主机一", hostname="h1", ip="10.0.0.1")
    Asset.objects.filter(pk=pdas[1].pk).update(state="scrapped")
    assert shown(labels(manager, "kind=pda")) == ["SN0", "SN1", "SN2"]
    assert shown(labels(manager, "kind=pda&state=live")) == ["SN0", "SN2"]
    assert shown(labels(manager, "kind=pda&q=sn2")) == ["SN2"]
    kept = labels(manager, "kind=pda&q=sn2&format=roll-50x30&page=1").context["kept"]
    assert kept == [("kind", "pda"), ("q", "sn2")]


def test_the_list_leads_there(manager, pdas):
    page = manager.get(f"{reverse('assets:list', args=['pda'])}?q=sn2").content.decode()
    assert f"{reverse('assets:labels')}?q=sn2&amp;kind=pda" in page


def test_nothing_chosen(manager, pdas):
    for query in ("", "pk=x", "kind=nothing", f"pk={'9' * 30}"):
        assert "没有要打印的标签" in labels(manager, query).content.decode()


@pytest.mark.parametrize(
    ("chosen", "sizes", "paper"),
    [
        ("a4-70x37", [24, 6], "labels-a4.css"), ("a4-50x30", [30], "labels-a4.css"),
        ("roll-70x37", [1] * 30, "labels-70x37.css"), ("roll-50x30", [1] * 30, "labels-50x30.css"),
        ("nonsense", [24, 6], "labels-a4.css"),
    ],
)  # fmt: skip
def test_sheets(manager, make_asset, chosen, sizes, paper):
    assets = [make_asset(name="PDA", serial_number=f"X{n}") for n in range(30)]
    response = labels(manager, f"{named(assets)}&format={chosen}")
    assert [len(sheet) for sheet in response.context["sheets"]] == sizes
    assert paper in response.content.decode()


@pytest.mark.parametrize(("skip", "free"), [("2", 2), ("23", 23), ("99", 23), ("-1", 0), ("x", 0), ("", 0)])
def test_used_places_of_the_first_sheet_stay_free(manager, pdas, skip, free):
    sheets = labels(manager, f"{named(pdas)}&skip={skip}").context["sheets"]
    assert sum(label is None for label in sheets[0]) == free
    assert sum(label is not None for sheet in sheets for label in sheet) == 3


def test_many_come_in_parts(manager, owner, now, django_assert_num_queries):
    Asset.objects.bulk_create(
        Asset(owner=owner, kind="usb-key", number=f"KEY-{n:06d}", name="Key", created_at=now, updated_at=now)
        for n in range(250)
    )
    manager.get(reverse("assets:labels"))
    with django_assert_num_queries(7):
        first = labels(manager, "kind=usb-key&skip=3")
    assert len(shown(first)) == 240
    rest = labels(manager, "kind=usb-key&skip=3&page=2")
    assert len(shown(rest)) == 10 and rest.context["sheets"][0][0] is not None
