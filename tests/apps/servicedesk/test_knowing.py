"""Knowledge beside tickets: what is offered, taken up and put aside, what a ticket taught, and who sees what."""

from collections.abc import Callable

import pytest

from kangwei.base.errors import ActionError
from kangwei.knowledge import actions as knowledge
from kangwei.knowledge.models import Article
from kangwei.servicedesk import actions
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries.knowing import written_of
from tests.apps.servicedesk.conftest import SYSTEM, url
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db


@pytest.fixture
def publish(contract, make_person, now) -> Callable:
    """`publish(title="…")`: an article in force of the contract's buyer."""
    writer = make_person("clerk", party=contract.buyer, username="writer")
    judge = make_person("buyer_manager", party=contract.buyer, username="judge")

    def make(**values) -> Article:
        given = {
            "owner": contract.buyer, "title": "门诊系统打不开", "symptoms": "白屏", "cause": "服务停了",
            "solution": "重启门诊服务", "category": "应用", "keywords": "", "source": "", "actor": writer, "now": now,
        } | values  # fmt: skip
        article = knowledge.draft_article(**given)
        knowledge.take_step(article=article, step="submit", actor=writer, now=now)
        return knowledge.take_step(article=article, step="publish", actor=judge, now=now)

    return make


@pytest.fixture
def card(engineer) -> Callable:
    """`card(ticket)`: what the engineer sees of the knowledge base beside the ticket."""
    return lambda ticket, client=engineer: client.get(url("knowledge", ticket.pk))


def used(card, ticket) -> list[str]:
    return [article.title for article in card(ticket).context["used"]]


class TestOffered:
    def test_what_is_near_to_an_open_ticket(self, publish, open_ticket, card):
        publish()
        publish(title="打印机卡纸", symptoms="纸卡住", cause="", solution="清纸")
        assert [article.title for article in card(open_ticket()).context["near"]] == ["门诊系统打不开"]

    def test_nothing_once_it_is_solved(self, publish, open_ticket, card, now):
        publish()
        ticket = open_ticket()
        actions.take_step(ticket=ticket, step="solve", texts={"solution": "好了"}, actor=SYSTEM, now=now)
        assert card(ticket).context["near"] == []

    def test_nor_once_it_is_cancelled(self, publish, open_ticket, card, now):
        publish()
        ticket = open_ticket()
        actions.take_step(ticket=ticket, step="cancel", texts={"reason": "误报"}, actor=SYSTEM, now=now)
        assert card(ticket).context["near"] == []
        assert "知识库里没有相近的内容" in card(ticket).content.decode()

    def test_while_the_title_is_typed(self, publish, contract, engineer):
        publish()
        asked = {"contract": contract.code, "kind": "incident", "title": "门诊系统又打不开了"}
        assert "重启门诊服务" in engineer.get(url("new_aside"), asked).content.decode()
        assert "重启门诊服务" not in engineer.get(url("new_aside"), asked | {"title": ""}).content.decode()

    def test_a_draft_is_not_offered(self, publish, contract, open_ticket, card, make_person, now):
        knowledge.draft_article(
            owner=contract.buyer, title="门诊系统打不开", symptoms="", cause="", solution="猜的", category="",
            keywords="", source="", actor=SYSTEM, now=now,
        )  # fmt: skip
        assert card(open_ticket()).context["near"] == []

    def test_a_stranger_sees_none_of_it(self, publish, open_ticket, card, stranger):
        publish()
        assert card(open_ticket(), stranger).status_code == 404


class TestTakenUp:
    @pytest.fixture
    def post(self, engineer) -> Callable:
        return lambda name, *args, client=engineer: client.post(url(name, *args))

    def test_it_counts_stands_in_the_timeline_and_fills_the_solution_in(
        self, publish, open_ticket, card, post, engineer
    ):
        article, ticket = publish(), open_ticket()
        for _ in range(2):
            assert post("take_up", ticket.pk, article.pk).url == url("detail", ticket.pk)
        assert used(card, ticket) == ["门诊系统打不开"]
        assert card(ticket).context["near"] == []
        article.refresh_from_db()
        assert article.use_count == 1
        assert [event.text for event in ticket.events.filter(label="采用知识")] == [f"{article.number} 门诊系统打不开"]
        assert engineer.get(url("step", ticket.pk, "solve")).context["form"].initial["solution"] == "重启门诊服务"

    def test_it_may_be_put_aside(self, publish, open_ticket, card, post, engineer):
        article, ticket = publish(), open_ticket()
        post("take_up", ticket.pk, article.pk)
        post("put_aside", ticket.pk, article.pk)
        assert used(card, ticket) == []
        assert f"已取消采用 {article.number}" in engineer.get(url("detail", ticket.pk)).content.decode()
        article.refresh_from_db()
        assert article.use_count == 0
        assert "solution" not in engineer.get(url("step", ticket.pk, "solve")).context["form"].initial

    def test_its_tickets_are_a_list(self, publish, open_ticket, post, engineer):
        article, ticket, other = publish(), open_ticket(), open_ticket(title="别的")
        post("take_up", ticket.pk, article.pk)
        page = engineer.get(url("queue"), {"article": article.pk})
        assert [row.pk for row in page.context["page_obj"]] == [ticket.pk] != [other.pk]
        assert article.number in page.content.decode()

    def test_who_only_reads_takes_nothing_up(self, publish, open_ticket, card, post, reader):
        article, ticket = publish(), open_ticket()
        assert post("take_up", ticket.pk, article.pk, client=reader).status_code == 403
        assert used(card, ticket) == []

    def test_nothing_of_another_buyer(self, publish, open_ticket, now):
        other = load_small(now, id="other-2026", title="另一份合同", buyer="另一甲方")
        article, ticket = publish(), open_ticket(contract=other)
        with pytest.raises(ActionError, match="不是该合同甲方的知识"):
            actions.take_up(ticket=ticket, article=article, actor=SYSTEM, now=now)
        actions.take_up(ticket=open_ticket(), article=article, actor=SYSTEM, now=now)

    def test_nothing_on_a_cancelled_ticket(self, publish, open_ticket, now):
        article, ticket = publish(), open_ticket()
        actions.take_step(ticket=ticket, step="cancel", texts={"reason": "误报"}, actor=SYSTEM, now=now)
        with pytest.raises(ActionError, match="已撤销"):
            actions.take_up(ticket=ticket, article=article, actor=SYSTEM, now=now)


