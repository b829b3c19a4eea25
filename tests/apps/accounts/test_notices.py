"""Notices: each once, the bell, the list, and that nobody reads another's."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from kangwei.accounts import queries
from kangwei.accounts.actions import notify, read_notices
from kangwei.accounts.models import Notice
from tests.apps.assets.pages import text_of

pytestmark = pytest.mark.django_db
NOTICES = "/notices/"


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def person(make_person):
    return make_person("engineer")


@pytest.fixture
def page(person, client):
    """The person's browser."""
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def tell(person, now):
    """`tell("派给您", person)`: a notice that leads to the tickets."""

    def notice(text, *people, **values):
        given = {"key": text, "link": "/password/", "now": now}
        notify(people=people or [person], text=text, **(given | values))
        return Notice.objects.filter(text=text).first()

    return notice


class TestTelling:
    def test_the_same_key_tells_a_person_once(self, person, make_person, now):
        told = lambda *people: notify(people=people, key="a", text="甲", link="/", now=now)  # noqa: E731
        assert told(person, person) == 1
        assert told(person, make_person(username="other")) == 1
        assert Notice.objects.count() == 2

    def test_who_may_not_sign_in_is_told_nothing(self, person, now):
        person.is_active = False
        assert notify(people=[person], key="a", text="甲", link="/", now=now) == 0

    def test_a_long_text_is_cut(self, tell):
        tell("长" * 400, key="long")
        assert len(Notice.objects.get().text) == 300

    def test_reading_one_leaves_the_others(self, person, tell, now):
        one, other = tell("甲"), tell("乙")
        read_notices(person=person, notice_id=one.pk, now=now)
        assert list(queries.unread_notices(person)) == [other]
        read_notices(person=person, notice_id=0, now=now)
        assert queries.unread_count(person) == 1
        read_notices(person=person, now=now)
        assert queries.unread_count(person) == 0

    def test_what_was_read_keeps_when(self, person, tell, now):
        tell("甲")
        read_notices(person=person, now=now)
        read_notices(person=person, now=now + timedelta(hours=1))
        assert Notice.objects.get().read_at == now


class TestBell:
    @pytest.mark.parametrize(
        ("count", "shown"), [(0, "通知"), (1, "通知，1 条未读"), (99, "通知，99 条未读"), (100, "通知，99+ 条未读")]
    )
    def test_it_says_how_many_wait(self, page, tell, person, count, shown, now):
        for number in range(count):
            notify(people=[person], key=str(number), text="甲", link="/", now=now)
        assert f'aria-label="{shown}"' in page.get("/password/").content.decode()

    def test_it_counts_ones_own_only(self, page, tell, make_person):
        tell("甲", make_person(username="other"))
        assert 'aria-label="通知"' in page.get("/password/").content.decode()

    def test_it_costs_one_query(self, page, tell, django_assert_num_queries):
        with django_assert_num_queries(5):  # session, person, party, roles, and the bell
            page.get("/password/")
        for number in range(3):
            tell(f"甲{number}")
        with django_assert_num_queries(5):
            page.get("/password/")


class TestPages:
    def test_the_list_holds_what_is_unread_then_all_the_latest_first(self, page, person, tell, now):
        old = tell("早的", now=now - timedelta(hours=1))
        tell("晚的")
        assert [notice.text for notice in page.get(NOTICES).context["page_obj"]] == ["晚的", "早的"]
        read_notices(person=person, notice_id=old.pk, now=now)
        assert [notice.text for notice in page.get(NOTICES).context["page_obj"]] == ["晚的"]
        assert len(page.get(f"{NOTICES}?group=all").context["page_obj"].object_list) == 2

    def test_an_empty_list_says_what_it_is_for(self, page):
        assert "没有通知" in text_of(page.get(NOTICES))

    def test_opening_one_leads_to_its_page_and_reads_it(self, page, tell, now):
        notice = tell("甲")
        assert page.get(reverse("accounts:open_notice", args=[notice.pk])).url == "/password/"
        notice.refresh_from_db()
        assert notice.read_at == now

    def test_nobody_opens_or_reads_anothers(self, page, tell, make_person):
        notice = tell("甲", make_person(username="other"))
        assert page.get(reverse("accounts:open_notice", args=[notice.pk])).status_code == 404
        page.post(reverse("accounts:read_notices"), {"notice": notice.pk})
        page.post(reverse("accounts:read_notices"))
        notice.refresh_from_db()
        assert notice.read_at is None
        assert page.get(NOTICES).context["page_obj"].paginator.count == 0

    def test_one_is_marked_or_all(self, page, person, tell):
        one, _, _ = tell("甲"), tell("乙"), tell("丙")
        page.post(reverse("accounts:read_notices"), {"notice": one.pk})
        assert queries.unread_count(person) == 2
        page.post(reverse("accounts:read_notices"), {"notice": "nonsense"})
        assert queries.unread_count(person) == 2
        assert page.post(reverse("accounts:read_notices")).url == NOTICES
        assert queries.unread_count(person) == 0

    def test_marking_takes_a_post_and_the_list_a_sign_in(self, page, client_of, tell):
        assert page.get(reverse("accounts:read_notices")).status_code == 405
        page.logout()
        assert page.get(NOTICES).status_code == 302

    def test_what_was_told_is_never_markup(self, page, tell):
        tell("<script>alert(1)</script>")
        assert "<script>alert(1)" not in page.get(NOTICES).content.decode()

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_list_costs_the_same_for_one_and_for_three(self, page, tell, rows, django_assert_num_queries):
        for number in range(rows):
            tell(f"甲{number}")
        with django_assert_num_queries(7):
            page.get(NOTICES)
