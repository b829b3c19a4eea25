"""The pages: found, read, written, judged."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from kangwei.knowledge import actions, queries
from kangwei.knowledge.models import Article
from tests.apps.knowledge.conftest import TEXT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def url(name: str, *args) -> str:
    return reverse(f"knowledge:{name}", args=args)


def text_of(response) -> str:
    return response.content.decode()


def submitted(article: Article) -> str:
    """What the reviewer's page carries along."""
    return queries.draft_of(article).submitted_at.isoformat()


class TestList:
    def test_what_is_in_force_stands_there_with_its_answer(self, publish, write, signed_in, clerk):
        publish()
        write(title="还没发布的草稿")
        page = text_of(signed_in(clerk).get(url("list")))
        assert "医生工作站打不开" in page
        assert "lsnrctl start" in page
        assert "还没发布的草稿" not in page
        assert "还没发布的草稿" in text_of(signed_in(clerk).get(url("list"), {"group": "mine"}))

    def test_a_search_narrows_groups_and_categories(self, publish, signed_in, clerk):
        publish(title="打印机卡纸", category="外设", symptoms="红灯亮", cause="", keywords="")
        publish()
        response = signed_in(clerk).get(url("list"), {"q": "卡纸"})
        assert [row.title for row in response.context["page_obj"]] == ["打印机卡纸"]
        assert [row[:2] for row in response.context["categories"]] == [("外设", 1)]

    def test_a_category_is_chosen_and_left_again(self, publish, signed_in, clerk):
        publish(title="打印机卡纸", category="外设")
        publish()
        response = signed_in(clerk).get(url("list"), {"category": "外设"})
        assert [row.title for row in response.context["page_obj"]] == ["打印机卡纸"]
        chosen = {name: address for name, _, address, is_chosen in response.context["categories"] if is_chosen}
        assert chosen == {"外设": "?"}

    def test_what_is_hardly_used_can_stand_first(self, publish, signed_in, clerk, now):
        used, unused = publish(title="常用的"), publish(title="没人用的")
        actions.use_article(article=used, subject=("ticket", "GD-1"), actor=clerk, now=now)
        client = signed_in(clerk)
        assert list(client.get(url("list")).context["page_obj"]) == [used, unused]
        assert list(client.get(url("list"), {"sort": "unused"}).context["page_obj"]) == [unused, used]

    def test_it_costs_the_same_queries_however_long_it_is(self, publish, signed_in, manager, django_assert_num_queries):
        client = signed_in(manager)
        publish()
        client.get(url("list"))
        with django_assert_num_queries(11):
            client.get(url("list"), {"q": "数据库"})
        for _ in range(6):
            publish()
        with django_assert_num_queries(11):
            client.get(url("list"), {"q": "数据库"})

    def test_the_export_holds_the_whole_text_and_no_formula(self, publish, signed_in, clerk):
        publish(title="=1+1", solution="第一步\n第二步")
        content = signed_in(clerk).get(url("list"), {"export": "1"}).content
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        row = dict(zip(rows[0], rows[1], strict=True))
        assert (row["标题"], row["处理办法"], row["状态"]) == ("=1+1", "第一步\n第二步", "已发布")

    def test_an_empty_knowledge_base_says_what_to_do(self, signed_in, clerk, make_person, make_party):
        assert "写下第一条" in text_of(signed_in(clerk).get(url("list")))
        reader = make_person("supervisor", party=make_party("监理", "supervisor"), username="reader")
        page = text_of(signed_in(reader).get(url("list")))
        assert "知识库还是空的" in page
        assert "写下第一条" not in page

    def test_html_in_a_title_is_text(self, publish, signed_in, clerk):
        publish(title="<script>alert(1)</script>")
        assert "<script>alert(1)" not in text_of(signed_in(clerk).get(url("list")))