class TestWhileTheCallerWaits:
    @pytest.fixture
    def save(self, engineer, contract) -> Callable:
        """`save(article, solution="…")`: the desk's form is sent; the ticket."""

        def send(article, **said) -> Ticket:
            given = {
                "contract": contract.pk, "kind": "incident", "title": "门诊系统打不开", "method": "remote",
                "channel": "phone", "solved_how": "phone", "article": article,
            }  # fmt: skip
            assert engineer.post(url("new"), given | said).status_code == 302
            return Ticket.objects.latest("pk")

        return send

    def test_the_article_that_was_read_aloud_counts_with_the_solution(self, publish, save, card):
        article = publish()
        ticket = save(article.pk, solution="重启门诊服务")
        assert ticket.first_contact
        assert used(card, ticket) == ["门诊系统打不开"]

    def test_not_where_the_ticket_was_not_solved_or_there_is_none(self, publish, save, card):
        article = publish()
        assert used(card, save(article.pk)) == []
        for odd in ("", "0", str(article.pk + 1), "<b>"):
            assert used(card, save(odd, solution="重启")) == []

    def test_of_one_that_was_retired_meanwhile_the_ticket_stands_without_it(
        self, publish, save, card, make_person, now
    ):
        article = publish()
        judge = make_person("buyer_manager", party=article.owner, username="retires")
        knowledge.take_step(article=article, step="retire", reason="过时", actor=judge, now=now)
        assert used(card, save(article.pk, solution="重启")) == []


class TestWrittenUp:
    @pytest.fixture
    def solved(self, open_ticket, now):
        ticket = open_ticket(description="点开图标就白屏")
        texts = {"solution": "重启门诊服务"}
        return actions.take_step(ticket=ticket, step="solve", texts=texts, cause="内存满", actor=SYSTEM, now=now)

    def test_the_draft_holds_what_the_ticket_says(self, solved, engineer, card):
        answer = engineer.post(url("write_up", solved.pk))
        article = Article.objects.get()
        assert answer.url == f"/knowledge/{article.pk}/edit/"
        assert (article.title, article.symptoms, article.cause, article.solution, article.source) == (
            "门诊系统打不开", "点开图标就白屏", "内存满", "重启门诊服务", solved.number,
        )  # fmt: skip
        assert article.number in card(solved).content.decode()

    def test_once(self, solved, engineer):
        first, second = (engineer.post(url("write_up", solved.pk)).url for _ in range(2))
        assert first == second
        assert Article.objects.count() == 1

    def test_not_before_it_is_solved(self, open_ticket, engineer, card):
        ticket = open_ticket()
        assert not card(ticket).context["may_write"]
        assert engineer.post(url("write_up", ticket.pk), follow=True).status_code == 200
        assert not Article.objects.exists()

    def test_nor_by_who_only_reads(self, solved, reader):
        assert reader.post(url("write_up", solved.pk)).status_code == 403


def test_the_card_costs_the_same_however_many_articles(publish, open_ticket, card, django_assert_max_num_queries):
    ticket = open_ticket()
    for number in range(6):
        publish(title=f"门诊系统打不开 {number}")
    with django_assert_max_num_queries(14):
        assert len(card(ticket).context["near"]) == 3


def test_an_article_of_another_buyer_that_names_the_ticket_is_none_of_it(open_ticket, make_person, make_party, now):
    ticket = open_ticket()
    actions.take_step(ticket=ticket, step="solve", texts={"solution": "好了"}, actor=SYSTEM, now=now)
    somebody = make_person("clerk", username="of-the-platform")
    text = {"title": "x", "symptoms": "", "cause": "", "solution": "", "category": "", "keywords": ""}
    other = make_party("另一家医院", "buyer")
    knowledge.draft_article(owner=other, **text, source=ticket.number, actor=SYSTEM, now=now)
    assert written_of(somebody, ticket) is None
    own = knowledge.draft_article(owner=ticket.contract.buyer, **text, source=ticket.number, actor=SYSTEM, now=now)
    assert written_of(somebody, ticket) == own
