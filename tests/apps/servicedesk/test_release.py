"""A release: its check list, the owner's consent, the window, the watch afterwards, the way back. And a change's."""

from datetime import timedelta

import pytest
import time_machine

from kangwei.base.errors import ActionError
from kangwei.contracts.queries import standing_evidence
from kangwei.documents.queries import latest
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import FileRole, TicketKind, TicketState
from kangwei.servicedesk.queries.rounds import release_of
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import CITE, LEVELS, SYSTEM, shanghai, url
from tests.apps.servicedesk.stepping import local
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
PAPER = {FileRole.APPROVAL: ("批件.pdf", b"%PDF-1.7 approval")}
WINDOW = {"window_from": shanghai("11-20 22:00"), "window_to": shanghai("11-20 23:30")}
SYSTEMS = {"门诊系统": "业务系统", "操作平台": "系统软件"}
POINTS = ["环境", "投产程序", "投产培训"]


@pytest.fixture
def ticket(open_ticket):
    return open_ticket(kind=TicketKind.RELEASE, title="门诊系统 3.2 版")


@pytest.fixture
def take(ticket, now):
    """`take("submit", {…})`: the step, `now`."""

    def step(step, texts, actor=SYSTEM, **given):
        return actions.take_step(ticket=ticket, step=step, texts=texts, actor=actor, **({"now": now} | given))

    return step


@pytest.fixture
def submitted(take):
    take("prepare", {})
    return take("submit", {"checklist": "都已就绪", "rollback": "恢复 3.1 版"})


@pytest.fixture
def approved(take, submitted):
    return take("approve", {"approved_by": "李主任"}, moments=WINDOW, files=PAPER)


def done(take, at, watch=timedelta(hours=12), **texts):
    """Carry it out at that moment and watch it afterwards."""
    texts = {"result": "3.2 版已上线"} | texts
    return take("carry_out", texts, now=at, moments={"watch_until": at + watch})


class TestApproval:
    @pytest.mark.parametrize("kind", [TicketKind.RELEASE, TicketKind.CHANGE])
    def test_the_owners_people_approve_by_themselves_and_others_bring_paper(
        self, open_ticket, make_person, supplier, now, kind
    ):
        def fresh():
            ticket = open_ticket(kind=kind)
            first, texts = ("prepare", {"checklist": "x", "rollback": "y"}) if kind == "release" else (
                "assess", {"assessment": "x"},
            )  # fmt: skip
            actions.take_step(ticket=ticket, step=first, texts={}, actor=SYSTEM, now=now)
            actions.take_step(ticket=ticket, step="submit", texts=texts, actor=SYSTEM, now=now)
            return ticket

        def approve(actor, files=None):
            moments = WINDOW if kind == TicketKind.RELEASE else {}
            return actions.take_step(
                ticket=fresh(), step="approve", texts={"approved_by": "李主任"}, actor=actor, now=now, files=files,
                moments=moments,
            )  # fmt: skip

        buyer = fresh().contract.buyer
        allowed = [
            make_person("buyer_manager", party=buyer, username="owner"),
            make_person("buyer_manager", username="platform"),
        ]
        refused = [
            make_person("project_manager", party=supplier, username="supplier"),
            make_person("engineer", party=buyer, username="hand"),
            SYSTEM,
        ]
        for actor in refused:
            with pytest.raises(ActionError, match="由甲方批准") as refusal:
                approve(actor)
            assert refusal.value.field == "file_approval"
            assert approve(actor, PAPER).state == TicketState.APPROVED
        for actor in allowed:
            assert approve(actor).state == TicketState.APPROVED

    def test_the_page_asks_the_supplier_for_the_paper_and_names_the_owner(
        self, submitted, project_manager, client_of, now
    ):
        address = url("step", submitted.pk, "approve")
        with time_machine.travel(now, tick=False):
            form = project_manager.get(address).context["form"]
            assert (form.fields["file_approval"].required, form["approved_by"].value()) == (True, None)
            owner = client_of("buyer_manager", party=submitted.contract.buyer)
            form = owner.get(address).context["form"]
            assert (form.fields["file_approval"].required, form["approved_by"].value()) == (False, "测试人员")
            sent = {"approved_by": "李主任"} | {name: local(moment) for name, moment in WINDOW.items()}
            refused = project_manager.post(address, sent)
            assert refused.status_code == 422 and set(refused.context["form"].errors) == {"file_approval"}
            assert "文件请重新选择" in text_of(refused)
            assert owner.post(address, sent).url == url("detail", submitted.pk)


