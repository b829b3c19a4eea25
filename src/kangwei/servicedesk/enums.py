"""Words of tickets and their clocks."""

from django.db import models


class TicketKind(models.TextChoices):
    INCIDENT = "incident", "事件"
    REQUEST = "request", "服务请求"
    PROBLEM = "problem", "问题"
    CHANGE = "change", "变更"
    RELEASE = "release", "发布"
    DATA_FIX = "data_fix", "数据修正"
    COMPLAINT = "complaint", "接诉即办"
    SECURITY_ORDER = "security_order", "安全处置"


CALLERS_KINDS = (TicketKind.INCIDENT, TicketKind.REQUEST, TicketKind.COMPLAINT)
"""What callers report and follow; the other kinds are the staff's own work."""


class TicketState(models.TextChoices):
    """Where a ticket stands; each kind passes through some of these (lifecycles.py)."""

    NEW = "new", "待响应"
    WORKING = "working", "处理中"
    ASSESSING = "assessing", "评估中"
    APPROVING = "approving", "待批准"
    APPROVED = "approved", "已批准"
    PREPARING = "preparing", "准备中"
    CARRIED_OUT = "carried_out", "已实施"
    SOLVED = "solved", "待确认"
    CLOSED = "closed", "已办结"
    CANCELLED = "cancelled", "已撤销"
    HANDED_OVER = "handed_over", "已移交"


CLOSED_STATES = (TicketState.CLOSED, TicketState.CANCELLED, TicketState.HANDED_OVER)


class Channel(models.TextChoices):
    PHONE = "phone", "电话"
    PORTAL = "portal", "自助报修"
    MAIL = "mail", "邮件"
    CHAT = "chat", "微信或QQ"
    HOTLINE = "hotline", "12345"
    API = "api", "接口"
    ALERT = "alert", "告警"
    INSPECTION = "inspection", "巡检发现"
    VISIT = "visit", "现场"
    IMPORT = "import", "导入"


class Clock(models.TextChoices):
    RESPONSE = "response", "响应"
    ARRIVAL = "arrival", "到场"
    RESTORE = "restore", "恢复"
    RESOLVE = "resolve", "解决"
    REPLY = "reply", "答复"
    CLOSE = "close", "办结"


class Phase(models.TextChoices):
    WAITING = "waiting", "未起算"
    RUNNING = "running", "计时中"
    PAUSED = "paused", "暂停"
    STOPPED = "stopped", "已停止"
    VOID = "void", "作废"


class PauseReason(models.TextChoices):
    """For whom or what a ticket waits; while it does, its clocks stand."""

    USER = "user", "等待用户"
    APPROVAL = "approval", "等待甲方审批"
    THIRD_PARTY = "third_party", "等待第三方"
    PARTS = "parts", "等待备件"
    WINDOW = "window", "等待维护窗口"


class Method(models.TextChoices):
    REMOTE = "remote", "远程"
    ONSITE = "onsite", "现场"


class Tier(models.TextChoices):
    FIRST = "first", "一线"
    SECOND = "second", "二线"


class SolvedHow(models.TextChoices):
    PHONE = "phone", "电话指导"
    REMOTE = "remote", "远程处理"
    ONSITE = "onsite", "现场处理"


class Bond(models.TextChoices):
    """How a ticket came from another."""

    HANDED_OVER = "handed_over", "移交自"
    COMPLAINT = "complaint", "投诉"
    ARISEN = "arisen", "引出自"


class Trouble(models.TextChoices):
    """How bad it is in the words of whoever reports it."""

    DOWN = "down", "完全不能用"
    PARTLY = "partly", "部分不能用"
    FLAWED = "flawed", "能用但有问题"
    QUESTION = "question", "想问一下"


class FileRole(models.TextChoices):
    """What a file on a ticket is."""

    FILE = "file", "附件"
    PHOTO = "photo", "现场照片"
    APPROVAL = "approval", "书面批准"
    BACKUP = "backup", "备份证明"
    SHEET = "sheet", "单据"


class DispatchState(models.TextChoices):
    """Where a dispatch order stands."""

    ISSUED = "issued", "待接单"
    ACCEPTED = "accepted", "已接单"
    TRAVELLING = "travelling", "在途"
    ARRIVED = "arrived", "已到场"
    FINISHED = "finished", "待签字"
    SIGNED = "signed", "已签字"
    CANCELLED = "cancelled", "已作废"


class Signer(models.TextChoices):
    """Whose signature a dispatch order bears."""

    REQUESTER = "requester", "报修人"
    CONFIRMER = "confirmer", "确认人"
    HANDLER = "handler", "处理人"


class RatedBy(models.TextChoices):
    """How a rating came."""

    LINK = "link", "链接"
    SIGNED = "signed", "签字"
    CALL_BACK = "call_back", "回访"


class CallOutcome(models.TextChoices):
    REACHED = "reached", "已回访"
    NOT_REACHED = "not_reached", "未接通"
    REFUSED = "refused", "拒绝回访"


class Demand(models.TextChoices):
    """What a citizen wants of the 12345 line."""

    QUESTION = "question", "咨询"
    HELP = "help", "求助"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "举报"
    SUGGESTION = "suggestion", "建议"


class DutyDays(models.TextChoices):
    """On which of the chosen weekdays somebody is on duty."""

    ALL = "all", "不论节假日"
    WORKING = "working", "只排工作日（含调休上班）"
    OFF = "off", "只排休息日（含法定假日）"


class Group(models.TextChoices):
    """How the queue is parted."""

    OPEN = "open", "未办结"
    MINE = "mine", "我处理的"
    TEAM = "team", "本班组"
    UNASSIGNED = "unassigned", "未派单"
    WAITING = "waiting", "等待中"
    BREACHED = "breached", "已超时"
    CLOSED = "closed", "已办结"
    ALL = "all", "全部"


class MailState(models.TextChoices):
    """What became of a mail that came by a mailbox."""

    WAITING = "waiting", "待受理"
    OPENED = "opened", "已受理"
    ADDED = "added", "已补充"
    REFUSED = "refused", "不受理"
    ASIDE = "aside", "自动邮件"


TAKEN_UP = (MailState.OPENED, MailState.ADDED)
"""Mails that a ticket holds; the others may still be taken up, also what was refused or set aside by mistake."""
