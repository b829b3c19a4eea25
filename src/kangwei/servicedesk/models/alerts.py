"""Alerts of monitoring, so that what is told again goes to the ticket that it opened."""

from django.db import models


class Alert(models.Model):
    """告警: something that a monitoring system tells of again and again under its own key, and its latest ticket.

    `told` counts how often it was said to be wrong since that ticket was opened.
    """

    contract = models.ForeignKey(
        "contracts.Contract", models.PROTECT, related_name="+", db_index=False, verbose_name="合同"
    )
    source = models.CharField("监控系统", max_length=60)
    key = models.CharField("告警标识", max_length=200)
    ticket = models.ForeignKey("servicedesk.Ticket", models.CASCADE, null=True, related_name="+", verbose_name="工单")
    told = models.PositiveIntegerField("次数", default=0)
    at = models.DateTimeField("最近一次")

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["contract", "source", "key"], name="one_alert_a_key"),)

    def __str__(self) -> str:
        return f"{self.source} {self.key}"
