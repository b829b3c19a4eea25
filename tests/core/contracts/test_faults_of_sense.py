"""What is well formed and still cannot be meant: references, citations, keys, cadences against the term."""

import pytest

from tests.core.contracts.example import changed, complaints, load


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("per: database", "per: databases", "35: duties.第1项.per：targets 中没有「databases」"),
        ("produces: [巡检报告]", "produces: [巡检单]", "36: duties.第1项.produces：deliverables 中没有「巡检单」"),
        ("of: 巡检报告", "of: 巡检单", "55: acceptance.documents.第1项.of：deliverables 中没有「巡检单」"),
        ("limit: 10m", "limit: 10m, runs: always", "28: service_levels.第1项.runs：calendars 中没有「always」"),
        ("members: [甲库, 乙库, 丙库]", "members: []", "22: targets.database：members 与 count 应写且只写一项"),
        ("members: [甲库,", "count: 3\n    members: [甲库,", "22: targets.database：members 与 count 应写且只写一项"),
        ("[甲库, 乙库, 丙库]", "[甲库, 乙库, 甲库]", "25: targets.database.members：成员有重复"),
        ("id: change-record", "id: inspection", "38: duties.第2项：与前面的条款重名（duty:inspection），请各写一个 id"),
        ("range: 11-80", "range: 11-91", "10: source.range：终止行 91 超出全文 90 行"),
        ("small.txt:30", "small.txt:91", "37: duties.第1项.cite：出处「small.txt:91」超出采购文本的 90 行"),
        ("small.txt:30", "small.txt:88-91", "37: duties.第1项.cite：出处「small.txt:88-91」超出采购文本的 90 行"),
        ("small.txt:30", "large.txt:30", "37: duties.第1项.cite：出处的文件应为 small.txt，写的是「large.txt:30」"),
        ("small.txt:30", "small.txt:20-60", "37: duties.第1项.cite：出处「small.txt:20-60」超过 40 行"),
        ("small.txt:12", "small.txt:91", "11: term.cite：出处「small.txt:91」超出采购文本的 90 行"),
        ("small.txt:15-16", "small.txt:91", "26: targets.database.cite：出处「small.txt:91」超出采购文本的 90 行"),
        ("lines: 70-72", "lines: 70-91", "59: ignored.第1项.lines：行号超出采购文本的 90 行"),
    ],
)
def test_a_fault_is_named_with_line_field_and_reason(old, new, complaint):
    said = complaints(changed((old, new)))
    assert len(said) == 1
    assert said[0].startswith(f"small-2026.yaml:{complaint}")


SEVERITIES = 'severities: [{name: 一般, cite: "small.txt:22"}, {name: 重大, cite: "small.txt:22"}]\nscope:\n'
GRAVE = (
    'small.txt:20"}',
    'small.txt:20"}\n  - {clock: arrival, limit: 2h, when: {severity: 重大}, cite: "small.txt:22"}',
)


@pytest.mark.parametrize(
    ("replacements", "complaint"),
    [
        (
            [("category: 业务系统", "part_of: 住院系统")],
            "18: scope.systems.第1项.part_of：scope.systems 中没有「住院系统」",
        ),
        (
            [("category: 业务系统", "part_of: 门诊系统")],
            "18: scope.systems.第1项.part_of：「门诊系统」成了自身的子系统",
        ),
        ([GRAVE], "29: service_levels.第2项.when.severity：severities 中没有「重大」"),
        (
            [("limit: 10m, when: {", "limit: 10m, when: {target: 数据库, ")],
            "28: service_levels.第1项.when.target：scope.systems 中没有名称或类别为「数据库」的系统",
        ),
        (
            [("working: Mon-Fri", "office: Mon-Fri")],
            "28: service_levels.第1项.when.period：calendars 中没有 working，无从区分工作与非工作时间",
        ),
        (
            [("limit: 10m", "limit: 10m, upgrades_to: 重大")],
            "28: service_levels.第1项.upgrades_to：severities 中没有「重大」",
        ),
        (
            [("scope:\n", SEVERITIES), ("{period: working}", "{severity: 重大}, upgrades_to: 一般")],
            "29: service_levels.第1项.upgrades_to：「一般」并不比「重大」严重",
        ),
        ([("per: database", "when: {kind: change}")], "35: duties.第1项.when：只有事件触发（on）的义务可以写 when"),
        (
            [("{on: change, within: 2wd}", "{on: change}\n    when: {severity: 重大}")],
            "42: duties.第2项.when.severity：severities 中没有「重大」",
        ),
        ([("onsite: true", "calendar: nights")], "46: staffing.第1项.calendar：calendars 中没有「nights」"),
        ([("onsite: true", "kind: on-duty")], "46: staffing.第1项.calendar：在岗人数（on-duty）应写明 calendar"),
    ],
)
def test_a_condition_on_what_the_file_does_not_hold_is_refused(replacements, complaint):
    said = complaints(changed(*replacements))
    assert said[0].startswith(f"small-2026.yaml:{complaint}")