class TestArticle:
    def test_another_buyer_gets_no_page_and_the_owner_does(self, publish, signed_in, manager, make_person, other_owner):
        article = publish()
        stranger = make_person("buyer_manager", party=other_owner, username="stranger")
        assert signed_in(stranger).get(url("detail", article.pk)).status_code == 404
        assert signed_in(manager).get(url("detail", article.pk)).status_code == 200

    def test_a_revision_stands_beside_what_is_in_force_with_its_differences(self, publish, signed_in, clerk, now):
        article = publish()
        actions.save_draft(article=article, values={"cause": "监听服务没有启动。"}, actor=clerk, now=now)
        page = text_of(signed_in(clerk).get(url("detail", article.pk)))
        assert "第 2 版修订稿" in page
        assert "监听<ins>服务</ins>没有启动。" in page

    def test_another_supplier_reads_what_is_in_force_and_nothing_of_the_revision(
        self, publish, signed_in, engineer, other_supplier, make_person, now
    ):
        article = publish()
        actions.save_draft(article=article, values={"cause": "暂不公开的说法"}, actor=engineer, now=now)
        stranger = make_person("engineer", party=other_supplier, username="stranger")
        page = text_of(signed_in(stranger).get(url("detail", article.pk)))
        assert "监听没有启动。" in page
        assert "暂不公开的说法" not in page
        assert "暂不公开的说法" in text_of(signed_in(engineer).get(url("detail", article.pk)))

    def test_an_old_version_stays_readable_word_for_word(self, publish, step, signed_in, clerk, manager, now):
        article = publish()
        actions.save_draft(article=article, values={"solution": "换成新的办法。"}, actor=clerk, now=now)
        step(article, "submit", by=clerk)
        step(article, "publish", by=manager)
        client = signed_in(clerk)
        assert "在数据库服务器上执行 lsnrctl start。" in text_of(client.get(url("version", article.pk, 1)))
        assert "不再有效" in text_of(client.get(url("version", article.pk, 1)))
        assert client.get(url("version", article.pk, 3)).status_code == 404

    def test_a_supplier_reads_how_often_it_was_used_but_not_by_whom(self, publish, signed_in, engineer, clerk, now):
        article = publish()
        actions.use_article(article=article, subject=("ticket", "GD-202611-000099"), actor=clerk, now=now)
        assert "GD-202611-000099" not in text_of(signed_in(engineer).get(url("detail", article.pk)))
        assert "GD-202611-000099" in text_of(signed_in(clerk).get(url("detail", article.pk)))

    def test_who_only_reads_is_offered_nothing_else(self, publish, signed_in, make_person, make_party, clerk):
        article = publish()
        reader = make_person("supervisor", party=make_party("监理", "supervisor"), username="reader")
        page = text_of(signed_in(reader).get(url("detail", article.pk)))
        assert url("edit", article.pk) not in page
        assert signed_in(reader).get(url("edit", article.pk)).status_code == 403
        assert url("edit", article.pk) in text_of(signed_in(clerk).get(url("detail", article.pk)))


