"""What the schema refuses, as the author of a contract file meets it: file, line, field, reason."""

import pytest

from tests.core.contracts.example import TEXT, changed, complaints, load


def test_the_example_is_sound():
    contract = load()
    assert (contract.id, contract.title, contract.package) == ("small-2026", "数据库运维", "7")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("kangwei: contract/1", "kangwei: contract/2", "1: kangwei：应为 'contract/1'，写的是「contract/2」"),
        ("id: small-2026", "id: Small 2026", "2: id：只能用小写英文字母、数字，中间可用 -"),
        ("title: 数据库运维", "title: 2026", "3: title：应为文字（数字与 true、false 要加引号），写的是「2026」"),
        ("title: 数据库运维", "title:", "3: title：不能为空"),
        ("title: 数据库运维", "title: '  '", "3: title：不能为空"),
        ("title: 数据库运维", f"title: {'长' * 201}", "3: title：不能超过 200 个字"),
        ('package: "7"', "package: 7", "4: package：应为文字（数字与 true、false 要加引号），写的是「7」"),
        ("buyer: 某数据中心\n", "", "1: buyer：缺少这个字段"),
        ("sha256: 0000", "sha256: 000X", "8: source.sha256：应为采购文本的 SHA-256，64 位小写十六进制，写的是「000X"),
        ("lines: 90", "lines: 0", "9: source.lines：应 > 0，写的是「0」"),
        ("range: 11-80", "range: 80-11", "10: source.range：终止行 11 在起始行 80 之前，写的是「80-11」"),
        ("range: 11-80", "range: 0-80", "10: source.range：行号应写作「起始行-终止行」或单个行号"),
        ("start: 2026-01-01", "start: 2026-02-30", "11: term.start：应为日期，例如 2026-01-31，写的是「2026-02-30」"),
        ("start: 2026-01-01", "start: 0226-01-01", "11: term.start：应 ≥ 2000-01-01，写的是「0226-01-01」"),
        ("start: 2026-01-01", "start: 9999-12-01", "11: term.start：应 < 2100-01-01，写的是「9999-12-01」"),
        ("start: 2026-01-01", "start: 20260101", "11: term.start：应为日期，例如 2026-01-31，写的是「20260101」"),
        ("months: 12", "months: 一年", "11: term.months：应为整数，写的是「一年」"),
        ("months: 12", "months: 121", "11: term.months：应 ≤ 120，写的是「121」"),
        ("assumed: true", "assumed: 是", "11: term.assumed：应为 true 或 false，写的是「是」"),
        ("Mon-Fri 09:00-18:00", "工作日 9 点到 18 点", "13: calendars.working：服务时段「工作日 9 点到 18 点」里的"),
        ("  working: Mon", "  工作时间: Mon", "13: calendars.工作时间：只能用小写英文字母、数字"),
        ("last: 2026-03-12", "last: 2026-03-01", "15: key_periods.第1项：最后一天 2026-03-01 早于第一天 2026-03-04"),
        ("last: 2026-03-12", "ends: 2026-03-12", "15: key_periods.第1项.ends：没有这个字段"),
        ("{name: 两会, first: 2026-03-04, last: 2026-03-12}", "两会", "15: key_periods.第1项：应为若干「字段: 值」"),
        ("modules: [挂号, 收费]", "modules: 挂号", "18: scope.systems.第1项.modules：应为列表，写的是「挂号」"),
        ("count: 3, unit: 套", "count: 三, unit: 套", "20: scope.counts.第1项.count：应为数字，写的是「三」"),
        ("count: 3, unit: 套", "count: -3, unit: 套", "20: scope.counts.第1项.count：应 > 0，写的是「-3」"),
        ("targets:\n  database:", "targets:\n  业务数据库:", "22: targets.业务数据库：只能用小写英文字母、数字"),
        ("limit: 10m", "limit: 10 minutes", "28: service_levels.第1项.limit：时限「10 minutes」看不懂，应写成 10m"),
        ("limit: 10m", "limit: 10", "28: service_levels.第1项.limit：时限「10」看不懂"),
        ("limit: 10m", "limit: 0m", "28: service_levels.第1项.limit：时限「0m」看不懂"),
        ("clock: response", "clock: reaction", "28: service_levels.第1项.clock：应为 'response'、'arrival'、"),
        ("{period: working}", "{periods: working}", "28: service_levels.第1项.when.periods：没有这个字段，是否想写"),
        ("{period: working}", "{period: day}", "28: service_levels.第1项.when.period：应为 'working' 或 'off'"),
        ("activity: inspection", "activity: 巡检", "33: duties.第1项.activity：应为 'inspection'、'duty'、"),
        ("cadence:", "cadance:", "34: duties.第1项.cadance：没有这个字段，是否想写「cadence」"),
        ("{every: month}", "每月一次", "34: duties.第1项.cadence：没有这种频次写法，可以用的有：every、per、by"),
        ("{every: month}", "{evry: month}", "34: duties.第1项.cadence：没有这种频次写法，可以用的有：every、per、by"),
        ("{every: month}", "{every: fortnight}", "34: duties.第1项.cadence.every：应为 'day'、'workday'、"),
        ("{every: month}", "{every: month, time: 2}", "34: duties.第1项.cadence.time：没有这个字段，是否想写「times」"),
        ("{every: month}", "{every: month, times: 0}", "34: duties.第1项.cadence.times：应 ≥ 1，写的是「0」"),
        ("{every: month}", "{every: month, at: [32]}", "34: duties.第1项.cadence：at 里的「32」不能用于 every: month"),
        ("{every: month}", "{times: 2, per: termly}", "34: duties.第1项.cadence.per：应为 'year' 或 'term'"),
        ("{every: month}", "{by: {middle: 40}}", "34: duties.第1项.cadence.by.middle：应为 'midterm' 或 'end'"),
        ("{every: month}", "{by: {end: 140}}", "34: duties.第1项.cadence.by.end：应 ≤ 100，写的是「140」"),
        ("{every: month}", "{by: {}}", "34: duties.第1项.cadence.by：至少要有一项"),
        ("{every: month}", "{rotate: {over: a, batch: 2}}", "34: duties.第1项.cadence.rotate.every：缺少这个字段"),
        ("{every: month}", "{during: 国庆}", "34: duties.第1项.cadence.during：应为 'holidays' 或 'key-periods'"),
        ("{every: month}", "{before: holidays, names: [复活节]}", "34: duties.第1项.cadence.names：没有「复活节」这"),
        ("{on: change, within: 2wd}", "{on: 变更}", "41: duties.第2项.cadence.on：应为 'incident'、"),
        ("within: 2wd", "within: 2 工作日", "41: duties.第2项.cadence.within：时限「2 工作日」看不懂"),
        ("share: 60", "share: 160", "52: payments.第1项.share：应 ≤ 100，写的是「160」"),
        ("share: 60", "share: 60%", "52: payments.第1项.share：应为数字，写的是「60%」"),
        ("value: 9,", "value: inf,", "48: measures.第1项.value：应为数字，写的是「inf」"),
        ('op: ">="', 'op: "≥"', "48: measures.第1项.op：应为 '>='、'>'、'<='、'<' 或 '='，写的是「≥」"),
        ("lines: 70-72", "lines: 七十", "59: ignored.第1项.lines：行号应写作「起始行-终止行」或单个行号，例如 12-18"),
        ('cite: "small.txt:30"', "cite: 第 30 行", "37: duties.第1项.cite：出处应写作「文件名:起始行-终止行」"),
        ('cite: "small.txt:30"', 'cite: "small.txt:30-28"', "37: duties.第1项.cite：出处的终止行 28 在起始行 30 之前"),
        ('cite: "small.txt:30"', "cite: 30", "37: duties.第1项.cite：出处应为一条「文件名:行-行」，或由其组成的列表"),
        ('cite: "small.txt:30"', "cite: []", "37: duties.第1项.cite：出处应为一条「文件名:行-行」，或由其组成的列表"),
        ('    cite: "small.txt:30"\n', "", "31: duties.第1项.cite：缺少这个字段"),
    ],
    ids=lambda value: value[:40].replace("\n", "|"),
)  # fmt: skip
def test_a_fault_is_named_with_line_field_and_reason(old, new, complaint):
    said = complaints(changed((old, new)))
    assert [line for line in said if line.startswith(f"small-2026.yaml:{complaint}")], said


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "small-2026.yaml:1: 整个文件：文件是空的"),
        ("- kangwei: contract/1\n", "small-2026.yaml:1: 整个文件：应为若干「字段: 值」"),
        ("合同\n", "small-2026.yaml:1: 整个文件：应为若干「字段: 值」，写的是「合同」"),
        (TEXT.replace("[甲库, ", "[甲库, ]]"), "small-2026.yaml:25: 整个文件：不是合格的 YAML，第 20 列附近有误"),
        (TEXT.replace("buyer:", "title:"), "small-2026.yaml:5: title：字段重复，第 3 行已有"),
        (TEXT.replace("buyer: ", "buyer: &buyer "), "small-2026.yaml:5: 整个文件：不接受 YAML 锚点与别名（& 和 *）"),
        (TEXT + "# " + "很长" * 100_000, "small-2026.yaml:1: 整个文件：文件超过 500 KB"),
        (TEXT.replace("ignored:", "ignored: " + "[" * 3000), "small-2026.yaml:1: 整个文件：不是合格的 YAML：嵌套过深"),
    ],
    ids=["empty", "list", "word", "not YAML", "key twice", "anchor", "huge", "deep"],
)  # fmt: skip
def test_what_is_no_contract_file_at_all(text, complaint):
    assert complaints(text)[0].startswith(complaint)