class TestWindow:
    @pytest.mark.parametrize(("first", "last"), [("11-20 23:30", "11-20 22:00"), ("11-20 22:00", "11-20 22:00"),
                                                 ("11-19 22:00", "11-20 10:00")])  # fmt: skip
    def test_it_has_a_beginning_and_an_end_that_is_still_to_come(self, take, submitted, first, last):
        with pytest.raises(ActionError) as refusal:
            take("approve", {"approved_by": "李"}, files=PAPER,
                 moments={"window_from": shanghai(first), "window_to": shanghai(last)})  # fmt: skip
        assert refusal.value.field == "window_to"
        assert take("approve", {"approved_by": "李"}, files=PAPER, moments=WINDOW).state == TicketState.APPROVED

    @pytest.mark.parametrize("moment", ["11-20 21:59", "11-20 23:31"])
    def test_outside_of_it_a_reason_is_asked_for(self, take, approved, moment):
        at = shanghai(moment)
        with pytest.raises(ActionError, match="2026-11-20 22:00 至 2026-11-20 23:30") as refusal:
            done(take, at)
        assert refusal.value.field == "outside"
        assert done(take, at, outside="甲方电话要求提前").state == TicketState.CARRIED_OUT

    @pytest.mark.parametrize("moment", ["11-20 22:00", "11-20 23:30"])
    def test_within_it_none_is(self, take, approved, moment):
        assert done(take, shanghai(moment)).state == TicketState.CARRIED_OUT

    def test_the_page_says_which_it_is(self, approved, engineer, now):
        with time_machine.travel(now, tick=False):
            said = text_of(engineer.get(url("step", approved.pk, "carry_out")))
        assert "已批准的窗口是 2026-11-20 22:00 至 2026-11-20 23:30，不在其中时必填" in said


class TestWatching:
    def test_it_ends_after_the_release(self, take, approved):
        with pytest.raises(ActionError) as refusal:
            done(take, shanghai("11-20 22:00"), watch=timedelta())
        assert refusal.value.field == "watch_until"

    def test_it_is_not_cut_short(self, take, approved):
        done(take, shanghai("11-20 22:00"), watch=timedelta(hours=12))
        for at, now in (("11-21 09:59", "11-21 09:59"), ("11-21 09:59", "11-21 12:00")):
            with pytest.raises(ActionError, match="跟踪观察至 2026-11-21 10:00"):
                take("solve", {"check": "正常"}, at=shanghai(at), now=shanghai(now))
        assert take("solve", {"check": "正常"}, now=shanghai("11-21 10:00")).state == TicketState.SOLVED


def test_what_failed_goes_back_with_its_reason_and_begins_anew(take, approved):
    done(take, shanghai("11-20 22:00"))
    with pytest.raises(ActionError, match="请填写理由"):
        take("roll_back", {}, now=shanghai("11-20 22:30"))
    ticket = take("roll_back", {"reason": "登录失败，已恢复 3.1 版"}, now=shanghai("11-20 22:30"))
    assert ticket.state == TicketState.PREPARING
    assert release_of(ticket).window_from is None
    take("submit", {"checklist": "已改", "rollback": "恢复 3.1 版"}, now=shanghai("11-20 22:40"))
    take("approve", {"approved_by": "李主任"}, now=shanghai("11-20 22:50"), files=PAPER,
         moments={"window_from": shanghai("11-21 22:00"), "window_to": shanghai("11-21 23:00")})  # fmt: skip
    with pytest.raises(ActionError, match="2026-11-21 22:00"):
        done(take, shanghai("11-20 23:00"))
    assert done(take, shanghai("11-21 22:10")).state == TicketState.CARRIED_OUT


def releasing(contract, now, *duties):
    """The contract lists points for every release."""
    found = [
        {"id": f"release-{number}", "name": f"发布准备{number}", "activity": "configuration", "checklist": points,
         "cadence": {"on": "release"}, "cite": CITE} | ({"when": when} if when else {})
        for number, (points, when) in enumerate(duties, 1)
    ]  # fmt: skip
    return load_small(
        now, calendars=contract.calendars, duties=found, service_levels=LEVELS, deliverables=[], acceptance={},
        scope={"systems": [{"name": name, "category": category, "cite": CITE} for name, category in SYSTEMS.items()]},
        severities=[{"name": name, "cite": CITE} for name in ("一般", "紧急", "重大")],
    )  # fmt: skip