class TestWriting:
    def test_written_and_submitted_in_one(self, signed_in, clerk, owner):
        response = signed_in(clerk).post(url("new"), TEXT | {"then": "submit"})
        article = Article.objects.get()
        assert response.url == url("detail", article.pk)
        assert (article.owner, article.state) == (owner, "submitted")

    def test_what_is_missing_for_submitting_is_said_and_the_draft_is_kept(self, signed_in, clerk):
        response = signed_in(clerk).post(url("new"), TEXT | {"solution": "", "then": "submit"}, follow=True)
        assert "草稿已保存，还没有提交。还缺：处理办法" in text_of(response)
        assert Article.objects.get().state == "draft"

    def test_a_faulty_form_comes_back_filled(self, signed_in, clerk):
        response = signed_in(clerk).post(url("new"), TEXT | {"title": ""})
        assert response.status_code == 422
        assert "双击图标后提示 ORA-12541。" in text_of(response)
        assert not Article.objects.exists()

    def test_a_supplier_chooses_among_the_buyers_it_works_for(
        self, signed_in, engineer, supplier, owner, other_owner, make_party
    ):
        third = make_party("第三家", "buyer")
        actions.let_read(contract="hdc-03", owner=third, supplier=supplier)
        client = signed_in(engineer)
        page = text_of(client.get(url("new")))
        assert "第三家" in page
        assert "别家医院" not in page
        assert client.post(url("new"), TEXT | {"owner": other_owner.pk}).status_code == 422
        client.post(url("new"), TEXT | {"owner": third.pk})
        assert Article.objects.get().owner == third

    def test_a_supplier_without_a_contract_is_told_why_it_cannot_write(self, signed_in, make_person, make_party):
        person = make_person("engineer", party=make_party("新公司", "supplier"), username="newcomer")
        assert "还没有可以写知识的甲方" in text_of(signed_in(person).get(url("new")))

    def test_what_may_be_the_same_is_shown_while_the_title_is_typed(self, publish, signed_in, clerk):
        article = publish()
        client = signed_in(clerk)
        assert article.title in text_of(client.get(url("alike"), {"title": "医生工作站打不开"}))
        assert article.title not in text_of(client.get(url("alike"), {"title": "医生工作站打不开", "but": article.pk}))
        assert "可能已有" not in text_of(client.get(url("alike"), {"title": "空调"}))

    def test_who_saves_over_somebody_elses_words_is_told_and_may_insist(self, write, signed_in, clerk, manager, now):
        article = write()
        seen = queries.draft_of(article).saved_at.isoformat()
        actions.save_draft(
            article=article, values={"cause": "经理写的"}, actor=manager, now=now + timedelta(minutes=1)
        )  # fmt: skip
        client = signed_in(clerk)
        response = client.post(url("edit", article.pk), TEXT | {"cause": "文员写的", "seen": seen})
        assert response.status_code == 422
        assert "文员写的" in text_of(response)
        unticked = client.post(url("edit", article.pk), TEXT | {"cause": "文员写的", "seen": ""})
        assert unticked.status_code == 422
        assert queries.draft_of(article).cause == "经理写的"
        newest = queries.draft_of(article).saved_at.isoformat()
        client.post(url("edit", article.pk), TEXT | {"cause": "文员写的", "seen": newest})
        assert queries.draft_of(article).cause == "文员写的"

    def test_what_waits_to_be_judged_is_not_edited_and_it_is_said_why(self, write, step, signed_in, clerk):
        article = step(write(), "submit", by=clerk)
        page = text_of(signed_in(clerk).get(url("edit", article.pk), follow=True))
        assert "正在等审核，撤回后可以再改" in page

    def test_files_are_laid_with_the_draft_and_downloaded(self, write, signed_in, clerk):
        article = write()
        client = signed_in(clerk)
        client.post(url("attach", article.pk), {"file": SimpleUploadedFile("步骤.txt", "第一步".encode())})
        file = article.attachments.get()
        response = client.get(url("file", article.pk, file.pk))
        assert response.content.decode() == "第一步"
        assert response["Content-Disposition"].startswith("attachment")
        refused = client.post(url("attach", article.pk), {"file": SimpleUploadedFile("坏.exe", b"MZ")})
        assert refused.status_code == 422
        client.post(url("remove_file", article.pk, file.pk))
        assert not article.attachments.exists()

    def test_a_file_of_a_revision_is_for_whoever_may_see_the_revision(
        self, publish, step, signed_in, engineer, other_supplier, make_person, now
    ):
        article = step(publish(), "revise", by=engineer)
        row = actions.attach_files(article=article, files=[("a.txt", b"1")], actor=engineer, now=now)[0]
        stranger = make_person("engineer", party=other_supplier, username="stranger")
        assert signed_in(stranger).get(url("file", article.pk, row.pk)).status_code == 404
        assert signed_in(engineer).get(url("file", article.pk, row.pk)).status_code == 200

    def test_retiring_asks_for_a_reason_on_the_page(self, publish, signed_in, manager, clerk):
        article = publish()
        client = signed_in(manager)
        assert client.post(url("step", article.pk, "retire"), {"reason": ""}).status_code == 422
        client.post(url("step", article.pk, "retire"), {"reason": "系统已下线"})
        article.refresh_from_db()
        assert article.state == "retired"
        assert client.get(url("step", article.pk, "no-such")).status_code == 404

    def test_a_step_that_is_not_for_the_person_changes_nothing_and_says_so(self, publish, signed_in, clerk):
        article = publish()
        page = text_of(signed_in(clerk).post(url("step", article.pk, "retire"), {"reason": "不要了"}))
        assert "没有审核知识的权限" in page
        article.refresh_from_db()
        assert article.state == "published"


