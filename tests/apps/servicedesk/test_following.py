"""Following a report by its link: what its caller reads, and what the caller does with it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.servicedesk import actions
from kangwei.servicedesk.actions import following as acts
from kangwei.servicedesk.enums import Bond, Channel, FileRole, PauseReason, RatedBy, TicketKind, TicketState
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries.following import chain_of, followed, moment_in_words, signature_of, story_of
from kangwei.servicedesk.signals import caller_acted
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import CITE, SUPPLIER, SYSTEM, shanghai, url
from tests.apps.servicedesk.portal import link, photo, png, told
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
NURSE = System("报告人 王护士")


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def ticket(open_ticket):
    return open_ticket(caller="王护士", phone="8012", channel=Channel.PORTAL, description="三台都这样")


@pytest.fixture
def step(ticket, now):
    """`step("solve", solution="重启")` takes a step as the desk does."""

    def take(name: str, **texts):
        return actions.take_step(ticket=ticket, step=name, texts=texts, actor=SYSTEM, now=now)

    return take


@pytest.fixture
def solved(step):
    return step("solve", solution="重启了服务")


def page_of(ticket) -> str:
    return text_of(Client().get(link(ticket)))


def send(ticket, act: str, **data):
    return Client().post(link(ticket, act=act), data)


class TestLink:
    def test_it_opens_with_its_own_signature_alone(self, ticket, open_ticket):
        other = open_ticket(title="别人的")
        assert followed(ticket.number, signature_of(ticket)) == ticket
        assert followed(ticket.number, signature_of(other)) is None
        assert followed(ticket.number, "") is None
        assert followed("GD-202611-999999", signature_of(ticket)) is None

    @pytest.mark.parametrize("act", ["", "answer", "confirm", "reopen", "rate", "complain", "nonsense"])
    def test_a_wrong_one_shows_and_does_nothing(self, solved, open_ticket, act):
        wrong = [solved.number, signature_of(open_ticket())]
        address = reverse("portal:act", args=[*wrong, act]) if act else reverse("portal:follow", args=wrong)
        events = solved.events.count()
        for response in (Client().get(address), Client().post(address, {"text": "x", "reason": "x", "score": "9"})):
            assert response.status_code == 404 and "链接打不开" in text_of(response)
            assert solved.title not in text_of(response)
        assert solved.events.count() == events
        assert Client().get(link(solved)).status_code == 200

    def test_what_may_be_done_is_done_by_post(self, solved):
        assert Client().get(link(solved, act="confirm")).url == link(solved)
        solved.refresh_from_db()
        assert solved.state == TicketState.SOLVED
        assert send(solved, "confirm").status_code == 302
        assert Client().post(link(solved, act="nonsense")).status_code == 404

    def test_it_is_found_and_kept_by_no_machine(self, ticket):
        page = Client().get(link(ticket))
        assert page["X-Robots-Tag"] == "noindex, nofollow" and "no-store" in page["Cache-Control"]


class TestReading:
    def test_how_it_stands_and_until_when(self, ticket):
        said = page_of(ticket)
        assert "GD-202611-000001" in said and "门诊系统打不开" in said and "已收到" in said
        assert "预计今天 10:30前响应" in said and "预计11月24日 23:59前解决" in said
        assert "三台都这样" in said

    def test_what_passed_is_said(self, ticket, now):
        with time_machine.travel(now + timedelta(hours=1), tick=False):
            assert "原定今天 10:30前响应，已超时" in page_of(ticket)

    @pytest.mark.parametrize(
        ("reason", "words"),
        [(PauseReason.USER, "等您答复"), (PauseReason.PARTS, "等待备件"), (PauseReason.THIRD_PARTY, "等待第三方"),
         (PauseReason.APPROVAL, "等待审批"), (PauseReason.WINDOW, "等待维护时间")],
    )  # fmt: skip
    def test_for_whom_it_waits(self, ticket, now, reason, words):
        assert words not in page_of(ticket)
        actions.pause(ticket=ticket, reason=reason, text="", actor=SYSTEM, now=now)
        assert words in page_of(ticket) and "前响应" not in page_of(ticket)

    @pytest.mark.parametrize("kind", TicketKind)
    def test_every_kind_has_a_page(self, open_ticket, kind):
        assert Client().get(link(open_ticket(kind=kind))).status_code == 200

    def test_what_is_for_the_desk_alone_is_never_shown(
        self, ticket, step, now, make_person, supplier, engineer, project_manager
    ):
        note = {"ticket": ticket, "actor": SYSTEM, "now": now}
        actions.add_note(text="用户不会操作", public=False, **note)
        actions.add_note(text="请稍等", public=True, **note)
        person = make_person("engineer", party=supplier, username="field")
        actions.assign(ticket=ticket, assignee=person, text="别跟他多说", actor=SYSTEM, now=now)
        actions.change_facts(ticket=ticket, values={"severity": "紧急"}, reason="领导在催", actor=SYSTEM, now=now)
        actions.pause(ticket=ticket, reason=PauseReason.THIRD_PARTY, text="厂商不接电话", actor=SYSTEM, now=now)
        actions.resume(ticket=ticket, text="厂商认了", actor=SYSTEM, now=now)
        actions.attach(ticket=ticket, file_name="内部.png", content=png(), actor=SYSTEM, now=now)
        with time_machine.travel(now + timedelta(hours=3), tick=False):
            actions.settle_due(now=now + timedelta(hours=3))
            page = Client().get(link(ticket))
        for inside in ("不会操作", "多说", "领导", "厂商", "内部.png", "更正", "派单", "超时升", "提醒"):
            assert inside not in text_of(page)
        assert "请稍等" in text_of(page)
        assert "不会操作" in text_of(project_manager.get(url("detail", ticket.pk)))

    def test_of_a_step_only_what_is_said_to_the_caller(self, ticket, now):
        actions.take_step(
            ticket=ticket, step="solve", texts={"solution": "重启了服务"}, actor=SYSTEM, now=now,
            details={"cause": "内部原因", "points": [{"remark": "内部"}]},
        )  # fmt: skip
        assert told(ticket, now)[0] == ("解决", "重启了服务")

    def test_steps_of_changes_are_the_staffs_own(self, open_ticket, now):
        change = open_ticket(kind=TicketKind.CHANGE)
        for name, texts in (("assess", {}), ("submit", {"assessment": "库里有明文"})):
            actions.take_step(ticket=change, step=name, texts=texts, actor=SYSTEM, now=now)
        assert told(change, now) == [("受理", "")]
        assert "正在按流程评估" in page_of(change)

    def test_what_the_desk_wrote_down_of_a_call_is_the_desks(self, open_ticket, ticket, now):
        assert told(open_ticket(description="口气很差"), now) == [("受理", "")]
        assert told(ticket, now) == [("受理", "三台都这样")]

    def test_staff_by_name_without_their_sign_in_name(self, ticket, now, make_person, supplier):
        person = make_person("engineer", party=supplier, username="zhang3")
        actions.add_note(ticket=ticket, text="马上到", public=True, actor=person, now=now)
        assert "测试人员" in page_of(ticket) and "zhang3" not in page_of(ticket)

    def test_what_anybody_typed_is_text(self, open_ticket, now):
        bad = "<script>alert(1)</script>"
        ticket = open_ticket(title=bad, description=bad, caller=bad, channel=Channel.PORTAL)
        acts.answer(ticket=ticket, text=bad, actor=System(f"报告人 {bad}"), now=now)
        page = Client().get(link(ticket)).content.decode()
        assert bad not in page and page.count("&lt;script&gt;alert(1)") >= 4

    def test_public_files_to_save_and_no_others(self, ticket, open_ticket, now):
        lay = {"file_name": "a.png", "content": png(), "actor": SYSTEM, "now": now}
        shown = actions.attach(ticket=ticket, public=True, **lay)
        hidden = actions.attach(ticket=ticket, public=False, **lay)
        others = actions.attach(ticket=open_ticket(), public=True, **lay)
        found = Client().get(link(ticket, pk=shown.pk))
        assert found.content == png() and "attachment" in found["Content-Disposition"]
        for other in (hidden, others):
            assert Client().get(link(ticket, pk=other.pk)).status_code == 404
        wrong = reverse("portal:file", args=[ticket.number, "x", shown.pk])
        assert Client().get(wrong).status_code == 404

    def test_whom_to_call(self, ticket, make_person, supplier, now):
        assert SUPPLIER in page_of(ticket)
        manager = make_person("project_manager", party=supplier, username="manager")
        manager.phone = "010-1"
        manager.save()
        assert "010-1" in page_of(ticket)
        engineer = make_person("engineer", party=supplier, username="field")
        engineer.phone = "139"
        engineer.save()
        actions.assign(ticket=ticket, assignee=engineer, text="", actor=SYSTEM, now=now)
        assert 'href="tel:139"' in Client().get(link(ticket)).content.decode()
        assert "010-1" not in page_of(ticket)

    @pytest.mark.parametrize(
        ("at", "words"),
        [("11-20 18:30", "今天 18:30"), ("11-21 00:00", "明天 00:00"), ("12-01 09:05", "12月1日 09:05")],
    )
    def test_moments_in_words(self, now, at, words):
        assert moment_in_words(shanghai(at), now) == words

    def test_a_moment_of_another_year(self, now):
        assert moment_in_words(now + timedelta(days=60), now) == "2027年1月19日 10:00"

    def test_the_page_costs_the_same_for_one_event_and_for_many(self, ticket, now, django_assert_num_queries):
        with django_assert_num_queries(11):
            Client().get(link(ticket))
        for n in range(4):
            actions.add_note(ticket=ticket, text=str(n), public=True, actor=SYSTEM, now=now)
        with django_assert_num_queries(11):
            Client().get(link(ticket))


class TestAnswering:
    def test_an_answer_is_read_by_the_desk(self, ticket, engineer):
        assert send(ticket, "answer", text="重启过了").url == f"{link(ticket)}?done=answer"
        assert "重启过了" in text_of(engineer.get(url("detail", ticket.pk)))
        assert "已转给工程师" in text_of(Client().get(f"{link(ticket)}?done=answer"))
        assert ticket.events.last().by == "报告人 王护士"

    def test_a_ticket_that_waits_for_the_caller_goes_on(self, ticket, now):
        actions.pause(ticket=ticket, reason=PauseReason.USER, text="哪一台？", actor=SYSTEM, now=now)
        assert "哪一台？" in page_of(ticket) and "请您答复" in page_of(ticket)
        send(ticket, "answer", text="三号机")
        ticket.refresh_from_db()
        assert ticket.paused_for == "" and ticket.clocks.get(clock="response").phase == "running"
        assert told(ticket, now) == [("回复", "三号机"), ("请您答复", "哪一台？"), ("受理", "三台都这样")]

    def test_so_it_does_when_the_desk_lets_it(self, ticket, now):
        actions.pause(ticket=ticket, reason=PauseReason.USER, text="", actor=SYSTEM, now=now)
        actions.resume(ticket=ticket, text="已电话问清", actor=SYSTEM, now=now)
        assert told(ticket, now)[0] == ("继续处理", "")

    def test_one_that_waits_for_others_does_not(self, ticket, now):
        actions.pause(ticket=ticket, reason=PauseReason.PARTS, text="", actor=SYSTEM, now=now)
        send(ticket, "answer", text="好了没有")
        ticket.refresh_from_db()
        assert ticket.paused_for == PauseReason.PARTS

    def test_a_photo_that_is_sent_twice_lies_there_once(self, ticket):
        for _ in range(2):
            assert send(ticket, "answer", text="看", photos=[photo()]).status_code == 302
        assert ticket.attachments.count() == 1
        assert ticket.events.filter(action="note").count() == 1
        send(ticket, "answer", text="看", photos=[photo(), photo(shade=1), photo(shade=1)])
        assert ticket.attachments.count() == 2

    def test_photos_with_and_without_words(self, ticket):
        send(ticket, "answer", text="", photos=[photo(), photo(shade=1)])
        send(ticket, "answer", text="还有一张", photos=[photo(shade=2)])
        files = ticket.attachments.all()
        assert [(one.role, one.public) for one in files] == [(FileRole.PHOTO, True)] * 3
        assert [one.document.versions.get().file_name for one in files] == ["照片1.png", "照片2.png", "照片3.png"]
        assert "照片3.png" in page_of(ticket)

    def test_the_same_words_twice_are_said_once_unless_somebody_answered(self, ticket, now):
        for _ in range(2):
            send(ticket, "answer", text="好的")
        assert ticket.events.filter(text="好的").count() == 1
        actions.add_note(ticket=ticket, text="现在呢？", public=True, actor=SYSTEM, now=now)
        send(ticket, "answer", text="好的")
        assert ticket.events.filter(text="好的").count() == 2

    def test_nothing_said(self, ticket):
        refused = send(ticket, "answer", text=" ")
        assert refused.status_code == 422 and "请填写要补充的内容" in text_of(refused)
        assert ticket.events.count() == 1

    def test_what_is_refused_leaves_nothing_half_done(self, ticket, now):
        with pytest.raises(ActionError, match="只收 jpg"):
            acts.answer(ticket=ticket, text="看", photos=[png(), b"GIF"], actor=NURSE, now=now)
        assert ticket.events.count() == 1 and not ticket.attachments.exists()

    def test_an_ended_ticket_takes_no_more(self, ticket, step):
        assert send(ticket, "answer", text="还在吗").status_code == 302
        step("cancel", reason="误报")
        refused = send(ticket, "answer", text="等等")
        assert refused.status_code == 422 and "不能再补充" in text_of(refused)

    def test_twenty_times_within_ten_minutes_and_no_more(self, ticket, now):
        for n in range(20):
            acts.answer(ticket=ticket, text=str(n), actor=NURSE, now=now)
        with pytest.raises(ActionError, match="太频繁"):
            acts.answer(ticket=ticket, text="x", actor=NURSE, now=now)
        assert acts.answer(ticket=ticket, text="x", actor=NURSE, now=now + timedelta(minutes=10))

    def test_news_goes_up(self, ticket, now, django_capture_on_commit_callbacks):
        heard = []

        def hear(ticket_id, **_):
            heard.append(ticket_id)

        caller_acted.connect(hear)
        with django_capture_on_commit_callbacks(execute=True):
            acts.answer(ticket=ticket, text="在吗", actor=NURSE, now=now)
        caller_acted.disconnect(hear)
        assert heard == [ticket.pk]


class TestJudging:
    def test_solved_is_confirmed(self, solved):
        assert "问题解决了吗" in page_of(solved)
        assert send(solved, "confirm").url == f"{link(solved)}?done=confirm"
        solved.refresh_from_db()
        assert solved.state == TicketState.CLOSED
        assert solved.events.last().by == "报告人 王护士"
        assert send(solved, "confirm").status_code == 422

    def test_what_is_not_solved_yet_is_not_confirmed(self, ticket):
        assert "问题解决了吗" not in page_of(ticket)
        refused = send(ticket, "confirm")
        assert refused.status_code == 422 and "可做的是" in text_of(refused)

    def test_not_solved_goes_back_with_its_reason(self, solved):
        assert send(solved, "reopen", reason="").status_code == 422
        assert send(solved, "reopen", reason="又卡了").url == f"{link(solved)}?done=reopen"
        solved.refresh_from_db()
        assert (solved.state, solved.reopened) == (TicketState.WORKING, 1)
        assert "又卡了" in page_of(solved)

    def test_a_closed_one_too_while_its_contract_runs(self, solved, now, contract):
        send(solved, "confirm")
        with pytest.raises(ActionError, match="到期"):
            acts.reopen(ticket=solved, reason="又卡了", actor=NURSE, now=now.replace(year=2027))
        assert acts.reopen(ticket=solved, reason="又卡了", actor=NURSE, now=now).state == TicketState.WORKING

    def test_a_release_cannot_be_reopened_and_is_not_offered_it(self, open_ticket):
        release = open_ticket(kind=TicketKind.RELEASE)
        Ticket.objects.filter(pk=release.pk).update(state=TicketState.SOLVED)
        assert "已解决，确认" in page_of(release) and "没有解决" not in page_of(release)
        assert send(release, "reopen", reason="x").status_code == 422


class TestRating:
    @pytest.fixture
    def contract(self, now):
        """Full marks are 5."""
        measure = {"id": "satisfaction", "name": "满意度", "metric": "satisfaction", "op": ">=", "value": 4, "of": 5}
        return load_small(now, measures=[measure | {"cite": CITE}])

    def test_on_the_scale_of_the_contract(self, solved):
        page = Client().get(link(solved))
        assert [value for value, _ in page.context["forms"]["rate"].fields["score"].choices] == [0, 1, 2, 3, 4, 5]
        assert send(solved, "rate", score="5", comment="很快").url == f"{link(solved)}?done=rate"
        rating = Ticket.objects.get(pk=solved.pk).rating
        assert (rating.score, rating.of, rating.rated_by, rating.name) == (5, 5, RatedBy.LINK, "王护士")
        assert "5 分" in page_of(solved) and "提交评价" not in page_of(solved)

    @pytest.mark.parametrize("score", ["6", "-1", "4.5", "", "x", "9999999999999999999999"])
    def test_off_the_scale(self, solved, score):
        refused = send(solved, "rate", score=score, comment="很快")
        assert refused.status_code == 422 and "score" in refused.context["forms"]["rate"].errors
        assert "很快" in refused.content.decode()
        assert not hasattr(Ticket.objects.get(pk=solved.pk), "rating")

    def test_once(self, solved):
        assert send(solved, "rate", score="4").status_code == 302
        assert send(solved, "rate", score="4").status_code == 302
        refused = send(solved, "rate", score="1")
        assert refused.status_code == 422
        assert Ticket.objects.get(pk=solved.pk).rating.score == 4

    def test_not_before_it_is_solved(self, ticket):
        assert "打几分" not in page_of(ticket)
        assert send(ticket, "rate", score="5").status_code == 422

    def test_the_supplier_does_not_rate_itself(self, solved, engineer):
        refused = engineer.post(link(solved, act="rate"), {"score": "5"})
        assert refused.status_code == 422 and "不能替报告人操作" in text_of(refused)
        assert not hasattr(Ticket.objects.get(pk=solved.pk), "rating")
        assert send(solved, "rate", score="5").status_code == 302

    def test_the_desk_sees_it(self, solved, engineer):
        send(solved, "rate", score="4", comment="来得慢")
        assert "4 / 5 来得慢" in text_of(engineer.get(url("detail", solved.pk)))


class TestComplaining:
    def test_it_is_a_ticket_of_its_own_on_the_same_contract(self, ticket):
        sent = send(ticket, "complain", text="没人来")
        complaint = Ticket.objects.get(kind=TicketKind.COMPLAINT)
        assert sent.url == f"{link(complaint)}?done=complain"
        assert (complaint.source, complaint.bond, complaint.channel) == (ticket, Bond.COMPLAINT, Channel.PORTAL)
        assert (complaint.contract, complaint.caller, complaint.phone) == (ticket.contract, "王护士", "8012")
        assert complaint.number in page_of(ticket) and "没人来" in page_of(complaint)

    def test_once_a_ticket(self, ticket):
        first = send(ticket, "complain", text="没人来")
        assert send(ticket, "complain", text="没人来").url == first.url
        refused = send(ticket, "complain", text="还有别的")
        assert refused.status_code == 422 and "已登记投诉" in text_of(refused)
        assert Ticket.objects.filter(kind=TicketKind.COMPLAINT).count() == 1

    def test_not_about_a_complaint(self, ticket, now):
        complaint = acts.complain(ticket=ticket, text="没人来", actor=NURSE, now=now)
        assert "我要投诉" in page_of(ticket) or complaint.number in page_of(ticket)
        assert "我要投诉" not in page_of(complaint)
        assert send(complaint, "complain", text="再投诉").status_code == 422

    def test_nor_without_a_word_or_after_the_contract(self, ticket, now):
        assert send(ticket, "complain", text=" ").status_code == 422
        with pytest.raises(ActionError, match="到期"):
            acts.complain(ticket=ticket, text="没人来", actor=NURSE, now=now.replace(year=2027))
        assert Ticket.objects.count() == 1


class TestHandedOver:
    @pytest.fixture
    def follower(self, ticket, now, make_person):
        """The ticket that goes on with it, at another supplier."""
        other = load_small(now, id="other-2026", supplier="接手公司")
        person = make_person("buyer_manager", username="owner")
        return actions.hand_over(ticket=ticket, contract=other, reason="网络问题", actor=person, now=now)

    def test_its_link_shows_how_the_other_goes_on(self, ticket, follower, now):
        actions.take_step(ticket=follower, step="solve", texts={"solution": "换了线"}, actor=SYSTEM, now=now)
        said = page_of(ticket)
        assert "请您确认" in said and "换了线" in said and follower.number in said and "接手公司" in said
        assert [event.text for event in story_of(chain_of(ticket), now).told] == ["换了线", "", "三台都这样"]
        assert page_of(follower).count("三台都这样") == 1

    def test_what_the_caller_does_is_done_with_the_other(self, ticket, follower, now):
        send(ticket, "answer", text="快一点")
        assert follower.events.filter(text="快一点").exists() and not ticket.events.filter(text="快一点").exists()

    def test_what_is_for_the_desks_alone_does_not_pass(self, ticket, follower, engineer, now):
        note = {"ticket": follower, "actor": SYSTEM, "now": now}
        actions.add_note(text="前一家没查交换机", public=False, **note)
        actions.attach(file_name="内部.png", content=png(), **note)
        actions.add_note(text="明早换线", public=True, **note)
        said = page_of(ticket)
        assert not [inside for inside in ("交换机", "内部.png", "网络问题") if inside in said]
        assert "明早换线" in said

    def test_each_supplier_signed_in_reads_its_own_part_by_either_link(
        self, ticket, follower, engineer, client_of, now
    ):
        for one, text, file in ((ticket, "查过端口", "前.png"), (follower, "明早换线", "后.png")):
            actions.add_note(ticket=one, text=text, public=True, actor=SYSTEM, now=now)
            actions.attach(ticket=one, file_name=file, content=png(), public=True, actor=SYSTEM, now=now)
        taker = client_of("engineer", party=follower.contract.supplier, username="taker")
        first, second = ("查过端口", "前.png"), ("明早换线", "后.png", follower.number, "接手公司")
        for address in (link(ticket), link(follower)):
            theirs, takers, callers = (text_of(client.get(address)) for client in (engineer, taker, Client()))
            assert all(part in theirs for part in first) and not any(
                part in theirs for part in ("明早", "后.png", "接手")
            )
            assert "已转交其他单位" in theirs
            assert all(part in takers for part in second[:3]) and not any(part in takers for part in first)
            assert all(part in callers for part in (*first, *second))
        photo_of_taker = link(ticket, pk=follower.attachments.get().pk)
        assert engineer.get(photo_of_taker).status_code == 404
        assert Client().get(photo_of_taker).status_code == 200

    def test_a_complaint_about_the_first_stays_in_sight_and_the_second_may_be_complained_of(
        self, ticket, now, make_person
    ):
        first = acts.complain(ticket=ticket, text="没人来", actor=NURSE, now=now)
        other = load_small(now, id="other-2026", supplier="接手公司")
        person = make_person("buyer_manager", username="owner")
        actions.hand_over(ticket=ticket, contract=other, reason="网络问题", actor=person, now=now)
        assert first.number in page_of(ticket) and "我要投诉" in page_of(ticket)
        send(ticket, "complain", text="还是没人来")
        second = Ticket.objects.get(kind=TicketKind.COMPLAINT, contract=other)
        assert first.number in page_of(ticket) and second.number in page_of(ticket)
        assert "我要投诉" not in page_of(ticket)

    def test_nobody_of_either_supplier_speaks_for_the_caller(self, ticket, follower, engineer, client_of, now):
        actions.take_step(ticket=follower, step="solve", texts={"solution": "换了线"}, actor=SYSTEM, now=now)
        taker = client_of("engineer", party=follower.contract.supplier, username="taker")
        for client in (engineer, taker):
            assert client.post(link(ticket, act="rate"), {"score": "1"}).status_code == 422
        assert send(ticket, "rate", score="1").status_code == 302


class TestDesk:
    def test_the_link_for_those_who_may_pass_it_on(self, ticket, engineer, reader):
        address = link(ticket)
        assert address in engineer.get(url("detail", ticket.pk)).content.decode()
        assert signature_of(ticket) not in reader.get(url("detail", ticket.pk)).content.decode()

    def test_a_note_is_for_the_desk_unless_it_says_otherwise(self, ticket, engineer):
        engineer.post(url("note", ticket.pk), {"text": "内部看法"})
        engineer.post(url("note", ticket.pk), {"text": "明天上门", "public": "on"})
        assert "内部看法" not in page_of(ticket) and "明天上门" in page_of(ticket)
        timeline = engineer.get(url("detail", ticket.pk)).context["timeline"]
        assert [(entry["detail"], entry["mark"]) for entry in timeline[:2]] == [
            ("明天上门", "报告人可见"), ("内部看法", ""),
        ]  # fmt: skip


def test_the_code_of_the_link_is_a_picture_for_those_who_may_pass_it_on(ticket, engineer, reader, stranger):
    code = url("follow_code", ticket.pk)
    assert code in engineer.get(url("detail", ticket.pk)).content.decode()
    picture = engineer.get(code)
    assert (picture["Content-Type"], picture.content[:38]) == (
        "image/svg+xml", b'<?xml version="1.0" encoding="utf-8"?>',
    )  # fmt: skip
    assert code not in reader.get(url("detail", ticket.pk)).content.decode()
    assert (reader.get(code).status_code, stranger.get(code).status_code) == (403, 404)
