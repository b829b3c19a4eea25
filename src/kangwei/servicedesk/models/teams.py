"""Who is on duty for a contract."""

from django.db import models
from django.db.models import F, Q


class Team(models.Model):
    """班组: people of a contract who take tickets together."""

    contract = models.ForeignKey("contracts.Contract", models.PROTECT, related_name="+", verbose_name="合同")
    name = models.CharField("名称", max_length=60)
    members = models.ManyToManyField("accounts.Person", related_name="+", verbose_name="成员")
    active = models.BooleanField("启用", default=True)

    class Meta:
        ordering = ("contract", "name")
        constraints = (models.UniqueConstraint(fields=["contract", "name"], name="one_team_of_a_name"),)

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """值班: a time in which one person is on duty for a team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="shifts")
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+", verbose_name="值班人")
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")

    class Meta:
        ordering = ("starts_at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_start"),
            models.UniqueConstraint(fields=["team", "person", "starts_at"], name="one_shift_at_a_time"),
        )
        indexes = (models.Index(fields=["team", "starts_at"], name="shift_team"),)

    def __str__(self) -> str:
        return f"{self.team} {self.person}"
