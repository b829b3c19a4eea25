"""The pages of teams and rosters, and giving a ticket to a team."""

import io
from datetime import date, time, timedelta

import pytest
import time_machine

from kangwei.base.errors import ActionError
from kangwei.servicedesk import actions
from kangwei.servicedesk.models import Shift, Team, Ticket
from tests.apps.assets.pages import sheet_of, text_of
from tests.apps.servicedesk.conftest import SYSTEM, shanghai, url
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)


@pytest.fixture(autouse=True)
def _frozen(now):
    """Friday 20 November, 10:00 in Shanghai."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def crew(supplier, make_person):
    """张三 with a number and 李四, engineers of the supplier."""
    made = []
    for username, name, phone in (("zhang", "张三", "13800000001"), ("li", "李四", "")):
        person = make_person("engineer", party=supplier, username=username)
        person.name, person.phone = name, phone
        person.save()
        made.append(person)
    return made


@pytest.fixture
def team(contract, crew, now):
    """The first line; 张三 is on duty every day of the week from 8 to 20."""
    team = actions.save_team(contract=contract, name="一线", members=crew, actor=SYSTEM, now=now)
    actions.add_shifts(
        team=team, person=crew[0], first=MONDAY, last=MONDAY + timedelta(days=6), weekdays=range(1, 8),
        from_time=time(8), to_time=time(20), actor=SYSTEM, now=now,
    )  # fmt: skip
    return team


@pytest.fixture
def sign_in(client):
    def enter(person):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter


SHIFT = {
    "first": "2026-11-23", "last": "2026-11-24", "from_time": "20:00", "to_time": "08:00",
    "weekdays": ["1", "2", "3", "4", "5", "6", "7"], "days": "all",
}  # fmt: skip


class TestWhoMay:
    @pytest.mark.parametrize("name", ["roster", "teams"])
    def test_the_parties_read_and_strangers_see_nothing(self, name, reader, engineer, stranger, team):
        assert "一线" in text_of(reader.get(url(name)))
        assert "一线" in text_of(engineer.get(url(name)))
        assert "一线" not in text_of(stranger.get(url(name)))
        assert stranger.get(f"{url(name)}?contract=small-2026").status_code == 404

    def test_only_managers_write(self, engineer, project_manager, stranger, team, crew):
        given = {"name": "二线", "members": [crew[0].pk]}
        shift, new = team.shifts.first(), f"{url('team_new')}?contract=small-2026"
        posts = [
            (new, given), (url("team", team.pk), given | {"name": "一线"}),
            (url("shift_new", team.pk), SHIFT | {"person": crew[0].pk}),
            (url("shift_drop", shift.pk), {}), (url("team_active", team.pk), {}),
            (f"{url('roster_import')}?contract=small-2026", {}),
        ]  # fmt: skip
        for address, data in posts:
            assert engineer.post(address, data).status_code == 403
        for address, data in posts[1:]:
            assert stranger.post(address, data).status_code == 404
        assert Team.objects.get().name == "一线"
        assert team.shifts.count() == 7
        assert [project_manager.post(address, data).status_code for address, data in posts[:-1]] == [302] * 5

    def test_a_reader_is_offered_nothing_to_write(self, engineer, project_manager, team):
        assert "排班" in text_of(project_manager.get(url("roster")))
        assert "排班" not in text_of(engineer.get(url("roster")))
        assert "取消班次" not in engineer.get(url("roster")).content.decode()


class TestTeams:
    def test_a_manager_enters_one_and_changes_it(self, project_manager, contract, crew):
        address = f"{url('team_new')}?contract=small-2026"
        people = text_of(project_manager.get(address))
        assert "张三 试验乙方公司" in people
        assert project_manager.post(address, {"name": "一线", "members": [crew[0].pk]}).status_code == 302
        team = Team.objects.get()
        project_manager.post(url("team", team.pk), {"name": "夜班", "members": [person.pk for person in crew]})
        team.refresh_from_db()
        assert (team.name, team.members.count()) == ("夜班", 2)

    def test_the_contract_is_chosen_first(self, project_manager, contract):
        assert "下一步" in text_of(project_manager.get(url("team_new")))

    def test_what_is_refused_stays_on_the_form(self, project_manager, team, crew):
        address = f"{url('team_new')}?contract=small-2026"
        answer = project_manager.post(address, {"name": "一线", "members": [crew[0].pk]})
        assert answer.status_code == 422
        assert "已有班组「一线」" in text_of(answer)

    def test_people_of_other_parties_are_no_choice(self, project_manager, contract, stranger, crew):
        from kangwei.accounts.queries import person

        address = f"{url('team_new')}?contract=small-2026"
        answer = project_manager.post(address, {"name": "一线", "members": [person(username="stranger").pk]})
        assert answer.status_code == 422
        assert not Team.objects.exists()

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_list_costs_the_same_for_one_and_for_three(
        self, project_manager, team, contract, crew, now, rows, django_assert_num_queries
    ):
        for number in range(rows - 1):
            actions.save_team(contract=contract, name=f"班{number}", members=crew, actor=SYSTEM, now=now)
        with django_assert_num_queries(10):
            project_manager.get(url("teams"))


class TestRoster:
    def test_it_shows_the_week_and_who_is_on_duty_now(self, engineer, team):
        page = text_of(engineer.get(url("roster")))
        assert "正在值班 2026-11-20 10:00 张三 13800000001 一线 · 试验乙方公司 · 至 2026-11-20 20:00" in page
        assert "2026-11-16 至 2026-11-22" in page
        assert page.count("08:00–20:00") == 7

    def test_another_week_is_empty_and_says_so(self, engineer, team):
        page = text_of(engineer.get(f"{url('roster')}?week=2026-11-25"))
        assert "2026-11-23 至 2026-11-29，这一周还没有排班" in page

    @pytest.mark.parametrize("week", ["nonsense", "9999-12-31", "0001-01-01"])
    def test_a_week_that_is_none_is_this_one(self, engineer, team, week):
        assert "2026-11-16 至 2026-11-22" in text_of(engineer.get(f"{url('roster')}?week={week}"))

    def test_without_teams_it_says_what_to_do(self, project_manager, engineer, contract):
        assert "新建班组" in text_of(project_manager.get(url("roster")))
        assert "新建班组" not in text_of(engineer.get(url("roster")))

    def test_shifts_are_put_on_it_by_weekday(self, project_manager, team, crew):
        answer = project_manager.post(url("shift_new", team.pk), SHIFT | {"person": crew[1].pk})
        assert answer.url == f"{url('roster')}?contract=small-2026&week=2026-11-23"
        assert "20:00–次日08:00" in text_of(project_manager.get(answer.url))
        assert Shift.objects.filter(person=crew[1]).count() == 2

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"first": "2026-11-20"}, "张三 2026-11-20 与「一线」的班次 08:00–20:00 重叠"), ({"weekdays": []}, "必填"),
            ({"last": "9999-12-31"}, "请填写本世纪的日期"), ({"from_time": "25:00"}, "有效"),
        ],
    )  # fmt: skip
    def test_what_is_refused_stays_on_the_form(self, project_manager, team, crew, values, said):
        given = SHIFT | {"person": crew[0].pk, "from_time": "10:00", "to_time": "12:00"} | values
        answer = project_manager.post(url("shift_new", team.pk), given)
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert Shift.objects.count() == 7

    def test_one_is_taken_off(self, project_manager, team):
        shift = team.shifts.first()
        answer = project_manager.post(url("shift_drop", shift.pk))
        assert answer.url == f"{url('roster')}?contract=small-2026&week=2026-11-16"
        assert not Shift.objects.filter(pk=shift.pk).exists()
        assert project_manager.post(url("shift_drop", shift.pk)).status_code == 404

    @pytest.mark.parametrize("rows", [1, 3])
    def test_it_costs_the_same_for_one_team_and_for_three(
        self, project_manager, team, contract, crew, now, rows, django_assert_num_queries
    ):
        for number in range(rows - 1):
            other = actions.save_team(contract=contract, name=f"班{number}", members=crew, actor=SYSTEM, now=now)
            actions.add_shifts(
                team=other, person=crew[1], first=MONDAY + timedelta(days=number), last=MONDAY + timedelta(days=number),
                weekdays=range(1, 8), from_time=time(8), to_time=time(20), actor=SYSTEM, now=now,
            )  # fmt: skip
        with django_assert_num_queries(10):
            project_manager.get(url("roster"))


class TestFiles:
    def sent(self, client, content, name="值班.xlsx"):
        file = io.BytesIO(content)
        file.name = name
        return client.post(f"{url('roster_import')}?contract=small-2026", {"file": file})

    def test_what_was_taken_out_comes_in_again(self, project_manager, team):
        book = project_manager.get(f"{url('roster')}?export=1").content
        rows = sheet_of(project_manager.get(f"{url('roster')}?export=1"))
        assert rows[:2] == [
            ["班组", "登录名", "姓名", "日期", "起", "止"], ["一线", "zhang", "张三", "2026-11-16", "08:00", "20:00"],
        ]  # fmt: skip
        assert self.sent(project_manager, book).status_code == 302
        assert Shift.objects.count() == 7
        Shift.objects.all().delete()
        assert self.sent(project_manager, book).url == f"{url('roster')}?contract=small-2026&week=2026-11-16"
        assert Shift.objects.count() == 7

    def test_csv_does_as_well(self, project_manager, team):
        lines = "班组,登录名,日期,起,止\n一线,li,2026-11-23,20:00,8:00\n"
        assert self.sent(project_manager, lines.encode(), "值班.csv").status_code == 302
        assert Shift.objects.get(person__username="li").ends_at == shanghai("11-24 08:00")

    def test_faults_are_listed_by_line_and_column(self, project_manager, team):
        lines = "班组,登录名,日期,起,止\n一线,li,2026-11-23,20:00,8:00\n一线,li,2026-11-24,晚上,8:00\n"
        answer = self.sent(project_manager, lines.encode(), "值班.csv")
        assert answer.status_code == 422
        assert "没有导入。请改正后重新上传： 第 3 行「起」：应为 08:00 这样的时间，写的是「晚上」" in text_of(answer)
        assert Shift.objects.count() == 7

    @pytest.mark.parametrize("content", [b"", b"\x00\x01", b"PK\x03\x04"])
    def test_what_is_no_table_is_refused(self, project_manager, team, content):
        assert self.sent(project_manager, content).status_code == 422

    def test_what_begins_like_a_formula_is_text(self, project_manager, team, crew):
        crew[0].name = "=1+1"
        crew[0].save()
        assert sheet_of(project_manager.get(f"{url('roster')}?export=1"))[1][2] == "=1+1"


class TestAssigning:
    def test_who_is_on_duty_comes_first_with_the_number(self, project_manager, open_ticket, team):
        form = project_manager.get(url("assign", open_ticket().pk)).context["form"]
        _, (first, on_duty), (second, _) = form.fields["assignee"].choices
        assert (first, second) == ("值班中", "其他人员")
        assert [label for _, label in on_duty] == ["张三　试验乙方公司　值班中（一线）　13800000001"]

    def test_a_ticket_goes_to_a_team_and_waits_in_its_queue(self, project_manager, sign_in, open_ticket, team, crew):
        ticket = open_ticket()
        answer = project_manager.post(url("assign", ticket.pk), {"team": team.pk, "assignee": "", "text": "先看"})
        assert answer.url == url("detail", ticket.pk)
        ticket.refresh_from_db()
        assert (ticket.team, ticket.assignee) == (team, None)
        assert "待接手 一线" in text_of(project_manager.get(answer.url))
        mine = sign_in(crew[1]).get("/tickets/?group=team")
        assert [row.pk for row in mine.context["page_obj"]] == [ticket.pk]
        counts = {tab["label"]: tab["count"] for tab in mine.context["tabs"]}
        assert (counts["本班组"], counts["未派单"]) == (1, 0)
        assert not project_manager.get("/tickets/?group=team").context["page_obj"].object_list

    def test_one_of_the_team_takes_it_and_it_leaves_the_teams_queue(self, sign_in, open_ticket, team, crew, now):
        ticket = actions.assign(ticket=open_ticket(), assignee=None, team=team, text="", actor=SYSTEM, now=now)
        page = sign_in(crew[1])
        assert page.post(url("take", ticket.pk)).status_code == 302
        ticket.refresh_from_db()
        assert (ticket.assignee, ticket.team) == (crew[1], team)
        assert not page.get("/tickets/?group=team").context["page_obj"].object_list

    def test_of_two_of_a_team_who_take_it_at_once_one_has_it(self, open_ticket, team, crew, now):
        ticket = actions.assign(ticket=open_ticket(), assignee=None, team=team, text="", actor=SYSTEM, now=now)
        seen = Ticket.objects.get(pk=ticket.pk)
        actions.assign(ticket=ticket, assignee=crew[0], text="", actor=crew[0], now=now)
        with pytest.raises(ActionError, match="已由「张三」接手"):
            actions.assign(ticket=seen, assignee=crew[1], text="", actor=crew[1], now=now)
        assert Ticket.objects.get().assignee == crew[0]

    def test_a_ticket_given_to_another_team_meanwhile_is_not_taken_away(self, open_ticket, contract, team, crew, now):
        ticket = open_ticket()
        seen = Ticket.objects.get(pk=ticket.pk)
        actions.assign(ticket=ticket, assignee=None, team=team, text="", actor=SYSTEM, now=now)
        other = actions.save_team(contract=contract, name="二线", members=crew, actor=SYSTEM, now=now)
        with pytest.raises(ActionError, match="已由「一线」接手，请先刷新"):
            actions.assign(ticket=seen, assignee=None, team=other, text="", actor=SYSTEM, now=now)

    def test_it_leaves_the_team_with_somebody_of_another(self, open_ticket, team, supplier, make_person, now):
        ticket = actions.assign(ticket=open_ticket(), assignee=None, team=team, text="", actor=SYSTEM, now=now)
        outsider = make_person("engineer", party=supplier, username="outsider")
        assert actions.assign(ticket=ticket, assignee=outsider, text="", actor=SYSTEM, now=now).team is None

    def test_for_nobody_or_a_team_of_another_contract_is_refused(self, project_manager, open_ticket, crew, team, now):
        ticket = open_ticket()
        answer = project_manager.post(url("assign", ticket.pk), {"team": "", "assignee": ""})
        assert answer.status_code == 422
        assert "请选择班组或处理人" in text_of(answer)
        other = load_small(now, id="other-2026", title="另一份合同")
        foreign = actions.save_team(contract=other, name="别的班", members=crew, actor=SYSTEM, now=now)
        with pytest.raises(ActionError, match="不是该合同在用的班组"):
            actions.assign(ticket=ticket, assignee=None, team=foreign, text="", actor=SYSTEM, now=now)
        assert project_manager.post(url("assign", ticket.pk), {"team": foreign.pk}).status_code == 422
        assert Ticket.objects.get().team is None

    def test_without_teams_the_form_asks_for_somebody(self, project_manager, open_ticket, crew):
        form = project_manager.get(url("assign", open_ticket().pk)).context["form"]
        assert list(form.fields) == ["assignee", "text"]

    def test_the_queue_is_narrowed_by_team_and_by_person(self, project_manager, open_ticket, team, crew, now):
        to_team, to_li = open_ticket(title="给班组"), open_ticket(title="给李四")
        actions.assign(ticket=to_team, assignee=None, team=team, text="", actor=SYSTEM, now=now)
        actions.assign(ticket=to_li, assignee=crew[1], text="", actor=SYSTEM, now=now)
        titles = lambda query: [row.title for row in project_manager.get(f"/tickets/?{query}").context["page_obj"]]  # noqa: E731
        assert titles(f"team={team.pk}") == ["给班组"]
        assert titles(f"assignee={crew[1].pk}") == ["给李四"]
        assert len(titles("team=nonsense")) == 2
