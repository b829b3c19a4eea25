"""Tickets with their clocks, what happened to them, and the words that were said."""

from datetime import timedelta

from django.db import models

from kangwei.servicedesk.enums import (
    Bond,
    Channel,
    Clock,
    Method,
    PauseReason,
    Phase,
    SolvedHow,
    TicketKind,
    TicketState,
    Tier,
)

OPEN = models.Q(closed_at=None)


class Ticket(models.Model):
    """工单: something a contract's supplier has to deal with, measured by the contract's clocks.

    `place` is the word by which the contract's limits tell districts apart, `paused_for` why its clocks stand.
    `next_at` is the nearest deadline of its running clocks, `breached` how many limits passed. `source` is the ticket
    that this one came from, `bond` in which way. `external` is its name in the system that it was taken over from.
    """

    number = models.CharField("编号", max_length=30, unique=True)
    kind = models.CharField("类别", max_length=16, choices=TicketKind.choices)
    title = models.CharField("标题", max_length=200)
    description = models.TextField("描述", blank=True)
    channel = models.CharField("来源", max_length=12, choices=Channel.choices)
    contract = models.ForeignKey(
        "contracts.Contract", models.PROTECT, related_name="+", db_index=False, verbose_name="合同"
    )
    system = models.ForeignKey("assets.Asset", models.PROTECT, null=True, related_name="+", verbose_name="系统")
    institution = models.ForeignKey(
        "accounts.Institution", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="机构"
    )
    caller = models.CharField("报告人", max_length=60, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    caller_kind = models.CharField("来电方", max_length=30, blank=True)
    place = models.CharField("地域", max_length=30, blank=True)
    severity = models.CharField("级别", max_length=30, blank=True)
    method = models.CharField("方式", max_length=8, choices=Method.choices, default=Method.REMOTE)
    tier = models.CharField("支持层级", max_length=8, choices=Tier.choices, default=Tier.FIRST)
    state = models.CharField("状态", max_length=12, choices=TicketState.choices, default=TicketState.NEW)
    paused_for = models.CharField("等待", max_length=12, choices=PauseReason.choices, blank=True)
    assignee = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+", verbose_name="处理人")
    team = models.ForeignKey(
        "servicedesk.Team", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="班组"
    )
    source = models.ForeignKey("self", models.PROTECT, null=True, related_name="followers", verbose_name="源自")
    bond = models.CharField("关系", max_length=12, choices=Bond.choices, blank=True)
    external = models.CharField("外部编号", max_length=120, blank=True)
    occurred_at = models.DateTimeField("发生时间")
    opened_at = models.DateTimeField("受理时间")
    opened_by = models.CharField("受理人", max_length=120)
    responded_at = models.DateTimeField("响应时间", null=True)
    escalated_at = models.DateTimeField("转二线时间", null=True)
    solved_at = models.DateTimeField("解决时间", null=True)
    closed_at = models.DateTimeField("办结时间", null=True)
    cause = models.CharField("原因", max_length=300, blank=True)
    solved_how = models.CharField("解决方式", max_length=8, choices=SolvedHow.choices, blank=True)
    first_contact = models.BooleanField("当场解决", default=False)
    reopened = models.PositiveSmallIntegerField("重开次数", default=0)
    next_at = models.DateTimeField(null=True)
    breached = models.PositiveSmallIntegerField("超时时钟", default=0)
    practice = models.BooleanField("练习数据", default=False)
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["contract", "external"], condition=~models.Q(external=""), name="taken_over_once"
            ),
        )
        indexes = (
            # The queue reads open tickets by their nearest deadline; the closed ones, nearly all, stay out of its way.
            # A plain index on contract or institution would only lead the database astray.
            models.Index(fields=["next_at", "id"], name="ticket_open", condition=OPEN),
            models.Index(fields=["contract", "closed_at", "next_at"], name="ticket_contract_open"),
            models.Index(fields=["assignee", "next_at"], name="ticket_open_assignee", condition=OPEN),
            models.Index(fields=["team", "next_at"], name="ticket_open_team", condition=OPEN & ~models.Q(team=None)),
            models.Index(fields=["next_at"], name="ticket_open_waiting", condition=OPEN & ~models.Q(paused_for="")),
            models.Index(fields=["next_at"], name="ticket_open_breached", condition=OPEN & models.Q(breached__gt=0)),
            models.Index(fields=["opened_at", "id"], name="ticket_opened"),
            models.Index(fields=["contract", "opened_at"], name="ticket_contract"),
            models.Index(fields=["phone", "opened_at"], name="ticket_phone"),
            models.Index(fields=["caller", "opened_at"], name="ticket_caller"),
            models.Index(fields=["institution", "opened_at"], name="ticket_institution"),
            models.Index(
                fields=["solved_at", "contract"], name="ticket_solved", condition=models.Q(solved_at__isnull=False)
            ),
            models.Index(fields=["closed_at", "opened_at", "contract", "state"], name="ticket_closed"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class TicketAsset(models.Model):
    """涉及资产: a thing that a ticket is about, beside its system."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="concerned")
    asset = models.ForeignKey("assets.Asset", models.PROTECT, related_name="+", verbose_name="资产")
    at = models.DateTimeField("时间")
    by = models.CharField("经办", max_length=120)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["ticket", "asset"], name="concerned_once"),)

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.asset}"


class TicketClock(models.Model):
    """One clock of a ticket with the level that it is measured by, as the contract had it when it was set.

    `phase`, `due_at`, `breached_at`, `met`, `decided_at` and `paused` repeat what its events say, for lists; `next_at`
    and `next_share` are the deadline that the worker looks at next, `told_share` the last that it has told of. A clock
    is decided when its limit passed, else when it ended. One whose limit passed before the severity was raised for it
    is `kept` as it was measured, or the graver severity would undo the breach that brought it.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="clocks")
    clock = models.CharField("时钟", max_length=10, choices=Clock.choices)
    clause = models.CharField("条款", max_length=260)
    cite = models.TextField("出处")
    limit = models.CharField("时限", max_length=12)
    window = models.CharField("计时日历", max_length=120, blank=True)
    counts_from = models.CharField(max_length=12)
    upgrades_to = models.CharField(max_length=30, blank=True)
    conditions = models.JSONField("条件", default=dict)
    calendar_version = models.CharField(max_length=64)
    phase = models.CharField("状态", max_length=8, choices=Phase.choices)
    due_at = models.DateTimeField("时限截止", null=True)
    breached_at = models.DateTimeField("超时时间", null=True)
    met = models.BooleanField("按时", null=True)
    decided_at = models.DateTimeField("判定时间", null=True)
    paused = models.DurationField("停表", default=timedelta)
    estimated = models.BooleanField("日期为估计", default=False)
    next_at = models.DateTimeField(null=True)
    next_share = models.PositiveSmallIntegerField(default=0)
    told_share = models.PositiveSmallIntegerField(default=0)
    kept = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["ticket", "clock"], name="one_clock_of_a_kind"),)
        indexes = (
            models.Index(fields=["next_at"], name="clock_next"),
            models.Index(fields=["clock", "met"], name="clock_met"),
            # How the clocks came out that were decided in a period, read from the index alone.
            models.Index(fields=["decided_at", "ticket", "clock", "phase", "met", "paused"], name="clock_decided"),
        )

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.get_clock_display()}"


