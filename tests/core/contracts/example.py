"""A small contract file with one part of every section, and ways to load it."""

import pytest

from kangwei.core.calendars import bundled_calendar
from kangwei.core.contracts import Contract, ContractFileError, load_contract

FILE = "small-2026.yaml"
# The line numbers that tests name are those of this text: `kangwei` stands on line 1.
TEXT = """\
kangwei: contract/1
id: small-2026
title: 数据库运维
package: "7"
buyer: 某数据中心
source:
  file: small.txt
  sha256: 0000000000000000000000000000000000000000000000000000000000000000
  lines: 90
  range: 11-80
term: {start: 2026-01-01, months: 12, assumed: true, cite: "small.txt:12"}
calendars:
  working: Mon-Fri 09:00-18:00
key_periods:
  - {name: 两会, first: 2026-03-04, last: 2026-03-12}
scope:
  systems:
    - {name: 门诊系统, modules: [挂号, 收费], users: 门诊部, category: 业务系统, count: 1, cite: "small.txt:14"}
  counts:
    - {what: 数据库, count: 3, unit: 套, cite: "small.txt:15"}
targets:
  database:
    name: 业务数据库
    unit: 套
    members: [甲库, 乙库, 丙库]
    cite: "small.txt:15-16"
service_levels:
  - {clock: response, limit: 10m, when: {period: working}, cite: "small.txt:20"}
  - {clock: response, limit: 30m, when: {period: off}, cite: "small.txt:21"}
duties:
  - id: inspection
    name: 数据库巡检
    activity: inspection
    cadence: {every: month}
    per: database
    produces: [巡检报告]
    cite: "small.txt:30"
  - id: change-record
    name: 变更登记
    activity: configuration
    cadence: {on: change, within: 2wd}
    cite: "small.txt:31"
deliverables:
  - {name: 巡检报告, aliases: [月度巡检报告], group: 过程文档, cite: "small.txt:40"}
staffing:
  - {role: 数据库工程师, count: 1, years: 3, onsite: true, cite: "small.txt:50"}
measures:
  - {name: 用户满意度, metric: satisfaction, op: ">=", value: 9, of: 10, unit: 分, over: quarter, cite: "small.txt:52"}
commitments:
  - {id: secrecy, name: 不泄露数据, kind: confidentiality, cite: "small.txt:53"}
payments:
  - {name: 首付款, share: 60, cite: "small.txt:55"}
acceptance:
  documents:
    - {name: 月度巡检报告, group: 过程文档, of: 巡检报告, cite: "small.txt:60"}
  steps:
    - {name: 组织验收会, cite: "small.txt:62"}
ignored:
  - {lines: 70-72, reason: 投标要求}
"""


def changed(*replacements: tuple[str, str]) -> str:
    """The text with each (old, new) put in once."""
    text = TEXT
    for old, new in replacements:
        assert old in text, f"the example does not hold {old!r}"
        text = text.replace(old, new, 1)
    return text


def load(text: str = TEXT, source_text: str | None = None) -> Contract:
    """The contract in a text."""
    return load_contract(text, file=FILE, calendar=bundled_calendar(), source_text=source_text).contract


def complaints(text: str, source_text: str | None = None) -> list[str]:
    """What is said about a text that is refused, a line a fault."""
    with pytest.raises(ContractFileError) as refusal:
        load(text, source_text)
    said = str(refusal.value).splitlines()
    assert said == [str(problem) for problem in refusal.value.problems]
    return said
