"""Teams and their rosters: who may be in one, shifts over midnight and holidays, who is on duty at a moment."""

from copy import copy
from datetime import date, time, timedelta

import pytest

from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry
from kangwei.base.workbook import table_workbook
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import DutyDays
from kangwei.servicedesk.intake.roster_file import HEADERS
from kangwei.servicedesk.models import Shift, Team
from kangwei.servicedesk.queries import rosters
from tests.apps.servicedesk.conftest import SYSTEM, shanghai
from tests.apps.servicedesk.test_writers import at_once

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)
EVERY_DAY = range(1, 8)
DAY, NIGHT = (time(8), time(20)), (time(20), time(8))


@pytest.fixture
def crew(supplier, make_person):
    """Two engineers of the supplier, 张三 and 李四."""
    made = []
    for username, name in (("zhang", "张三"), ("li", "李四")):
        person = make_person("engineer", party=supplier, username=username)
        person.name = name
        person.save(update_fields=["name"])
        made.append(person)
    return made


@pytest.fixture
def team(contract, crew, now):
    return actions.save_team(contract=contract, name="一线", members=crew, actor=SYSTEM, now=now)


@pytest.fixture
def put(team, crew, now):
    """`put(*NIGHT, last=…)`: 张三 on duty from Monday 16 November on."""

    def add(from_time, to_time, *, first=MONDAY, last=None, weekdays=EVERY_DAY, **values):
        given = {"team": team, "person": crew[0], "actor": SYSTEM, "now": now}
        return actions.add_shifts(
            **(given | values), first=first, last=last or first, weekdays=weekdays, from_time=from_time,
            to_time=to_time,
        )  # fmt: skip

    return add


def on_duty(contract, at: str) -> list[str]:
    return [shift.person.name for shift in rosters.on_duty(rosters.shifts_of(contract), shanghai(at))]


class TestTeams:
    def test_a_team_is_of_people_of_both_parties(self, contract, crew, make_person, now):
        buyer = make_person("buyer_manager", party=contract.buyer, username="buyer")
        team = actions.save_team(contract=contract, name=" 一线 ", members=[*crew, buyer], actor=SYSTEM, now=now)
        assert (team.name, team.members.count()) == ("一线", 3)
        assert AuditEntry.objects.get(action="servicedesk.save_team").data["members"] == ["buyer", "li", "zhang"]

    def test_nobody_else_is_taken_in(self, contract, crew, make_party, make_person, now):
        outsider = make_person("engineer", party=make_party("别家公司", "supplier"), username="outsider")
        with pytest.raises(ActionError, match="不是合同双方的在用人员：测试人员") as refusal:
            actions.save_team(contract=contract, name="一线", members=[*crew, outsider], actor=SYSTEM, now=now)
        assert refusal.value.field == "members"
        assert not Team.objects.exists()

    @pytest.mark.parametrize(("name", "field"), [("  ", "name"), ("长" * 61, "name"), ("一线", "name")])
    def test_a_name_is_needed_and_is_given_once(self, contract, team, crew, now, name, field):
        with pytest.raises(ActionError) as refusal:
            actions.save_team(contract=contract, name=name, members=crew, actor=SYSTEM, now=now)
        assert refusal.value.field == field
        assert actions.save_team(contract=contract, name="二线", members=crew, actor=SYSTEM, now=now).pk != team.pk

    def test_a_team_needs_a_member(self, contract, now):
        with pytest.raises(ActionError, match="至少选一名成员"):
            actions.save_team(contract=contract, name="一线", members=[], actor=SYSTEM, now=now)

    def test_who_leaves_loses_the_shifts_ahead_and_keeps_those_behind(self, contract, team, put, crew, now):
        put(*DAY, last=MONDAY + timedelta(days=6))
        put(*NIGHT, person=crew[1], last=MONDAY + timedelta(days=6))
        actions.save_team(contract=contract, name="一线", members=crew[1:], actor=SYSTEM, now=now, team=team)
        # It is Friday, 10:00: his shift of the day has begun.
        assert Shift.objects.filter(person=crew[0]).count() == 5
        assert Shift.objects.filter(person=crew[1]).count() == 7

    def test_a_retired_team_has_nobody_on_duty(self, contract, team, put, now):
        put(*DAY, last=MONDAY + timedelta(days=6))
        assert on_duty(contract, "11-20 10:00") == ["张三"]
        actions.set_team_active(team=team, active=False, actor=SYSTEM, now=now)
        assert on_duty(contract, "11-20 10:00") == on_duty(contract, "11-21 10:00") == []
        assert on_duty(contract, "11-19 10:00") == ["张三"]
        with pytest.raises(ActionError, match="已停用"):
            put(*DAY)
        actions.set_team_active(team=team, active=True, actor=SYSTEM, now=now)
        assert len(put(*DAY, first=date(2026, 11, 23))) == 1

    def test_a_team_is_not_retired_while_tickets_wait_for_it(self, team, crew, open_ticket, now):
        ticket = actions.assign(ticket=open_ticket(), assignee=None, team=team, text="", actor=SYSTEM, now=now)
        with pytest.raises(ActionError, match="还有 1 张工单等班组接手"):
            actions.set_team_active(team=team, active=False, actor=SYSTEM, now=now)
        actions.assign(ticket=ticket, assignee=crew[0], text="", actor=SYSTEM, now=now)
        assert not actions.set_team_active(team=team, active=False, actor=SYSTEM, now=now).active


