"""Entrances: opened once, closed for good, listed, printed."""

import re

import pytest
import segno
import time_machine
from django.urls import reverse

from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.servicedesk import actions
from kangwei.servicedesk.models import Entrance
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import SYSTEM, url
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def open_entrance(contract, make_institution, now):
    def make(name: str = "延庆区医院", region: str = "延庆区", place: str = "远郊", contract=contract):
        institution = make_institution(name, region, place)
        return actions.open_entrance(institution=institution, contract=contract, actor=SYSTEM, now=now)

    return make


class TestOpening:
    def test_an_institution_has_one_open_entrance_to_a_contract(self, open_entrance, contract, now):
        first = open_entrance()
        again = actions.open_entrance(institution=first.institution, contract=contract, actor=SYSTEM, now=now)
        assert again == first
        other = actions.open_entrance(
            institution=first.institution, contract=load_small(now, id="other-2026"), actor=SYSTEM, now=now
        )
        assert other.key != first.key and len(first.key) == 43

    def test_many_at_once_each_once(self, open_entrance, contract, make_institution, now):
        had = open_entrance("甲医院")
        both = [had.institution, make_institution("乙医院")]
        made = actions.open_entrances(institutions=both, contract=contract, actor=SYSTEM, now=now)
        assert [one.institution.name for one in made] == ["乙医院"]
        assert actions.open_entrances(institutions=both, contract=contract, actor=SYSTEM, now=now) == []
        assert Entrance.objects.count() == 2
        assert audit.latest("contract", contract.code).data == {"count": 1, "institutions": [both[1].pk]}

    def test_the_audit_trail_holds_no_key(self, open_entrance, contract):
        entrance = open_entrance()
        assert entrance.key not in str(audit.latest("contract", contract.code).data)

    def test_none_to_a_contract_that_has_ended(self, open_entrance, contract):
        contract.last_day = contract.last_day.replace(month=11, day=19)
        with pytest.raises(ActionError, match="到期"):
            open_entrance()
        contract.last_day = contract.last_day.replace(month=11, day=20)
        assert open_entrance("乙医院").closed_at is None

    def test_closed_it_stays_closed_and_makes_room_for_a_new_one(self, open_entrance, contract, now):
        entrance = open_entrance()
        closed = actions.close_entrance(entrance=entrance, actor=SYSTEM, now=now)
        assert closed.closed_at == now
        entries = audit.entries().count()
        assert actions.close_entrance(entrance=entrance, actor=SYSTEM, now=now).closed_at == now
        assert audit.entries().count() == entries
        fresh = actions.open_entrance(institution=entrance.institution, contract=contract, actor=SYSTEM, now=now)
        assert fresh.key != entrance.key


