"""How clauses read in Chinese: one table a section, for the page, the print and the spreadsheet alike.

Works on clauses as `clause_data` gives them, which is also how they are stored.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kangwei.core.calendars import Duration
from kangwei.core.contracts.clauses import Clause, Deliverable, Duty
from kangwei.core.contracts.schema import Contract

SECTIONS = {
    "system": "系统",
    "service-level": "服务级别",
    "severity": "事件级别",
    "duty": "义务",
    "deliverable": "成果物",
    "staff": "人员",
    "measure": "考核指标",
    "acceptance": "验收项",
    "acceptance-step": "验收步骤",
    "payment": "付款",
    "commitment": "承诺",
    "count": "数量",
    "target": "对象",
}

TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "systems": ("系统", ("system", "count", "target")),
    "service-levels": ("服务级别", ("service-level", "severity")),
    "duties": ("义务", ("duty",)),
    "deliverables": ("成果物", ("deliverable",)),
    "staffing": ("人员", ("staff",)),
    "measures": ("考核指标", ("measure",)),
    "acceptance": ("验收", ("acceptance", "acceptance-step", "payment")),
    "commitments": ("承诺", ("commitment",)),
}
"""How a reader takes a contract up: name of the part, its label, and the sections in it."""

CLOCKS = {
    "response": "响应", "arrival": "到场", "restore": "恢复", "resolve": "解决", "reply": "答复", "close": "办结",
}  # fmt: skip
CONDITIONS = {
    "kind": "工单", "target": "对象", "severity": "级别", "place": "地域", "caller": "来电方", "method": "方式",
    "period": "时段", "tier": "支持层级",
}  # fmt: skip
TICKETS = {
    "incident": "事件", "request": "服务请求", "problem": "问题", "change": "变更", "release": "发布",
    "data_fix": "数据修正", "complaint": "接诉即办", "security_order": "安全处置",
}  # fmt: skip
ACTIVITIES = {
    "inspection": "巡检", "duty": "值守", "support": "技术支持", "maintenance": "维护", "backup": "备份",
    "restore-test": "还原测试", "verification": "核查", "tuning": "调优", "audit": "审计", "assessment": "评估",
    "drill": "演练", "plan": "方案预案", "report": "报告", "meeting": "会议", "training": "培训", "survey": "调查",
    "document": "文档", "data-quality": "数据质量", "configuration": "配置", "security": "安全", "knowledge": "知识",
    "coordination": "协调配合",
}  # fmt: skip
METRICS = {
    "availability": "可用率", "outage": "中断时长", "satisfaction": "满意度", "satisfied-rate": "满意率",
    "response-rate": "响应率", "solved-rate": "解决率", "composite-score": "综合成绩", "accuracy": "准确率",
    "completeness": "完整率", "timeliness": "及时率", "success-rate": "成功率", "utilisation": "利用率",
    "volume": "数量", "effort": "工作量", "retention": "留存时间", "coverage": "覆盖率", "attendance": "出勤",
    "other": "其他",
}  # fmt: skip
_WORDS = CLOCKS | TICKETS | {
    "working": "工作时间", "off": "非工作时间", "remote": "远程", "onsite": "现场", "either": "远程或现场",
    "first": "一线", "second": "二线",
    "opened": "受理", "responded": "响应", "occurred": "发生", "escalated": "转交二线",
    "term": "合同期", "year": "年", "half-year": "半年", "quarter": "季度", "month": "月", "each": "每次",
    "confidentiality": "保密", "staff": "人员", "method": "方式", "limit": "限额", "cost": "费用", "standard": "标准",
    "cooperation": "配合", "other": "其他",
    "role": "岗位", "team": "团队合计", "on-duty": "在岗",
    "in": "接入", "out": "送出", "both": "双向",
    "signing": "签订", "start": "服务开始", "midterm": "期中", "end": "期满", "acceptance": "验收",
    "term-end": "合同期满", "application": "提出申请", "previous": "上一步完成", "delivery": "交付",
    "buyer": "甲方", "supplier": "乙方", "consent": "须经甲方同意", "written": "须经甲方书面同意",
    "inspection": "巡检", "document": "文档", "record": "记录",
    ">=": "≥", "<=": "≤",
}  # fmt: skip


def clause_data(clause: Clause, contract: Contract) -> dict[str, Any]:
    """A clause as JSON data without its citations, with what follows from its cadence and the names it refers to."""
    data = clause.model_dump(mode="json", exclude_none=True, exclude={"cite"})
    if isinstance(clause, Duty):
        data |= {
            "required_evidence": clause.required_evidence,
            "cadence_label": clause.cadence.label,
            "scheduled": clause.cadence.scheduled,
        }
        if clause.per:
            data["per_name"] = contract.targets[clause.per].name
    if isinstance(clause, Deliverable):
        names = {clause.name, *clause.aliases}
        data["produced_by"] = [duty.name for duty in contract.duties if names & set(duty.produces)]
    window = data.get("calendar") or data.get("runs")
    if window:
        data["window"] = contract.calendars[window]
    return data


def condition_words(when: dict[str, str]) -> dict[str, str]:
    """The conditions of a service level or an event duty, each under what it is called: {"级别": "紧急"}."""
    return {CONDITIONS[name]: _word(value) for name, value in when.items()}


def conditions(when: dict[str, str]) -> str:
    """The conditions of a service level or an event duty in one line: 级别 紧急，地域 远郊; "" for none."""
    return "，".join(f"{label} {word}" for label, word in condition_words(when).items())


def limit(data: dict[str, Any]) -> str:
    """The limit of a service level, with what it counts from and in where that is not opening and natural time."""
    counted = data.get("counts_from", "opened")
    since = "" if counted == "opened" else f"，自{_word(counted)}起"
    within = f"，按{data['window']}计" if data.get("window") else ""
    return Duration.parse(data["limit"]).label + since + within


def requirement(data: dict[str, Any]) -> str:
    """What a measure asks for: ≥ 9分（满分 12）, or ≥ the published figure."""
    scale = f"（满分 {data['of']}）" if data.get("of") else ""
    return f"{_word(data['op'])} {data.get('value') or data.get('against')}{data.get('unit', '')}{scale}"


Read = Callable[[dict[str, Any]], str]


def _condition(name: str) -> Read:
    return lambda data: _word(data.get("when", {}).get(name, ""))


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, list):
        return "、".join(_text(item) for item in value)
    return "是" if value is True else _word(str(value))


def _word(value: str) -> str:
    return _WORDS.get(value, value)


def _amount(name: str) -> Read:
    return lambda data: f"{data.get(name, '')} {data.get('unit', '')}".strip()


def _interfaces(data: dict[str, Any]) -> str:
    return "；".join(_interface(item) for item in data.get("interfaces", []))


def _interface(data: dict[str, str]) -> str:
    facts = [_word(data[name]) for name in ("direction", "content", "protocol", "schedule") if data.get(name)]
    return data["party"] + (f"（{'，'.join(facts)}）" if facts else "")


def _replacement(data: dict[str, Any]) -> str:
    terms = data.get("replacement") or {}
    facts = [f"仅限{terms['only']}"] if terms.get("only") else []
    facts += [_word(terms["approval"])] if terms.get("approval") else []
    facts += ["须事先告知"] if terms.get("notice") else []
    facts += [f"附{_text(terms['documents'])}"] if terms.get("documents") else []
    return "，".join(facts)


def _members(data: dict[str, Any]) -> str:
    return _text(data.get("members")) or _amount("count")(data)


def _activity(data: dict[str, Any]) -> str:
    return ACTIVITIES[data["activity"]]


def _cadence(data: dict[str, Any]) -> str:
    only = conditions(data.get("when", {}))
    return f"{data['cadence_label']}（{only}）" if only else str(data["cadence_label"])


def _each_time(data: dict[str, Any]) -> str:
    facts = [f"{data['quantity']} 个"] if data.get("quantity", 1) > 1 else []
    facts += [f"{data['people']} 人"] if data.get("people") else []
    facts += [Duration.parse(data["lasts"]).label] if data.get("lasts") else []
    return "，".join(facts)


def _metric(data: dict[str, Any]) -> str:
    return METRICS[data["metric"]] + (f"（{_word(data['kind'])}）" if data.get("kind") else "")


def _step_limit(data: dict[str, Any]) -> str:
    if not data.get("within"):
        return ""
    after = f"{_word(data['after'])}后" if data.get("after") else ""
    return f"{after}{Duration.parse(data['within']).label}内"


@dataclass(frozen=True)
class Column:
    """One column of a section's table: a field, or what a function reads.

    `main` ones say what the clause is and show even when empty; `long` ones hold text that a narrow page sets below
    the clause's name.
    """

    label: str
    source: str | Read
    main: bool = False
    long: bool = False

    def read(self, data: dict[str, Any]) -> str:
        """The cell of one clause."""
        return _text(data.get(self.source)) if isinstance(self.source, str) else self.source(data)


_NOTE = Column("说明", "note", long=True)
COLUMNS: dict[str, tuple[Column, ...]] = {
    "system": (
        Column("系统", "name", main=True), Column("隶属", "part_of"), Column("类别", "category"),
        Column("数量", "count"), Column("模块", "modules", long=True), Column("接口", _interfaces, long=True),
        Column("报表表单", "forms", long=True), Column("用户", "users", long=True), _NOTE,
    ),
    "service-level": (
        Column("时钟", lambda data: CLOCKS[data["clock"]], main=True), Column("时限", limit, main=True),
        *(Column(label, _condition(name)) for name, label in CONDITIONS.items()),
        Column("超时升级为", "upgrades_to"), _NOTE,
    ),
    "severity": (Column("级别", "name", main=True), Column("含义", "meaning", long=True), _NOTE),
    "duty": (
        Column("服务项", "group"), Column("义务", "name", main=True), Column("活动", _activity),
        Column("频次", _cadence, main=True), Column("逐一对象", "per_name"), Column("每次", _each_time),
        Column("成果物", "produces", long=True), Column("方式", "method"), Column("岗位", "role"),
        Column("范围", "scope", long=True), Column("检查要点", "checklist", long=True),
        Column("佐证", "required_evidence"), _NOTE,
    ),
    "deliverable": (
        Column("成果物", "name", main=True), Column("又名", "aliases", long=True), Column("分组", "group"),
        Column("产出自", "produced_by", long=True), _NOTE,
    ),
    "staff": (
        Column("岗位", "role", main=True), Column("类型", "kind"), Column("人数", "count", main=True),
        Column("级别", "level"), Column("经验年限", "years"), Column("学历", "education"),
        Column("资质", "certificates", long=True), Column("驻场", "onsite"), Column("地点", "place", long=True),
        Column("时间", "window"), Column("职责", "duties", long=True), Column("更换", _replacement, long=True), _NOTE,
    ),
    "measure": (
        Column("指标", "name", main=True), Column("度量", _metric), Column("要求", requirement, main=True),
        Column("考核周期", "over"), _NOTE,
    ),
    "acceptance": (
        Column("验收文件", "name", main=True), Column("分组", "group"), Column("对应成果物", "of"), _NOTE,
    ),
    "acceptance-step": (
        Column("步骤", "name", main=True), Column("由", "by"), Column("时限", _step_limit), _NOTE,
    ),
    "payment": (
        Column("名称", "name", main=True), Column("比例（%）", "share", main=True), Column("节点", "at"), _NOTE,
    ),
    "commitment": (Column("承诺", "name", main=True), Column("类别", "kind"), _NOTE),
    "count": (Column("内容", "what", main=True), Column("数量", _amount("count"), main=True), _NOTE),
    "target": (Column("对象", "name", main=True), Column("成员或数量", _members, main=True), _NOTE),
}  # fmt: skip


@dataclass(frozen=True)
class SectionTable:
    """A section in print: its columns, and a row of cells for every clause in order."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