class TestShifts:
    def test_a_night_shift_ends_on_the_next_day(self, put):
        (shift,) = put(*NIGHT)
        assert (shift.starts_at, shift.ends_at) == (shanghai("11-16 20:00"), shanghai("11-17 08:00"))

    def test_the_same_hour_twice_is_a_whole_day(self, put):
        (shift,) = put(time(8), time(8))
        assert shift.ends_at - shift.starts_at == timedelta(days=1)

    @pytest.mark.parametrize(
        ("at", "who"),
        [("11-16 19:59", []), ("11-16 20:00", ["张三"]), ("11-17 00:00", ["张三"]), ("11-17 07:59", ["张三"]),
         ("11-17 08:00", [])],
    )  # fmt: skip
    def test_on_duty_from_the_first_instant_on_and_no_more_at_the_last(self, put, contract, at, who):
        put(*NIGHT)
        assert on_duty(contract, at) == who

    def test_two_who_relieve_each_other_are_never_both_on_duty(self, put, contract, crew):
        put(*DAY)
        put(*NIGHT, person=crew[1])
        assert on_duty(contract, "11-16 19:59") == ["张三"]
        assert on_duty(contract, "11-16 20:00") == ["李四"]

    def test_whoever_may_not_sign_in_is_not_on_duty(self, put, contract, crew):
        put(*DAY)
        crew[0].is_active = False
        crew[0].save()
        assert on_duty(contract, "11-16 10:00") == []

    @pytest.mark.parametrize(
        ("days", "expected"),
        [
            # The spring festival of 2026: off from Sunday 15 to Monday 23 February, worked on Saturdays 14 and 28.
            (DutyDays.ALL, [13, 14, 15, 16, 17]), (DutyDays.WORKING, [13, 14]), (DutyDays.OFF, [15, 16, 17]),
        ],
    )  # fmt: skip
    def test_holidays_and_worked_weekends_are_those_of_the_statutory_calendar(self, put, days, expected):
        shifts = put(*DAY, first=date(2026, 2, 13), last=date(2026, 2, 17), days=days)
        assert [(shift.starts_at + timedelta(hours=8)).day for shift in shifts] == expected

    def test_only_the_chosen_weekdays(self, put):
        assert len(put(*DAY, last=MONDAY + timedelta(days=13), weekdays=[1, 3])) == 4

    def test_each_shift_stands_once(self, put):
        assert len(put(*DAY, last=MONDAY + timedelta(days=1))) == 2
        assert len(put(*DAY, last=MONDAY + timedelta(days=2))) == 1
        assert Shift.objects.count() == 3
        assert AuditEntry.objects.filter(action="servicedesk.add_shifts").count() == 2

    def test_nobody_is_on_duty_twice_at_once(self, put, contract, crew, now):
        put(*NIGHT)
        other = actions.save_team(contract=contract, name="二线", members=crew, actor=SYSTEM, now=now)
        with pytest.raises(ActionError, match="张三 2026-11-17 与「一线」的班次 前日20:00–08:00 重叠") as refusal:
            put(time(7), time(12), team=other, last=MONDAY + timedelta(days=3))
        assert refusal.value.field == "first"
        assert Shift.objects.count() == 1
        assert len(put(time(8), time(12), team=other, last=MONDAY + timedelta(days=3))) == 4

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"last": MONDAY - timedelta(days=1)}, "last"), ({"last": MONDAY + timedelta(days=366)}, "last"),
            ({"weekdays": []}, "weekdays"), ({"weekdays": [2]}, "weekdays"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_put_on_the_roster(self, put, values, field):
        with pytest.raises(ActionError) as refusal:
            put(*DAY, **values)
        assert refusal.value.field == field

    def test_only_members_are_on_duty(self, put, supplier, make_person):
        with pytest.raises(ActionError, match="不是班组「一线」的成员") as refusal:
            put(*DAY, person=make_person("engineer", party=supplier))
        assert refusal.value.field == "person"

    def test_a_shift_that_is_dropped_twice_is_told_of_once(self, put, now):
        (shift,) = put(*DAY)
        for _ in range(2):
            actions.drop_shift(shift=copy(shift), actor=SYSTEM, now=now)
        assert not Shift.objects.exists()
        assert AuditEntry.objects.filter(action="servicedesk.drop_shift").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_put_somebody_on_duty_at_overlapping_hours_one_does(put):
    results = at_once(lambda number: put(time(8, number), time(20, number)), 6)
    assert len([result for result in results if not isinstance(result, ActionError)]) == 1
    assert Shift.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_of_a_team_who_take_its_ticket_one_has_it(team, crew, open_ticket, now):
    ticket = actions.assign(ticket=open_ticket(), assignee=None, team=team, text="", actor=SYSTEM, now=now)
    take = lambda number: actions.assign(  # noqa: E731
        ticket=ticket, assignee=crew[number % 2], text="", actor=crew[number % 2], now=now
    )
    taken = [result for result in at_once(take, 6) if not isinstance(result, ActionError)]
    assert len(taken) == 1
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.team) == (taken[0].assignee, team)


