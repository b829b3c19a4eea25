"""What practice callers say, and where they sit; every word of it made up."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any

from kangwei.accounts import actions as accounts
from kangwei.accounts.enums import Place
from kangwei.base.audit import Actor
from kangwei.servicedesk.enums import TicketKind
from kangwei.simulation.ledgers import PEOPLE

if TYPE_CHECKING:
    from kangwei.accounts.models import Institution

NOTE = "（练习数据）"
DISTRICTS = {"练习一区": Place.CITY, "练习二区": Place.CITY, "练习三区": Place.NEAR, "练习四区": Place.FAR}
HOUSES = ("医院", "社区卫生服务中心", "疾控中心")
NO_SYSTEM = "办公终端"
MATTERS: Mapping[TicketKind, Sequence[str]] = {
    TicketKind.INCIDENT: (
        "打不开", "登录后空白", "查询很慢", "报表导不出", "数据没有更新", "打印没有反应", "附件传不上去",
        "接口没有返回", "页面错位", "提示没有权限", "经常掉线", "保存时报错",
    ),
    TicketKind.REQUEST: (
        "开通账号", "重置口令", "调整权限", "安装客户端", "询问填报口径", "导出历史数据", "变更联系人", "培训新用户",
    ),
    TicketKind.PROBLEM: ("反复变慢，查找根因", "每周一卡顿，查找根因", "连接数异常增长，查找根因"),
    TicketKind.CHANGE: ("调整连接池", "升级中间件", "增加存储空间", "调整定时任务", "更换证书"),
    TicketKind.RELEASE: ("发布月度更新", "发布修复补丁", "发布报表调整"),
    TicketKind.DATA_FIX: ("更正重复登记", "补录缺失日报", "更正机构代码", "更正日期错位"),
    TicketKind.COMPLAINT: ("页面无法提交", "查询不到结果", "等待太久", "信息有误", "无人接听"),
    TicketKind.SECURITY_ORDER: ("核查弱口令", "修补组件漏洞", "排查异常登录"),
}  # fmt: skip
SOLUTIONS = ("重启服务后恢复", "清理缓存后正常", "更正配置后正常", "电话指导后完成", "更换部件后正常", "已按要求办理")
CAUSES = ("配置有误", "连接耗尽", "网络波动", "操作不熟悉", "部件老化", "数据异常")
WAITS = ("请补充截图", "等对方开放接口", "等领导签批", "等备件到货", "等夜间窗口")
COMMENTS = {1.0: ("", "", "很及时", "态度好"), 0.9: ("", "说明清楚"), 0.5: ("处理得慢了些", "问题拖了很久")}
"""What is said with a score, by its share of full marks."""
# What the contracts call the three classes of districts.
PLACE_WORDS = {
    Place.CITY: ("城区", "市区"), Place.NEAR: ("近郊", "近郊区", "郊区"), Place.FAR: ("远郊", "远郊区", "郊区"),
}  # fmt: skip


def institutions(*, actor: Actor, now: datetime) -> list["Institution"]:
    """Register practice institutions, some of every class of districts."""
    return [
        accounts.create_institution(name=f"{region}{house}", region=region, place=place, actor=actor, now=now)
        for region, place in DISTRICTS.items()
        for house in HOUSES
    ]


def place_among(words: Sequence[str], institution: "Institution") -> str:
    """The contract's word for where an institution lies; "" where it has none."""
    known = PLACE_WORDS[Place(institution.region.place)] if institution.region else ()
    return next((word for word in words if word in known), "")


def caller(dice: Random) -> dict[str, Any]:
    """Somebody who calls, from a number that nobody has."""
    return {"caller": dice.choice(PEOPLE), "phone": f"000-{dice.randint(10**7, 10**8 - 1)}"}