class ClockEvent(models.Model):
    """Something that happened to a clock; never changed, never taken back."""

    clock = models.ForeignKey(TicketClock, models.CASCADE, related_name="events")
    kind = models.CharField("事件", max_length=8)
    at = models.DateTimeField("时间")
    reason = models.CharField("原因", max_length=300, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.clock} {self.kind}"


class TicketEvent(models.Model):
    """What happened to a ticket, in its order: a step, a note, a change of facts. `public` ones the caller may read."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="events")
    at = models.DateTimeField("时间")
    by = models.CharField("经办", max_length=120)
    action = models.CharField(max_length=30)
    label = models.CharField("事项", max_length=60)
    text = models.TextField("内容", blank=True)
    data = models.JSONField(default=dict)
    public = models.BooleanField("对外可见", default=False)

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(fields=["ticket", "id"], name="ticket_event_ticket"),
            models.Index(fields=["at", "ticket"], name="ticket_event_reopened", condition=models.Q(action="reopen")),
        )

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.label}"


class Pause(models.Model):
    """A time in which a ticket waited for somebody else, and its clocks stood."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="pauses")
    reason = models.CharField("等待", max_length=12, choices=PauseReason.choices)
    note = models.CharField("说明", max_length=300, blank=True)
    started_at = models.DateTimeField("起")
    ended_at = models.DateTimeField("止", null=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["ticket"], condition=models.Q(ended_at=None), name="one_open_pause"),
        )
        indexes = (models.Index(fields=["ended_at", "started_at"], name="pause_ended"),)

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.get_reason_display()}"
