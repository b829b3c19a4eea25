"""What callers thought of the service, and the calls that asked them."""

from django.db import models

from kangwei.servicedesk.enums import CallOutcome, RatedBy


class Rating(models.Model):
    """满意度: the score that a caller gave, once, on the scale of the contract; `clause` and `cite` say which."""

    ticket = models.OneToOneField("servicedesk.Ticket", models.CASCADE, related_name="rating")
    score = models.PositiveSmallIntegerField("得分")
    of = models.PositiveSmallIntegerField("满分")
    clause = models.CharField("条款", max_length=260, blank=True)
    cite = models.TextField("出处", blank=True)
    rated_by = models.CharField("方式", max_length=10, choices=RatedBy.choices)
    name = models.CharField("评价人", max_length=60, blank=True)
    comment = models.CharField("意见", max_length=500, blank=True)
    sha256 = models.CharField("签字 SHA-256", max_length=64, blank=True)
    rated_at = models.DateTimeField("评价时间")

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=["rated_at"], name="rating_at"),)

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.score}/{self.of}"


class CallBack(models.Model):
    """回访: a closed ticket that was drawn by chance to be asked about, and what came of it."""

    ticket = models.OneToOneField("servicedesk.Ticket", models.CASCADE, related_name="call_back")
    drawn_at = models.DateTimeField("抽取时间")
    drawn_by = models.CharField("抽取人", max_length=120)
    outcome = models.CharField("结果", max_length=12, choices=CallOutcome.choices, blank=True)
    solved = models.BooleanField("问题已解决", null=True)
    note = models.CharField("说明", max_length=500, blank=True)
    called_at = models.DateTimeField("回访时间", null=True)
    called_by = models.CharField("回访人", max_length=120, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.get_outcome_display()}"