class TestReviewing:
    def test_one_after_the_other(self, write, step, signed_in, clerk, manager):
        first, second = (step(write(title=title), "submit", by=clerk) for title in ("第一条", "第二条"))
        client = signed_in(manager)
        assert client.get(url("review_first")).url == url("review", first.pk)
        response = client.post(
            url("review", first.pk), {"verdict": "publish", "seen": submitted(first), "review_by": "2027-05-01"}
        )
        assert response.url == url("review_first")
        assert client.get(url("review_first")).url == url("review", second.pk)
        client.post(
            url("review", second.pk),
            {"verdict": "send_back", "seen": submitted(second), "faults": ["wrong_characters"],
             "reason": "「建听」应为「监听」"},
        )  # fmt: skip
        assert client.get(url("review_first")).url == f"{url('list')}?group=to_review"
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, str(first.review_by), second.state) == ("published", "2027-05-01", "returned")
        assert queries.draft_of(second).returned_for == "错别字：「建听」应为「监听」"

    def test_sending_back_without_a_word_is_refused(self, write, step, signed_in, clerk, manager):
        article = step(write(), "submit", by=clerk)
        form = {"verdict": "send_back", "seen": submitted(article)}
        response = signed_in(manager).post(url("review", article.pk), form)
        assert response.status_code == 422
        assert "请选择问题，或写明理由" in text_of(response)

    def test_a_text_that_was_changed_since_the_page_was_opened_is_not_published_unseen(
        self, write, step, signed_in, clerk, manager, now
    ):
        article = step(write(), "submit", by=clerk)
        form, later = {"verdict": "publish", "seen": submitted(article)}, now + timedelta(minutes=5)
        step(article, "withdraw", by=clerk)
        actions.save_draft(article=article, values={"cause": "偷偷改的"}, actor=clerk, now=later)
        step(article, "submit", by=clerk, now=later)
        client = signed_in(manager)
        response = client.post(url("review", article.pk), form)
        assert response.status_code == 422
        assert "请重新看过" in text_of(response)
        assert "偷偷改的" in text_of(response)
        assert client.post(url("review", article.pk), {"verdict": "publish"}).status_code == 422
        assert client.post(url("review", article.pk), form | {"seen": submitted(article)}).status_code == 302

    def test_the_reviewer_sees_what_changed(self, publish, step, signed_in, clerk, manager, now):
        article = publish()
        actions.save_draft(article=article, values={"cause": "监听服务没有启动。"}, actor=clerk, now=now)
        step(article, "submit", by=clerk)
        page = text_of(signed_in(manager).get(url("review", article.pk)))
        assert "与在用的第 1 版相比" in page
        assert "监听<ins>服务</ins>没有启动。" in page

    def test_who_wrote_it_or_may_not_judge_gets_no_such_page(self, write, step, signed_in, clerk, manager):
        article = step(write(actor=manager), "submit", by=manager)
        page = text_of(signed_in(manager).get(url("review", article.pk), follow=True))
        assert "自己写的知识要由别人审核" in page
        assert signed_in(clerk).get(url("review", article.pk)).status_code == 403