def test_the_same_conditions_are_fine_once_the_file_holds_what_they_name():
    contract = load(
        changed(
            ("scope:\n", SEVERITIES),
            (
                "{name: 门诊系统,",
                '{name: 医院系统, category: 平台, cite: "small.txt:14"}\n    - {name: 门诊系统, part_of: 医院系统,',
            ),
            GRAVE,
            ("limit: 10m, when: {", "limit: 10m, upgrades_to: 重大, when: {target: 业务系统, severity: 一般, "),
            ("{on: change, within: 2wd}", "{on: change, within: 1wd}\n    when: {severity: 重大}"),
            ("onsite: true", "kind: on-duty, calendar: working"),
        )
    )
    assert contract.service_levels[0].upgrades_to == "重大"
    assert contract.scope.systems[1].part_of == "医院系统"
    assert contract.staffing[0].calendar == "working"


def test_systems_that_are_part_of_each_other_are_refused():
    circle = [f'{{name: {one}, part_of: {other}, cite: "small.txt:14"}}' for one, other in ("甲乙", "乙甲")]
    said = complaints(
        changed(("- {name: 门诊系统,", "\n    ".join(f"- {part}" for part in [*circle, "{name: 门诊系统,"])))
    )
    assert [line.rpartition("：")[2] for line in said] == ["「甲」成了自身的子系统", "「乙」成了自身的子系统"]


@pytest.mark.parametrize("bound", ["value: 9, against: 中位数", "of: 10"])
def test_a_measure_has_a_value_or_a_published_figure_never_both_nor_none(bound):
    said = complaints(changed(("value: 9, of: 10", bound)))
    assert said == ["small-2026.yaml:48: measures.第1项：value 与 against 应写且只写一项"]


def test_a_measure_may_be_held_against_a_published_figure():
    assert load(changed(("value: 9, of: 10", "against: 月度中位数"))).measures[0].against == "月度中位数"


def test_what_stands_just_inside_the_limits_is_fine():
    load(changed(("range: 11-80", "range: 90"), ("small.txt:30", "small.txt:51-90"), ("lines: 70-72", "lines: 90")))


def test_every_fault_is_named_at_once():
    text = changed(("small.txt:14", "small.txt:914"), ("per: database", "per: host"), ("[巡检报告]", "[甲, 乙]"))
    assert complaints(text) == [
        "small-2026.yaml:18: scope.systems.第1项.cite：出处「small.txt:914」超出采购文本的 90 行",
        "small-2026.yaml:35: duties.第1项.per：targets 中没有「host」",
        "small-2026.yaml:36: duties.第1项.produces：deliverables 中没有「乙」",
        "small-2026.yaml:36: duties.第1项.produces：deliverables 中没有「甲」",
    ]


def test_a_document_may_go_by_an_alias_everywhere():
    contract = load(changed(("produces: [巡检报告]", "produces: [月度巡检报告]"), ("of: 巡检报告", "of: 月度巡检报告")))
    assert contract.duties[0].produces == ("月度巡检报告",)


def test_clauses_without_an_id_that_share_a_name_are_refused():
    twice = 'cite: "small.txt:40"}\n  - {name: 巡检报告, cite: "small.txt:41"}'
    assert complaints(changed(('cite: "small.txt:40"}', twice))) == [
        "small-2026.yaml:45: deliverables.第2项：与前面的条款重名（deliverable:巡检报告），请各写一个 id"
    ]
    assert len(load(changed(('cite: "small.txt:40"}', twice.replace("{name", "{id: second, name")))).deliverables) == 2


def test_one_name_may_stand_in_two_sections():
    load(changed(("name: 组织验收会", "name: 月度巡检报告")))


def test_rotation_names_its_group_itself():
    rotation = "{rotate: {over: database, batch: 2, every: month}}"
    contract = load(changed(("{every: month}", rotation), ("    per: database\n", "")))
    assert contract.duties[0].cadence.rotate.over == "database"
    assert complaints(changed(("{every: month}", rotation))) == [
        "small-2026.yaml:35: duties.第1项.per：轮转的对象已写在 rotate 的 over，不能再写 per"
    ]
    assert complaints(
        changed(("{every: month}", rotation.replace("database", "host")), ("    per: database\n", ""))
    ) == ["small-2026.yaml:34: duties.第1项.cadence.rotate.over：targets 中没有「host」"]


NEVER = "small-2026.yaml:34: duties.第1项.cadence：该频次在合同期 2026-01-01 至 2026-01-31 内一次也不出现"


