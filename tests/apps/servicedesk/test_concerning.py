"""The things that a ticket is about: named, taken back, suggested, listed, and who sees what."""

from collections.abc import Callable

import pytest

from kangwei.assets.actions import register
from kangwei.assets.models import Asset
from kangwei.base.errors import ActionError
from kangwei.servicedesk import actions
from tests.apps.servicedesk.conftest import SYSTEM, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_asset(contract, system, supplier, now) -> Callable:
    """`make_asset("扫描终端一", "PDA-001")`: a handheld of the contract's buyer, maintained by its supplier."""

    def make(name: str = "扫描终端一", number: str = "PDA-001", kind: str = "pda", **values) -> Asset:
        given = {"name": name, "number": number, "system": "门诊系统"} | values
        return register(
            owner=contract.buyer, kind=kind, values=given, maintainer=supplier, actor=SYSTEM, now=now
        )  # fmt: skip

    return make


def named(client, ticket, text: str):
    return client.post(url("name_asset", ticket.pk), {"asset": text})


def numbers(ticket) -> list[str]:
    return [row.asset.number for row in ticket.concerned.select_related("asset")]


class TestNaming:
    def test_by_number_serial_number_or_a_name_that_one_bears(self, engineer, open_ticket, make_asset):
        ticket = open_ticket()
        make_asset(), make_asset("打印机", "PR-1", kind="printer", serial_number="SN77"), make_asset("读卡器", "RD-1")
        for text in ("PDA-001", "SN77", "读卡器", "PDA-001"):
            assert named(engineer, ticket, text).url == url("detail", ticket.pk)
        assert numbers(ticket) == ["PDA-001", "PR-1", "RD-1"]
        assert ticket.events.filter(label="涉及资产").count() == 3
        page = engineer.get(url("detail", ticket.pk)).content.decode()
        assert "PDA-001" in page
        assert "SN77" in page

    def test_what_there_is_not_or_twice_is_said_and_kept(self, engineer, open_ticket, make_asset):
        ticket = open_ticket()
        make_asset(), make_asset(number="PDA-002")
        for text in ("PDA-009", "扫描终端一"):
            page = named(engineer, ticket, text)
            assert page.status_code == 422
            assert f"没有编号、序列号或名称为「{text}」的在用资产" in page.content.decode()
            assert f'value="{text}"' in page.content.decode()
        assert numbers(ticket) == []

    def test_one_that_is_scrapped_is_not(self, engineer, open_ticket, make_asset):
        ticket, asset = open_ticket(), make_asset()
        Asset.objects.filter(pk=asset.pk).update(state="scrapped")
        assert named(engineer, ticket, "PDA-001").status_code == 422

    def test_it_may_be_taken_back(self, engineer, open_ticket, make_asset):
        ticket, asset = open_ticket(), make_asset()
        named(engineer, ticket, "PDA-001")
        engineer.post(url("unname_asset", ticket.pk, asset.pk))
        assert numbers(ticket) == []
        assert ticket.events.filter(label="不再涉及").count() == 1

    def test_nothing_on_a_closed_ticket(self, engineer, open_ticket, make_asset, now):
        ticket, asset = open_ticket(), make_asset()
        actions.take_step(ticket=ticket, step="cancel", texts={"reason": "误报"}, actor=SYSTEM, now=now)
        with pytest.raises(ActionError, match="不能再改"):
            actions.name_asset(ticket=ticket, asset=asset, actor=SYSTEM, now=now)
        assert "添加" not in engineer.get(url("detail", ticket.pk)).content.decode().split("涉及资产")[-1][:40]

    def test_nothing_of_another_buyer(self, open_ticket, make_party, now):
        other = register(
            owner=make_party("别家医院", "buyer"), kind="pda", values={"name": "终端"}, actor=SYSTEM, now=now
        )  # fmt: skip
        with pytest.raises(ActionError, match="不是该合同甲方的资产"):
            actions.name_asset(ticket=open_ticket(), asset=other, actor=SYSTEM, now=now)

    def test_who_only_reads_names_nothing(self, reader, open_ticket, make_asset):
        ticket = open_ticket()
        make_asset()
        assert named(reader, ticket, "PDA-001").status_code == 403
        assert numbers(ticket) == []

    def test_a_stranger_does_not_find_the_ticket(self, stranger, open_ticket, make_asset):
        make_asset()
        assert named(stranger, open_ticket(), "PDA-001").status_code == 404


class TestFound:
    def test_what_belongs_to_the_system_comes_first(self, engineer, open_ticket, make_asset, system):
        make_asset(number="A-1", system=""), make_asset(number="B-1")
        page = engineer.get(url("asset_options", open_ticket(system=system).pk), {"asset": "扫描"}).content.decode()
        assert page.index("B-1") < page.index("A-1")
        assert "option" not in engineer.get(url("asset_options", open_ticket().pk), {"asset": " "}).content.decode()

    def test_its_tickets_are_a_list(self, engineer, open_ticket, make_asset, system):
        ticket, asset = open_ticket(), make_asset()
        of_system, other = open_ticket(system=system), open_ticket(title="别的")
        named(engineer, ticket, "PDA-001")
        listed = lambda one: {row.pk for row in engineer.get(url("queue"), {"asset": one.pk}).context["page_obj"]}  # noqa: E731
        assert listed(asset) == {ticket.pk}
        assert listed(system) == {of_system.pk}
        assert other.pk not in listed(asset) | listed(system)
        assert url("queue") + f"?asset={asset.pk}" in engineer.get(f"/assets/{asset.pk}/").content.decode()

    def test_one_that_the_person_does_not_see_narrows_nothing(self, stranger, make_asset):
        assert stranger.get(url("queue"), {"asset": make_asset().pk}).context["about"] is None
