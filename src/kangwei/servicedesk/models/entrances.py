"""By which doors tickets come in without a sign-in, and calls that may come twice."""

from django.db import models


class Entrance(models.Model):
    """报修码: the address at which an institution reports without a sign-in, printed as a code to hang up.

    Whoever knows `key` may report for the institution. What is reported for no known system goes to `contract`.
    """

    institution = models.ForeignKey("accounts.Institution", models.PROTECT, related_name="+", verbose_name="机构")
    contract = models.ForeignKey("contracts.Contract", models.PROTECT, related_name="+", verbose_name="合同")
    key = models.CharField(max_length=43, unique=True)
    created_at = models.DateTimeField("建立时间")
    created_by = models.CharField("建立人", max_length=120)
    closed_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        ordering = ("institution__name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["institution", "contract"], condition=models.Q(closed_at=None), name="one_open_entrance"
            ),
        )

    def __str__(self) -> str:
        return f"{self.institution}"


class Report(models.Model):
    """What was sent at an entrance: the same again opens nothing.

    `digest` is the SHA-256 of what was said, with the token of the form that it was said in.
    """

    entrance = models.ForeignKey(Entrance, models.PROTECT, related_name="reports", db_index=False)
    digest = models.CharField(max_length=64)
    ticket = models.ForeignKey("servicedesk.Ticket", models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entrance", "digest"], name="reported_once"),)
        indexes = (models.Index(fields=["entrance", "at"], name="report_entrance"),)

    def __str__(self) -> str:
        return self.digest


class ApiCall(models.Model):
    """A call that opened a ticket, by the caller's own key: the same call again opens nothing.

    `digest` is the SHA-256 of its body, so that another body under the same key is noticed.
    """

    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    ticket = models.ForeignKey("servicedesk.Ticket", models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "key"], name="one_call_a_key"),)

    def __str__(self) -> str:
        return self.key