class TestFiles:
    @pytest.fixture
    def bring(self, contract, team, now):
        """`bring(["一线", "zhang", "", "2026-11-16", "08:00", "20:00"])`: a workbook of these lines is imported."""

        def load(*rows, headers=HEADERS, content=None):
            content = content or table_workbook({"值班表": (headers, rows)})
            return actions.import_roster(
                contract=contract, content=content, file_name="值班.xlsx", actor=SYSTEM, now=now
            )

        return load

    def test_a_roster_comes_in_by_sign_in_name_or_name(self, bring, contract):
        shifts = bring(
            ("一线", "ZHANG", "", "2026-11-16", "08:00", "20:00"),
            ("一线", "", "李四", "2026年11月16日", "20：00", "8:00"),
            ("一线", "", "李四", 46343, 0.5, "24:00"),
        )  # fmt: skip
        assert len(shifts) == 3
        assert on_duty(contract, "11-16 08:00") == ["张三"]
        assert on_duty(contract, "11-17 07:59") == ["李四"]
        assert on_duty(contract, "11-17 12:00") == on_duty(contract, "11-17 23:59") == ["李四"]
        assert AuditEntry.objects.get(action="servicedesk.import_roster").data == {"count": 3, "teams": ["一线"]}

    def test_the_same_file_again_changes_nothing(self, bring):
        row = ("一线", "zhang", "", "2026-11-16", "08:00", "20:00")
        assert len(bring(row, row)) == 1
        assert bring(row) == []
        assert Shift.objects.count() == 1

    def test_every_wrong_cell_is_named_and_nothing_comes_in(self, bring):
        with pytest.raises(actions.RosterError) as refusal:
            bring(
                ("一线", "zhang", "", "2026-11-16", "08:00", "20:00"), ("", "zhang", "", "11-16", "早上", "20:00"),
                ("一线", "", "", "2026-11-16", "08:00", "25:00"), ("夜班", "zhang", "", "2026-11-17", "08:00", "20:00"),
                ("一线", "wang", "", "2026-11-17", "08:00", "20:00"), ("一线", "", "", "", "", ""),
            )  # fmt: skip
        assert [fault.split("：")[0] for fault in refusal.value.faults] == [
            "第 3 行「班组」", "第 3 行「日期」", "第 3 行「起」", "第 4 行「登录名」", "第 4 行「止」",
            "第 5 行「班组」", "第 6 行「登录名」",
            "第 7 行「登录名」", "第 7 行「日期」", "第 7 行「起」", "第 7 行「止」",
        ]  # fmt: skip
        assert not Shift.objects.exists()

    def test_of_two_of_one_name_the_sign_in_name_tells(self, bring, crew):
        crew[1].name = "张三"
        crew[1].save()
        with pytest.raises(actions.RosterError, match="有多人重名，请填写登录名"):
            bring(("一线", "", "张三", "2026-11-16", "08:00", "20:00"))
        assert len(bring(("一线", "li", "张三", "2026-11-16", "08:00", "20:00"))) == 1

    def test_lines_that_overlap_are_refused_with_both_of_them_unwritten(self, bring):
        with pytest.raises(actions.RosterError, match="第 3 行：张三 2026-11-16 与「一线」的班次 08:00–20:00 重叠"):
            bring(
                ("一线", "zhang", "", "2026-11-16", "08:00", "20:00"),
                ("一线", "zhang", "", "2026-11-16", "19:00", "21:00"),
            )  # fmt: skip
        assert not Shift.objects.exists()

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            ({"headers": ("班组", "日期", "起")}, "表头缺少：止、登录名或姓名"),
            ({"content": b"PK\x03\x04"}, "读不了|损坏"),
            ({"content": b"\x00\x01\x02"}, "不是表格文件"), ({"content": b"a," * 1_000_001}, "文件超过 2 MB"),
        ],
    )  # fmt: skip
    def test_a_file_that_is_no_roster_is_refused(self, bring, given, reason):
        with pytest.raises(ActionError, match=reason) as refusal:
            bring(("一线", "zhang", "2026-11-16"), **given)
        assert refusal.value.field == "file"


