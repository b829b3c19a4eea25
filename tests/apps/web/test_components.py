"""Components, partials and layouts, rendered without a database."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import include, path

import kangwei
from kangwei.web.context import shell
from kangwei.web.icons import ICONS
from kangwei.web.templatetags import kangwei as components

TEMPLATES = Path(kangwei.__file__).parent / "web/templates"
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def render(source: str, **context) -> str:
    return Template("{% load kangwei %}" + source).render(Context(context))


# ---- The manual ----


def test_the_manual_names_every_tag_filter_and_partial():
    manual = (TEMPLATES / "README.md").read_text()

    names = [*components.register.tags, *components.register.filters]
    assert [name for name in names if not re.search(rf"{{% {name} |\|{name}\b", manual)] == []
    internal = {"head.html", "messages.html", "confirm.html"}
    partials = {file.name for file in (TEMPLATES / "partials").iterdir()} - internal
    assert {name for name in partials if f"partials/{name}" not in manual} == set()


# ---- Badges, citations, bars ----


def test_a_badge_tells_its_state_by_colour_shape_and_text():
    html = render('{% state_badge "overdue" "逾期" %}')

    assert "kw-bad" in html
    assert ICONS["bad"] in html
    assert "逾期" in html


def test_a_tone_may_stand_for_a_state():
    assert "kw-warn" in render('{% state_badge "warn" "试用期" %}')


def test_a_state_without_a_tone_is_muted():
    assert "kw-muted" in render('{% state_badge "somewhere" "别处" %}')


def test_a_badge_escapes_its_label():
    assert "&lt;b&gt;" in render('{% state_badge "done" label %}', label="<b>")


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_is_well_formed(name):
    ElementTree.fromstring(render(f'{{% icon "{name}" %}}'))


def test_templates_name_only_icons_that_exist():
    named = set()
    for file in Path(kangwei.__file__).parent.rglob("templates/**/*.html"):
        named.update(re.findall(r'(?:icon |icon=)"([\w-]+)"', file.read_text()))

    assert named
    assert named <= set(ICONS)


def test_each_citation_is_a_chip():
    html = render("{% cite text %}", text="blood-2025.txt:345-347; blood-2025.txt:811")

    assert html.count('class="kw-cite"') == 2
    assert html.count('class="kw-cite-file"') == 1
    assert 'title="采购文件 blood-2025.txt 第 345-347 行"' in html


def test_citations_may_come_as_objects():
    class Citation:
        def __str__(self) -> str:
            return "blood-2025.txt:9"

    assert 'title="采购文件 blood-2025.txt 第 9 行">9<' in render("{% cite cites %}", cites=(Citation(),))


@pytest.mark.parametrize("nothing", ["", None, ()])
def test_no_citation_no_chip(nothing):
    assert "kw-cite" not in render("{% cite nothing %}", nothing=nothing)


@pytest.mark.parametrize(
    ("done", "owed", "percent", "text", "tone"),
    [
        (3, 12, 25, "3 / 12", "kw-info"),
        (12, 12, 100, "12 / 12", "kw-ok"),
        (14, 12, 100, "14 / 12", "kw-ok"),
        (1203, 9999, 12, "1,203 / 9,999", "kw-info"),
        (2, 3, 66, "2 / 3", "kw-info"),
    ],
)
def test_progress(done, owed, percent, text, tone):
    html = render("{% progress done owed %}", done=done, owed=owed)

    assert f'value="{percent}"' in html
    assert text in html
    assert tone in html


def test_where_nothing_is_owed_there_is_no_bar():
    assert "<progress" not in render("{% progress 0 0 %}")


@pytest.mark.parametrize(
    ("passed", "tone", "text"),
    [
        (timedelta(hours=-1), "kw-ok", "剩余 4天5小时"),
        (timedelta(hours=24), "kw-ok", "剩余 3天4小时"),
        (timedelta(hours=74, minutes=59), "kw-ok", "剩余 1天1小时"),
        (timedelta(hours=75), "kw-warn", "剩余 1天1小时"),
        (timedelta(hours=99, minutes=10), "kw-warn", "剩余 50分钟"),
        (timedelta(hours=99, minutes=59, seconds=30), "kw-warn", "剩余 不足1分钟"),
        (timedelta(hours=100), "kw-bad", "剩余 不足1分钟"),
        (timedelta(hours=148), "kw-bad", "已超时 2天"),
    ],
)
def test_the_time_left_of_100_hours(passed, tone, text):
    html = render(
        "{% time_left_bar start due now %}", start=START, due=START + timedelta(hours=100), now=START + passed
    )

    assert tone in html
    assert text in html


def test_a_window_of_no_length_is_used_up_at_once():
    assert "kw-bad" in render("{% time_left_bar moment moment moment %}", moment=START)


def test_without_a_due_time_there_is_no_bar():
    assert "<progress" not in render("{% time_left_bar start due now %}", start=START, due=None, now=START)


# ---- Dates and numbers ----


@pytest.mark.parametrize(
    ("source", "value", "text"),
    [
        ("{{ value|local }}", datetime(2026, 3, 1, 17, 30, tzinfo=UTC), "2026-03-02 01:30"),
        ("{{ value|local }}", date(2026, 3, 1), "2026-03-01"),
        ("{{ value|local }}", None, "—"),
        ("{{ value|weekday }}", date(2026, 11, 22), "周日"),
        ("{{ value|weekday }}", datetime(2026, 11, 22, 17, 0, tzinfo=UTC), "周一"),
        ("{{ value|thousands }}", 1234567, "1,234,567"),
        ("{{ value|thousands }}", Decimal("1234.50"), "1,234.50"),
        ("{{ value|thousands }}", 0, "0"),
        ("{{ value|thousands }}", None, "—"),
        ("{{ value|duration }}", timedelta(minutes=15), "15分钟"),
        ("{{ value|duration }}", timedelta(days=9, hours=23), "9天23小时"),
        ("{{ value|duration }}", timedelta(days=40, hours=12), "40天"),
    ],
)
def test_dates_and_numbers(source, value, text):
    assert render(source, value=value) == text


def test_a_naive_datetime_is_a_mistake():
    with pytest.raises(ValueError, match="naive datetime"):
        render("{{ value|local }}", value=START.replace(tzinfo=None))


# ---- Forms and charts ----


class ReportForm(forms.Form):
    title = forms.CharField(label="标题", help_text="不超过 40 个字")
    kind = forms.ChoiceField(label="类型", choices=[("a", "事件"), ("b", "服务请求")])
    scope = forms.ChoiceField(label="影响", choices=[("1", "全市")], widget=forms.RadioSelect)
    notify = forms.BooleanField(label="通知责任人", required=False)


def field_html(name: str) -> str:
    return render("{% field bound %}", bound=ReportForm({"kind": "a", "scope": "1"})[name])


def test_a_refused_field_says_why_and_is_tied_to_the_message():
    html = field_html("title")

    assert "form-control is-invalid" in html
    assert '<div class="kw-field-error" id="id_title_error">' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html


@pytest.mark.parametrize(
    ("name", "css"), [("kind", "form-select"), ("scope", "form-check-input"), ("notify", "form-check-input")]
)
def test_each_kind_of_control_gets_its_class(name, css):
    assert f'class="{css}"' in field_html(name)


def test_text_in_a_chart_cannot_leave_its_data_block():
    option = {"series": [{"data": [{"name": "</script><b>", "value": 3, "url": "/contracts/?state=late"}]}]}

    html = render('{% chart "states" option 300 %}', option=option)

    block = html.split('<script id="states-option" type="application/json">')[1].split("</script>")[0]
    assert json.loads(block) == option
    assert 'data-height="300"' in html


# ---- Navigation ----


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("", include(([path("", page, name="home")], "web"))),
    path(
        "contracts/",
        include(([path("", page, name="list"), path("calendar/", page, name="calendar")], "contracts")),
    ),
    path("inspections/", include(([path("", page, name="run_list")], "inspections"))),
]


class Reader:
    """A user who may read contracts and nothing else."""

    is_authenticated = True
    party = "市卫生健康数据中心"

    def __str__(self) -> str:
        return "王晓明"

    def has_perm(self, permission: str) -> bool:
        return permission == "contracts.read"


@pytest.fixture(autouse=True)
def _addresses(settings):
    settings.ROOT_URLCONF = __name__


def request_of(user, address: str = "/") -> HttpRequest:
    request = RequestFactory().get(address)
    request.user = user
    return request


def test_the_navigation_shows_what_exists_and_is_permitted():
    links = shell(request_of(Reader()))["navigation"]()

    assert [(link.label, link.url) for link in links] == [
        ("总览", "/"),
        ("合同", "/contracts/"),
        ("履约日历", "/contracts/calendar/"),
    ]


@pytest.mark.parametrize(
    ("address", "label"),
    [("/", "总览"), ("/contracts/hdc-2026-01/", "合同"), ("/contracts/calendar/", "履约日历")],
)
def test_one_entry_is_marked_as_the_present_one(address, label):
    links = shell(request_of(Reader(), address))["navigation"]()

    assert [link.label for link in links if link.active] == [label]


def test_a_page_shows_a_button_only_to_whoever_may_press_it():
    button = '{% if user|may:"contracts.read" %}打开{% endif %}{% if user|may:"contracts.write" %}修改{% endif %}'

    assert render(button, user=Reader()) == "打开"
    assert render(button, user=AnonymousUser()) == ""


def test_nobody_signed_in_no_navigation():
    assert shell(request_of(AnonymousUser()))["navigation"]() == []


# ---- Partials and layouts ----


def test_a_day_of_the_month_links_its_numbers_to_the_lists_behind_them():
    count = {"state": "overdue", "label": "逾期", "count": 2, "url": "/contracts/occurrences/?on=2026-11-18"}
    day = {
        "date": date(2026, 11, 18),
        "in_month": True,
        "is_today": False,
        "is_working": True,
        "note": "",
        "counts": [count],
    }

    html = render_to_string("partials/month_grid.html", {"weeks": [[day]]})

    assert 'href="/contracts/occurrences/?on=2026-11-18"' in html
    assert "kw-day-empty" not in html
    assert "kw-day-empty" in render_to_string("partials/month_grid.html", {"weeks": [[day | {"counts": []}]]})


def test_turning_the_page_keeps_search_and_filters():
    request = request_of(Reader(), "/contracts/?q=备份&state=open&page=2")
    rows = Paginator(range(120), 50).page(2)

    html = render_to_string("partials/pagination.html", {"page": rows}, request=request)

    assert "共 120 条，第 51–100 条" in html
    assert "q=%E5%A4%87%E4%BB%BD&amp;state=open&amp;page=3" in html


def test_a_definition_may_be_zero():
    html = render_to_string("partials/definition_list.html", {"rows": [{"label": "退回次数", "value": 0}]})

    assert "<dd>0</dd>" in html


def test_a_filter_shows_what_is_chosen():
    states = {
        "name": "state",
        "label": "状态",
        "kind": "select",
        "value": "2",
        "options": [(1, "甲"), (2, "乙")],
    }

    html = render_to_string("partials/filters.html", {"filters": [states]})

    assert '<option value="2" selected>乙</option>' in html
    assert html.count("selected") == 1


def test_a_list_names_its_reader_and_shows_its_rows():
    rows = Paginator(["一", "二"], 50).page(1)

    html = render_to_string("list.html", {"page_obj": rows, "title": "合同"}, request=request_of(Reader()))

    assert "<title>合同 · 康维</title>" in html
    assert "王晓明" in html
    assert "市卫生健康数据中心" in html
    assert "kw-table" in html


def test_a_list_without_rows_says_what_to_do():
    html = render_to_string("list.html", {"page_obj": Paginator([], 50).page(1)}, request=request_of(Reader()))

    assert "没有符合条件的记录" in html
    assert "kw-table" not in html


def test_the_error_page_needs_no_context():
    assert "系统出错" in render_to_string("500.html")


def test_a_locked_account_is_told_how_long():
    html = render_to_string("locked_out.html", {"failure_limit": 5, "cooloff_timedelta": timedelta(minutes=15)})

    assert "<strong>15分钟</strong>" in html


@pytest.mark.parametrize("template", ["shell.html", "list.html", "detail.html", "login.html", "500.html"])
def test_no_page_carries_inline_script_or_style(template):
    html = render_to_string(template, {"page_obj": Paginator([], 50).page(1)}, request=request_of(Reader()))

    assert "<style" not in html
    assert " style=" not in html
    assert "<script>" not in html
    assert " onclick=" not in html