def section_table(section: str, clauses: Sequence[dict[str, Any]]) -> SectionTable:
    """The clauses of a section as a table; columns that no clause fills are left out."""
    filled = [(column, [column.read(data) for data in clauses]) for column in COLUMNS[section]]
    shown = [(column, cells) for column, cells in filled if column.main or any(cells)]
    rows: Iterable[tuple[str, ...]] = zip(*(cells for _, cells in shown), strict=True)
    return SectionTable(tuple(column for column, _ in shown), tuple(rows))


def clause_name(section: str, data: dict[str, Any]) -> str:
    """What a clause is called: a service level reads 到场时限 2小时, every other bears its name."""
    if section == "service-level":
        return f"{CLOCKS[data['clock']]}时限 {Duration.parse(data['limit']).label}"
    return COLUMNS[section][1 if section == "duty" else 0].read(data)


_FIELD_LABELS = {
    "id": "编号", "name": "名称", "title": "名称", "what": "名称", "role": "岗位", "cite": "出处",
    "note": "说明", "part_of": "隶属", "modules": "模块", "interfaces": "接口", "forms": "报表表单",
    "users": "用户", "category": "类别", "count": "数量", "unit": "单位", "members": "成员", "meaning": "含义",
    "clock": "时钟", "limit": "时限", "when": "条件", "runs": "计时日历", "counts_from": "起算",
    "upgrades_to": "超时升级为", "group": "分组", "activity": "活动", "cadence": "频次", "per": "逐一对象",
    "quantity": "每次数量", "people": "每次人数", "lasts": "每次时长", "produces": "成果物", "evidence": "佐证",
    "method": "方式", "scope": "范围", "checklist": "检查要点", "aliases": "又名", "kind": "类别",
    "level": "级别", "years": "经验年限", "education": "学历", "certificates": "资质", "onsite": "驻场",
    "place": "地点", "calendar": "时间", "duties": "职责", "replacement": "更换", "metric": "度量",
    "op": "比较", "value": "限值", "against": "参照值", "of": "满分或对应", "over": "考核周期",
    "share": "比例（%）", "at": "节点", "by": "由", "within": "时限", "after": "起点", "package": "包号",
    "buyer": "甲方", "term": "合同期", "calendars": "计时日历", "key_periods": "重点时段", "source": "采购文本",
}  # fmt: skip


def field_label(name: str) -> str:
    """What a field of the contract file is called on screen; the name itself for one that is not known."""
    return _FIELD_LABELS.get(name, name)