class TestWeek:
    def test_a_shift_stands_on_the_day_on_which_it_begins(self, put, contract, now):
        put(*NIGHT, last=MONDAY + timedelta(days=6))
        week = rosters.week_of(contract, MONDAY, now)
        ((_, cells),) = week.rows
        assert [[entry.text for entry in entries] for _, entries in cells] == [["20:00–次日08:00"]] * 7

    def test_the_night_of_the_sunday_before_stands_on_monday(self, put, contract, now):
        put(*NIGHT, first=MONDAY - timedelta(days=1))
        ((_, cells),) = rosters.week_of(contract, MONDAY, now).rows
        assert [entry.text for entry in cells[0][1]] == ["前日20:00–08:00"]

    def test_days_off_say_why(self, contract, team, now):
        days = rosters.week_of(contract, date(2026, 2, 9), now).days
        assert [day.is_working for day in days] == [True] * 6 + [False]
        assert (days[5].note, days[6].note) == ("春节调休上班", "春节")

    def test_a_retired_team_shows_where_it_was_on_duty_only(self, put, team, contract, now):
        put(*DAY)
        actions.set_team_active(team=team, active=False, actor=SYSTEM, now=now)
        assert [row[0].name for row in rosters.week_of(contract, MONDAY, now).rows] == ["一线"]
        assert rosters.week_of(contract, MONDAY + timedelta(days=7), now).rows == []