class TestPages:
    @pytest.mark.parametrize("name", ["entrances", "entrance_new", "entrance_codes"])
    def test_they_are_for_whoever_manages_tickets(self, engineer, project_manager, name):
        assert engineer.get(url(name)).status_code == 403
        assert project_manager.get(url(name)).status_code == 200

    def test_nobody_sees_entrances_to_others_contracts(self, open_entrance, project_manager, stranger):
        entrance = open_entrance()
        assert "延庆区医院" in text_of(project_manager.get(url("entrances")))
        assert "还没有报修码" in text_of(stranger.get(url("entrances")))
        assert stranger.get(url("entrance_codes"), {"pk": entrance.pk}).context["sheets"] == []
        assert stranger.post(url("entrance_close", entrance.pk)).status_code == 404
        assert project_manager.post(url("entrance_close", entrance.pk)).url == url("entrances")
        entrance.refresh_from_db()
        assert entrance.closed_at

    def test_search_and_filters(self, open_entrance, project_manager, contract):
        far, near = open_entrance(), open_entrance("城里医院", "东城区", "城区")
        closing = project_manager.post(url("entrance_close", near.pk))
        assert closing.status_code == 302

        def shown(**query):
            return list(project_manager.get(url("entrances"), query).context["page_obj"])

        assert shown() == [near, far]
        assert shown(q="延庆") == [far]
        assert shown(region=near.institution.region_id) == [near]
        assert shown(state="open") == [far] and shown(state="closed") == [near]
        assert shown(contract=contract.code) == [near, far] and shown(contract="x") == []
        assert shown(region="x", state="x") == [near, far]

    def test_the_list_costs_the_same_for_one_and_for_three(
        self, open_entrance, project_manager, django_assert_num_queries
    ):
        open_entrance()
        with django_assert_num_queries(9):
            project_manager.get(url("entrances"))
        open_entrance("乙医院"), open_entrance("丙医院", "房山区")
        with django_assert_num_queries(9):
            project_manager.get(url("entrances"))

    def new(self, client, made_for, **values):
        return client.post(url("entrance_new"), {"contract": made_for.pk, "which": "all", "institution": ""} | values)

    def test_for_all_institutions_for_districts_for_one(self, project_manager, contract, make_institution):
        far, near = make_institution(), make_institution("城里医院", "东城区", "城区")
        self.new(project_manager, contract, which="one", institution="城里医院")
        assert [one.institution for one in Entrance.objects.all()] == [near]
        self.new(project_manager, contract, which="region", regions=[far.region_id])
        assert Entrance.objects.count() == 2
        make_institution("丙医院")
        made = self.new(project_manager, contract)
        assert made.url == f"{url('entrances')}?contract={contract.code}"
        assert "新建 1 个报修码，另有 2 个机构已有" in text_of(project_manager.get(made.url))

    @pytest.mark.parametrize(
        ("values", "field"),
        [({"which": "region"}, "regions"), ({"which": "one"}, "institution"), ({"contract": 0}, "contract"),
         ({"which": "one", "institution": "没有的"}, "institution"),
         ({"which": "region", "regions": ["0"]}, "regions")],
    )  # fmt: skip
    def test_what_is_missing_stands_at_its_field(self, project_manager, contract, make_institution, values, field):
        make_institution()
        refused = self.new(project_manager, contract, **values)
        assert refused.status_code == 422 and list(refused.context["form"].errors) == [field]
        assert not Entrance.objects.exists()

    def test_a_contract_of_others_is_not_offered(self, stranger, project_manager, contract, make_institution):
        make_institution()
        assert self.new(stranger, contract).status_code == 422
        assert not Entrance.objects.exists()
        assert self.new(project_manager, contract).status_code == 302


class TestCodes:
    def test_a_code_leads_to_the_page_of_its_institution(self, open_entrance, project_manager, settings):
        settings.ALLOWED_HOSTS = ["yunwei.example.cn"]
        entrance = open_entrance()
        page = project_manager.get(url("entrance_codes"), headers={"host": "yunwei.example.cn"}, secure=True)
        address = f"https://yunwei.example.cn{reverse('portal:entrance', args=[entrance.key])}"
        wanted = re.search(r' d="([^"]+)"', segno.make_qr(address, error="m").svg_inline(border=0))[1]
        assert wanted in page.content.decode()
        assert "延庆区医院" in text_of(page) and "只有这台机器自己打得开" not in text_of(page)

    def test_four_on_a_sheet_and_none_that_is_closed(self, open_entrance, project_manager, now):
        entrances = [open_entrance(f"{n}医院") for n in range(6)]
        actions.close_entrance(entrance=entrances[0], actor=SYSTEM, now=now)
        sheets = project_manager.get(url("entrance_codes")).context["sheets"]
        assert [len(sheet) for sheet in sheets] == [4, 1]
        assert "只有这台机器自己打得开" in text_of(
            project_manager.get(url("entrance_codes"), headers={"host": "localhost"})
        )

    def test_a_name_is_shown_as_it_is_written(self, open_entrance, project_manager):
        open_entrance("<img src=x>")
        assert "&lt;img src=x&gt;" in project_manager.get(url("entrance_codes")).content.decode()
