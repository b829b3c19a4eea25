"""How a clause reads on screen: its name and its facts in Chinese."""

from typing import Any

from django import template

from kangwei.contracts.models import Clause
from kangwei.core.calendars import Duration

register = template.Library()

CLOCKS = {
    "response": "响应", "arrival": "到场", "restore": "恢复", "resolve": "解决", "reply": "答复", "close": "办结",
}  # fmt: skip
CONDITIONS = {
    "kind": "工单", "target": "对象", "severity": "级别", "place": "地域", "caller": "来电方", "method": "方式",
    "period": "时段",
}  # fmt: skip
WORDS = {
    "incident": "事件", "request": "服务请求", "problem": "问题", "change": "变更", "release": "发布",
    "data_fix": "数据修正", "complaint": "接诉即办", "security_order": "安全处置", "working": "工作时间",
    "off": "非工作时间", "remote": "远程", "onsite": "现场", "opened": "受理", "responded": "响应", "occurred": "发生",
    "term": "合同期", "year": "年", "half-year": "半年", "quarter": "季度", "month": "月", "each": "每次",
    "confidentiality": "保密", "staff": "人员", "change-limit": "变更", "limit": "限额", "cost": "费用",
    "standard": "标准", "cooperation": "配合", "other": "其他",
}  # fmt: skip
LABELS = {
    "modules": "模块", "users": "用户", "category": "类别", "count": "数量", "unit": "单位", "members": "成员",
    "aliases": "又名", "group": "分组", "years": "经验年限", "certificates": "资质", "place": "地点",
    "hours": "时间", "duties": "职责", "replacement": "更换", "over": "考核周期", "kind": "类别",
    "share": "比例（%）", "of": "对应成果物",
    "runs": "计时日历", "counts_from": "起算", "on_breach": "超时后", "note": "注",
}  # fmt: skip


FIELDS = LABELS | {
    "name": "名称", "title": "名称", "what": "名称", "role": "岗位", "cite": "出处", "cadence": "频次",
    "clock": "时钟",
    "limit": "时限", "when": "条件", "activity": "活动", "per": "逐一对象", "quantity": "每次数量",
    "produces": "成果物",
    "evidence": "佐证", "method": "方式", "scope": "范围", "onsite": "驻场", "op": "比较", "value": "限值",
    "id": "编号",
    "package": "包号", "buyer": "甲方", "term": "合同期", "calendars": "计时日历", "key_periods": "重点时段",
    "source": "采购文本",
}  # fmt: skip


@register.filter
def field_label(name: str) -> str:
    """What a field of the contract file is called on screen."""
    return FIELDS.get(name, name)


@register.filter
def clause_name(clause: Clause) -> str:
    """The clause's name; a service level reads 「响应时限 10分钟」."""
    if clause.section == "service-level":
        return f"{CLOCKS[clause.data['clock']]}时限 {Duration.parse(clause.data['limit']).label}"
    return clause.title


@register.filter
def clause_facts(clause: Clause) -> list[tuple[str, str]]:
    """(label, value) pairs of what the clause says beside its name."""
    data: dict[str, Any] = clause.data
    facts = []
    if clause.section == "service-level":
        facts = [(CONDITIONS[name], WORDS.get(value, value)) for name, value in data.get("when", {}).items()]
    if clause.section == "measure":
        scale = f"（满分 {data['of']}）" if data.get("of") else ""
        facts = [("要求", f"{data['op']} {data['value']}{data.get('unit', '')}{scale}")]
    if data.get("onsite"):
        facts.append(("驻场", "是"))
    hidden = {"counts_from"} if data.get("counts_from") == "opened" else set()
    if clause.section == "measure":
        hidden |= {"of", "unit"}
    return facts + [
        (label, _text(data[name])) for name, label in LABELS.items() if data.get(name) and name not in hidden
    ]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(str(item) for item in value)
    return WORDS.get(value, str(value)) if isinstance(value, str) else str(value)
