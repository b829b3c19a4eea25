"""Articles from Excel: good lines come in, faulty ones come back by line, nothing comes twice."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.knowledge import actions, intake, queries
from kangwei.knowledge.models import Article
from tests.core.ledgers.workbooks import xlsx

pytestmark = pytest.mark.django_db
HEADERS = ["标题", "分类", "现象", "处理办法", "备注"]
GOOD = ["打印机卡纸", "外设", "打印机红灯亮", "打开后盖取纸", "不用的列"]


@pytest.fixture
def bring(owner, clerk, now):
    """`bring([[…], […]])`: what came of a file with these lines."""

    def make(rows, *, submit=False, headers=HEADERS, **changes):
        given = {"owner": owner, "file_name": "知识.xlsx", "submit": submit, "actor": clerk, "now": now} | changes
        return actions.import_articles(content=xlsx([headers, *rows]), **given)

    return make


def test_each_line_is_a_draft_of_whoever_brought_it(bring, owner, clerk):
    result = bring([GOOD, ["网络不通", "网络", "", "", ""]])
    assert [article.number for article in result.written] == ["ZS-202611-000001", "ZS-202611-000002"]
    assert {article.state for article in Article.objects.all()} == {"draft"}
    assert list(queries.draft_of(result.written[0]).writers.all()) == [clerk]
    assert list(queries.search(queries.articles(clerk), "卡纸")) == [result.written[0]]
    assert audit.latest("article", "ZS-202611-000001").action == "knowledge.import"


def test_submitted_ones_wait_for_a_reviewer_and_are_never_in_force_unseen(bring, manager, clerk, step, owner):
    article = bring([GOOD], submit=True).written[0]
    assert article.state == "submitted"
    assert not queries.published(clerk, owner).exists()
    assert step(article, "publish", by=manager).is_in_force


def test_the_same_file_again_doubles_nothing(bring):
    first = bring([GOOD])
    again = bring([GOOD, ["网络不通", "", "", "", ""]])
    assert [(number, article.pk) for number, article in again.known] == [(2, first.written[0].pk)]
    assert [article.title for article in again.written] == ["网络不通"]
    assert Article.objects.count() == 2


def test_faulty_lines_come_back_by_line_and_column_and_the_others_come_in(bring):
    result = bring([["", "外设", "", "", ""], GOOD, ["字" * 201, "", "", "", ""], GOOD])
    assert [str(fault) for fault in result.faults] == [
        "第 2 行「标题」：没有填写",
        "第 4 行「标题」：最多 200 个字，写了 201 个",
        "第 5 行「标题」：与第 3 行相同",
    ]
    assert [article.title for article in result.written] == ["打印机卡纸"]


def test_what_is_submitted_has_to_be_whole(bring):
    result = bring([GOOD, ["网络不通", "网络", "", "", ""]], submit=True)
    assert [str(fault) for fault in result.faults] == [
        "第 3 行「现象」：没有填写", "第 3 行「处理办法」：没有填写",
    ]  # fmt: skip
    assert len(result.written) == 1


def test_a_file_without_titles_or_that_is_no_table_is_refused(bring, owner, clerk, now, monkeypatch):
    with pytest.raises(ActionError, match="表头缺少：标题"):
        bring([["甲", "乙"]], headers=["名称", "说明"])
    with pytest.raises(ActionError):
        actions.import_articles(
            owner=owner, content=b"\x00\x01", file_name="坏.xlsx", submit=False, actor=clerk, now=now
        )  # fmt: skip
    monkeypatch.setattr(intake, "MOST_LINES", 1)
    with pytest.raises(ActionError, match="共 2 行，一次最多导入 1 行"):
        bring([GOOD, GOOD])
    assert not Article.objects.exists()


def test_nobody_imports_into_another_buyers_knowledge_base(bring, other_owner):
    with pytest.raises(ActionError, match="您不能为「别家医院」写知识"):
        bring([GOOD], owner=other_owner)
    assert bring([GOOD]).written


def test_a_line_costs_no_queries_of_its_own(bring, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        bring([[f"问题 {number}", "", "", "", ""] for number in range(300)])


class TestPage:
    @pytest.fixture
    def upload(self, signed_in, clerk):
        def send(rows, **fields):
            file = SimpleUploadedFile("知识.xlsx", xlsx([HEADERS, *rows]))
            return signed_in(clerk).post(reverse("knowledge:import"), {"file": file, **fields})

        return send

    def test_what_came_of_the_file_stands_by_line(self, upload):
        page = upload([GOOD, ["", "外设", "", "", ""]]).content.decode()
        assert "新写入 1 条" in page
        assert "第 3 行「标题」：没有填写" in page
        assert "1 条知识库里已有" in upload([GOOD]).content.decode()

    def test_a_file_that_is_no_table_is_refused_at_its_field(self, signed_in, clerk):
        file = SimpleUploadedFile("图.png", b"\x89PNG\r\n\x1a\n")
        response = signed_in(clerk).post(reverse("knowledge:import"), {"file": file})
        assert response.status_code == 422

    def test_the_template_can_be_brought_as_it_is(self, signed_in, clerk, owner, now):
        content = signed_in(clerk).get(reverse("knowledge:import_template")).content
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert rows[0][0] == "标题"
        result = actions.import_articles(
            owner=owner, content=content, file_name="模板.xlsx", submit=True, actor=clerk, now=now
        )
        assert (len(result.written), result.faults) == (1, [])