class TestCheckList:
    @pytest.fixture(autouse=True)
    def _frozen(self, now):
        with time_machine.travel(now, tick=False):
            yield

    def points(self, client, ticket):
        client.post(url("step", ticket.pk, "prepare"))
        form = client.get(url("step", ticket.pk, "submit")).context["form"]
        return [field.label for field, _ in form.rows()] if hasattr(form, "rows") else None

    def test_every_duty_on_releases_adds_its_points(self, contract, engineer, open_ticket, system, now):
        releasing(contract, now, (POINTS, {}), (["回滚方案", "环境"], {"target": "业务系统"}),
                  (["驱动"], {"target": "系统软件"}))  # fmt: skip
        wanted = [*POINTS, "回滚方案"]
        assert self.points(engineer, open_ticket(kind=TicketKind.RELEASE, system=system)) == wanted
        # What the ticket is about is not known: nothing is left out that may be asked for.
        assert self.points(engineer, open_ticket(kind=TicketKind.RELEASE)) == [*wanted, "驱动"]

    def test_a_contract_that_lists_none_takes_a_text(self, engineer, ticket):
        assert self.points(engineer, ticket) is None
        sent = {"checklist": "都已就绪", "rollback": "恢复 3.1 版"}
        assert engineer.post(url("step", ticket.pk, "submit"), sent | {"checklist": ""}).status_code == 422
        assert engineer.post(url("step", ticket.pk, "submit"), sent).status_code == 302

    def test_point_by_point(self, contract, engineer, open_ticket, now):
        releasing(contract, now, (POINTS, {}))
        ticket = open_ticket(kind=TicketKind.RELEASE)
        self.points(engineer, ticket)
        answers = {"effect-1": "done", "effect-2": "later", "effect-3": "none", "remark-3": "界面没有变化"}
        sent = answers | {"rollback": "恢复 3.1 版", "checklist": ""}
        for changes, field in (({"effect-2": ""}, "effect-2"), ({"remark-3": ""}, "remark-3"),
                               ({"rollback": " "}, "rollback")):  # fmt: skip
            refused = engineer.post(url("step", ticket.pk, "submit"), sent | changes)
            assert refused.status_code == 422 and set(refused.context["form"].errors) == {field}
        assert engineer.post(url("step", ticket.pk, "submit"), sent).status_code == 302
        said = text_of(engineer.get(url("detail", ticket.pk)))
        assert "准备清单 2026-11-20 10:00" in said
        assert "环境 已完成 投产程序 发布时进行 投产培训 不涉及 界面没有变化" in said
        assert "发布要点 回退方案 恢复 3.1 版" in said


class TestRequirement:
    """需求确认单, for the contracts that ask for it by that name."""

    def lived(self, open_ticket, now):
        ticket = open_ticket(kind=TicketKind.CHANGE, title="增加报表", description="按科室汇总")
        said = {"assess": {}, "submit": {"assessment": "影响小"}, "approve": {"approved_by": "李主任"}}
        for step, texts in said.items():
            files = PAPER if step == "approve" else {}
            actions.take_step(ticket=ticket, step=step, texts=texts, files=files, actor=SYSTEM, now=now)
        return ticket

    def test_it_is_made_at_the_approval(self, contract, open_ticket, now):
        asking = load_small(
            now, calendars=contract.calendars, service_levels=LEVELS, duties=[], acceptance={},
            severities=[{"name": name, "cite": CITE} for name in ("一般", "紧急", "重大")],
            deliverables=[{"name": "需求确认单", "group": "运维过程文档", "cite": CITE}],
        )  # fmt: skip
        ticket = self.lived(open_ticket, now)
        sheet = ticket.attachments.get(role=FileRole.SHEET)
        context = latest(sheet.document).context["context"]
        assert (context["conclusion"], context["approved_by"], context["head"]["subject"]) == (
            "影响小", "李主任", "增加报表",
        )  # fmt: skip
        assert standing_evidence(asking).get().deliverable == "需求确认单"

    def test_other_contracts_get_none(self, contract, open_ticket, now):
        assert not self.lived(open_ticket, now).attachments.filter(role=FileRole.SHEET).exists()


def test_a_security_order_ends_with_what_was_replied(open_ticket, engineer, now):
    ticket = open_ticket(kind=TicketKind.SECURITY_ORDER)
    take = lambda step, **texts: actions.take_step(ticket=ticket, step=step, texts=texts, actor=SYSTEM, now=now)  # noqa: E731
    take("respond")
    assert take("dispose", disposal="已隔离主机").state == TicketState.CARRIED_OUT
    with pytest.raises(ActionError, match="可做的是：回复、撤销"):
        take("close")
    with pytest.raises(ActionError, match="请填写处置反馈"):
        take("reply")
    assert take("reply", feedback="已书面回复市卫健委").state == TicketState.SOLVED
    assert take("close").state == TicketState.CLOSED
    with time_machine.travel(now, tick=False):
        said = text_of(engineer.get(url("detail", ticket.pk)))
    assert "安全处置要点 处置情况 已隔离主机 处置反馈 已书面回复市卫健委" in said