@pytest.mark.parametrize(
    "cadence",
    ["{during: holidays, names: [国庆节]}", "{before: holidays, names: [国庆节]}", "{during: key-periods}"],
)
def test_a_cadence_that_never_falls_inside_the_term_is_refused(cadence):
    assert complaints(changed(("months: 12", "months: 1"), ("{every: month}", cadence))) == [NEVER]


@pytest.mark.parametrize(
    "cadence",
    [
        "{during: holidays, names: [元旦]}",
        "{before: holidays, names: [春节], days: 20}",
        "{every: year}",
        "{times: 2, per: term}",
        "{on: incident}",
    ],
)
def test_a_cadence_that_falls_inside_the_term_once_is_fine(cadence):
    load(changed(("months: 12", "months: 1"), ("{every: month}", cadence)))


def key_periods(duty_names, *named):
    rows = "".join(f"  - {{name: {name}, first: 2026-03-04, last: 2026-03-12}}\n" for name in named)
    return changed(
        (
            "key_periods:\n  - {name: 两会, first: 2026-03-04, last: 2026-03-12}\n",
            f"key_periods:\n{rows}" if rows else "",
        ),
        ("{every: month}", f"{{during: key-periods{duty_names}}}"),
    )


def test_key_periods_may_wait_until_the_buyer_names_them():
    load(key_periods(""))
    load(key_periods(", names: [两会, 服贸会]"))
    # One is named, the other is not yet.
    load(key_periods(", names: [两会, 服贸会]", "两会"))


def test_a_key_period_that_no_duty_asks_for_is_a_misspelling():
    assert complaints(key_periods(", names: [北京两会]", "北京市两会")) == [
        "small-2026.yaml:15: key_periods.第1项.name：没有义务提到「北京市两会」，义务里写的是：北京两会"
    ]
    load(key_periods("", "北京市两会"))
    any_period = "  - {id: any, name: 重保, activity: duty, cadence: {during: key-periods}, cite: 'small.txt:31'}\n"
    load(key_periods(", names: [北京两会]", "北京市两会").replace("deliverables:", any_period + "deliverables:"))


def test_more_occurrences_than_anybody_can_do_are_a_slip_of_the_pen():
    members = "members: [甲库, 乙库, 丙库]"
    load(changed((members, "count: 1000"), ("{every: month}", "{every: day}")))
    assert complaints(changed((members, "count: 10000"), ("{every: month}", "{every: day}"))) == [
        "small-2026.yaml:34: duties.第1项.cadence：到这项为止，合同期内的应履行项超过 500000 项，请核对频次与对象数量"
    ]


class TestFaultsOfFormAndOfSenseAtOnce:
    """One reading tells everything: what is badly written, and what is badly meant beside it."""

    def test_all_that_an_author_can_get_wrong_on_one_day(self):
        said = complaints(
            changed(
                ("limit: 10m", "limit: 10x"),  # a wrong duration…
                ("when: {period: off}, cite", "when: {severity: 重大}, cite"),
                (
                    "duties:\n",
                    '  - {clock: response, limit: 5m, when: {place: 远郊}, cite: "small.txt:22"}\nduties:\n',  # …a tie…
                ),
                ("activity: inspection", "activty: inspection"),  # …an unknown key…
                ("cadence: {on: change, within: 2wd}", "cadence: {during: holidays, names: [元旦]}"),  # …never…
                ("2026-01-01, months: 12", "2026-03-01, months: 6"),
                ("small.txt:52", "small.txt:152"),  # …and past the end
            )
        )
        assert [complaint.split("：")[0].split(": ", 1)[1] for complaint in said] == [
            "service_levels.第1项.limit", "service_levels.第3项", "duties.第1项.activity", "duties.第1项.activty",
            "duties.第2项.cadence", "measures.第1项.cite",
        ]  # fmt: skip
        assert (
            "看不懂" in said[0] and "同一工单可同时适用" in said[1] and "一次也不出现" in said[4] and "超出" in said[5]
        )

    def test_an_unknown_key_of_the_head_hides_nothing(self):
        said = complaints(
            changed(("title: 数据库运维", "title: 数据库运维\ntitel: x"), ("small.txt:52", "small.txt:152"))
        )
        assert ["titel" in said[0], "超出" in said[1], len(said)] == [True, True, 2]

    def test_where_the_head_itself_is_wrong_only_that_is_said(self):
        said = complaints(changed(("  lines: 90\n", ""), ("small.txt:52", "small.txt:152")))
        assert len(said) == 1 and "source.lines" in said[0]

    def test_a_reference_to_what_is_badly_written_is_no_second_fault(self):
        said = complaints(changed(("group: 过程文档, cite", "grup: 过程文档, cite")))
        assert len(said) == 1 and "grup" in said[0]
