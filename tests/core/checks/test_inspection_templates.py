"""Loading inspection templates, and what is said about bad ones."""

import pytest

from kangwei.core.checks import Template, TemplateError, bundled_templates, load_template
from kangwei.core.probes import PROBES

GOOD = """\
kangwei: inspection/1
name: his-daily
title: HIS 日巡检
probe: http
sheet: {title: 系统巡检记录单}
checks:
  - {key: status, title: 状态码}
  - {key: response_ms, title: 响应时间, unit: 毫秒, warning: "> 3000", critical: "> 10000"}
  - {key: tls_days_left, title: 证书剩余天数, unit: 天, warning: "< 30", optional: true}
"""


@pytest.fixture
def load(tmp_path):
    def load(text, name="his-daily.yaml"):
        file = tmp_path / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return load_template(file)

    return load


def complaints(load, text, **name):
    with pytest.raises(TemplateError) as refusal:
        load(text, **name)
    return str(refusal.value).splitlines()


def test_a_template_as_it_is_written(load):
    template = load(GOOD)
    assert (template.name, template.probe, template.sheet.title) == ("his-daily", "http", "系统巡检记录单")
    status, response, certificate = template.checks
    assert (status.limits, status.optional) == ("", False)
    assert response.limits == "警告 > 3000，严重 > 10000"
    assert (certificate.limits, certificate.optional) == ("警告 < 30", True)


def test_a_run_can_keep_its_template_and_know_it_again(load):
    template = load(GOOD)
    kept = Template.model_validate_json(template.model_dump_json())
    assert kept == template
    assert kept.digest == template.digest


def test_the_digest_changes_with_a_threshold_but_not_with_a_comment(load):
    digest = load(GOOD).digest
    assert load(GOOD + "# reviewed\n").digest == digest
    assert load(GOOD.replace("> 3000", "> 3001")).digest != digest


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("inspection/1", "inspection/2", "his-daily.yaml:1: kangwei：应为 'inspection/1'"),
        ("probe: http\n", "", "his-daily.yaml:1: probe：缺少这个字段"),
        ("probe: http", "probe: HTTP 探测", "his-daily.yaml:4: probe：只能用小写英文字母、数字，"),
        ("title: HIS 日巡检", "title:", "his-daily.yaml:3: title：不能为空"),
        ("title: HIS 日巡检", "title: [HIS]", "his-daily.yaml:3: title：应为文字"),
        ("sheet: {title: 系统巡检记录单}", "sheet: 记录单", "his-daily.yaml:5: sheet：应为若干「字段: 值」"),
        ("optional: true", "optional: 可选", "his-daily.yaml:9: checks.第3项.optional：应为 true 或 false"),
        ("optional: true", "optional: [a]", "his-daily.yaml:9: checks.第3项.optional：应为 true 或 false"),
        ('"< 30"', '"30 天"', "his-daily.yaml:9: checks.第3项.warning：阈值 30 天 应以 > >= < <= = != 之一开头"),
        ('"< 30"', "[30]", "his-daily.yaml:9: checks.第3项.warning：应为带引号的阈值，例如"),
        ("> 10000", "> 1000", "his-daily.yaml:8: checks.第2项：严重的阈值应与警告的同类、同方向，而且更严"),
        ("> 10000", "< 1", "his-daily.yaml:8: checks.第2项：严重的阈值应与警告的同类、同方向，而且更严"),
        ("> 10000", "= false", "his-daily.yaml:8: checks.第2项：严重的阈值应与警告的同类、同方向，而且更严"),
        ("unit: 天, ", "units: 天, ", "his-daily.yaml:9: checks.第3项.units：没有这个字段，是否想写「unit」"),
        ("{key: status, title: 状态码}", "状态码", "his-daily.yaml:7: checks.第1项：应为若干「字段: 值」"),
        ("key: status", "key: response_ms", "his-daily.yaml:6: checks：检查项重复：response_ms"),
        ("probe: http", "probe: http\nprobe: ping", "his-daily.yaml:5: probe：字段重复，第 4 行已有"),
        ('"< 30"', "< 30 }", "his-daily.yaml:9: 整个文件：不是合格的 YAML"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_line_field_and_reason(load, old, new, complaint):
    assert old in GOOD
    assert complaints(load, GOOD.replace(old, new, 1))[0].startswith(complaint)


def test_all_faults_come_at_once_in_the_order_of_lines(load):
    bad = GOOD.replace('"< 30"', '"30"').replace("title: 状态码", "name: 状态码")
    assert [line.split("：")[0] for line in complaints(load, bad)] == [
        "his-daily.yaml:7: checks.第1项.name",
        "his-daily.yaml:7: checks.第1项.title",
        "his-daily.yaml:9: checks.第3项.warning",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "his-daily.yaml:1: 整个文件：文件是空的"),
        ("checks", "his-daily.yaml:1: 整个文件：应为若干「字段: 值」"),
        ("a: &x 1\nb: *x\n", "his-daily.yaml:1: 整个文件：不接受 YAML 锚点与别名（& 和 *）"),
        ("[" * 5000, "his-daily.yaml:1: 整个文件：不是合格的 YAML"),
        ("title: \x00", "his-daily.yaml:1: 整个文件：不是合格的 YAML"),
        ("标题".encode("gbk"), "his-daily.yaml:1: 整个文件：不是 UTF-8 编码"),
    ],
    ids=["empty", "a word", "anchors", "endless nesting", "control character", "GBK"],
)
def test_a_file_that_is_no_template_at_all(load, text, complaint):
    assert complaints(load, text)[0].startswith(complaint)


def test_an_empty_list_of_checks_is_refused(load):
    head = GOOD[: GOOD.index("checks:")]
    assert complaints(load, head + "checks: []\n") == ["his-daily.yaml:6: checks：至少要有一项"]
    assert complaints(load, head + "checks: 状态码\n") == ["his-daily.yaml:6: checks：应为列表，写的是「状态码」"]


def test_the_file_bears_the_name_of_the_template(load):
    assert complaints(load, GOOD, name="copy.yaml") == ["copy.yaml:2: name：应与文件名相同，而不是 his-daily"]


def test_the_bundled_templates():
    assert list(bundled_templates()) == ["host-local", "http-service", "postgresql-monthly"]


@pytest.mark.parametrize("template", bundled_templates().values(), ids=bundled_templates())
def test_a_bundled_template_asks_for_what_its_probe_measures(template):
    keys = PROBES[template.probe].keys
    asked = {check.key: check.unit for check in template.checks}
    assert asked == {key: keys[key].unit for key in asked}
    assert set(asked) == set(keys), "a reading that no line of the sheet shows"
