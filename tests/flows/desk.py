"""The contract that the walks of the desk stand on, and what they measure by."""

from datetime import timedelta

from kangwei.base.audit import System
from tests.factories.contracts import SOURCE

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
WIDTH = "document.documentElement.scrollWidth"
CITE = f"{SOURCE}:50"
HOUR = timedelta(hours=1)
BY_TEST = System("测试")
POINTS = ("关键业务流程", "其他环节", "数据库结构与关键表", "法规", "全市网络", "停机时间", "报表对数据库的压力")
OWED = ("派工单", "全业务工单月度分析报告", "数据库工作确认单")
CONTRACT = {
    "severities": [{"name": name, "cite": CITE} for name in ("一般", "重大", "特别重大")],
    "scope": {"systems": [{"name": "门诊系统", "category": "业务系统", "cite": CITE}]},
    "service_levels": [
        {"id": "response-major", "clock": "response", "limit": "10m", "when": {"severity": "重大"}, "cite": CITE},
        {"id": "arrival-major", "clock": "arrival", "limit": "1h", "when": {"severity": "重大", "method": "onsite"},
         "upgrades_to": "特别重大", "cite": f"{SOURCE}:52"},
        {"id": "resolve-major", "clock": "resolve", "limit": "8h", "when": {"severity": "重大"}, "cite": CITE},
        {"id": "hotline-reply", "clock": "reply", "limit": "2h", "when": {"kind": "complaint"}, "cite": CITE},
        {"id": "hotline-close", "clock": "close", "limit": "24h", "when": {"kind": "complaint"}, "cite": CITE},
    ],
    "measures": [
        {"id": "satisfaction", "name": "用户满意度", "metric": "satisfaction", "op": ">=", "value": 9, "of": 10,
         "cite": f"{SOURCE}:60"},
        {"id": "hotline-responded", "name": "接诉即办响应率", "metric": "response-rate", "kind": "complaint",
         "op": ">=", "value": 100, "unit": "%", "cite": f"{SOURCE}:61"},
    ],
    "duties": [
        {"id": "change-assessment", "name": "变更评估", "activity": "assessment",
         "cadence": {"on": "change", "within": "3wd"}, "checklist": list(POINTS), "cite": f"{SOURCE}:56"},
        {"id": "month-report", "name": "工单月度分析", "activity": "report", "cadence": {"every": "month"},
         "produces": ["全业务工单月度分析报告"], "cite": f"{SOURCE}:55"},
    ],
    "deliverables": [
        {"name": name, "group": "运维过程文档", "cite": f"{SOURCE}:30"} for name in OWED
    ],
    "acceptance": {"documents": [{"name": name, "cite": f"{SOURCE}:40"} for name in OWED], "steps": []},
}  # fmt: skip