def test_every_fault_is_named_at_once_in_the_order_of_lines():
    text = changed(
        ("buyer: 某数据中心\n", "by: 某数据中心\n"),
        ("months: 12", "months: 0"),
        ("limit: 30m", "limit: 半小时"),
        ("every: month", "every: moon"),
        ("share: 60", "share: 六成"),
    )
    assert [line.partition("：")[0] for line in complaints(text)] == [
        "small-2026.yaml:1: buyer",
        "small-2026.yaml:5: by",
        "small-2026.yaml:11: term.months",
        "small-2026.yaml:29: service_levels.第2项.limit",
        "small-2026.yaml:34: duties.第1项.cadence.every",
        "small-2026.yaml:52: payments.第1项.share",
    ]


def test_two_faults_of_one_clause_are_two_problems():
    text = changed(("activity: configuration", "activity: 登记"), ("within: 2wd", "within: 2工作日"))
    assert [line.partition("：")[0] for line in complaints(text)] == [
        "small-2026.yaml:40: duties.第2项.activity",
        "small-2026.yaml:41: duties.第2项.cadence.within",
    ]


def test_a_word_of_yaml_1_1_stays_a_word():
    contract = load(changed(("{on: change, within: 2wd}", "{on: incident}")))
    assert contract.duties[1].cadence.label == "每次事件"
    assert contract.service_levels[1].when.conditions() == {"period": "off"}


def test_hours_dates_and_numbers_of_packages_stay_as_written():
    contract = load(changed(("Mon-Fri 09:00-18:00", "daily 08:30-17:30"), ('package: "7"', "package: 02")))
    assert contract.calendars == {"working": "daily 08:30-17:30"}
    assert contract.package == "02"
    assert contract.term.start.isoformat() == "2026-01-01"
