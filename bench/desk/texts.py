"""The same tickets for both sides: what they say, how old they are, which are open."""

from datetime import datetime, timedelta

PLACES = (
    "挂号窗口", "收费处", "门诊药房", "检验科", "放射科", "住院部", "接种门诊", "体检中心", "护士站", "信息科",
)  # fmt: skip
SUBJECTS = (
    "门诊系统", "电子病历", "检验系统", "影像系统", "公共卫生平台", "家医签约", "预约挂号", "双向转诊", "统计直报",
    "短信平台", "打印机", "扫码枪", "读卡器", "PDA", "网络", "数据库", "存储", "备份任务", "证书", "账号",
)  # fmt: skip
TROUBLES = (
    "打不开", "响应很慢", "报错退出", "数据不一致", "无法登录", "不能打印", "上传失败", "时间不对", "缺少权限",
    "重复提示",
)  # fmt: skip
RARE_EVERY = 10_000
COMMON, RARE = "打印机", "核酸冷链"
OPEN_SHARE = 50
"""One ticket in so many is still open."""
DAYS = 365


def title(number: int) -> str:
    """What ticket `number` is about; one in RARE_EVERY holds the rare word."""
    place, subject = PLACES[number % 10], SUBJECTS[number // 10 % 20]
    rare = f"（{RARE}）" if number % RARE_EVERY == 17 else ""
    return f"{place}{subject}{TROUBLES[number // 200 % 10]}{rare}"


def description(number: int) -> str:
    """Some sentences about it."""
    return f"今天上班后发现{title(number)}，重启过一次没有好转，影响窗口办理，请派人处理。分机 {number % 9000 + 1000}。"


def opened_at(number: int, count: int, now: datetime) -> datetime:
    """Tickets come evenly over a year, the highest number last."""
    return now - timedelta(days=DAYS) * ((count - number) / count)


def is_open(number: int) -> bool:
    """Whether the ticket is still open."""
    return number % OPEN_SHARE == 3
