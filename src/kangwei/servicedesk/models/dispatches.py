"""Visits to a place for a ticket, and who signed for them."""

from django.db import models

from kangwei.servicedesk.enums import DispatchState, Signer


class Dispatch(models.Model):
    """派工单: an on-site visit for a ticket. `document` is the signed order, archived once all three have signed.

    The position is what the engineer's phone gave at the arrival, with its accuracy in metres; none where it gave none.
    """

    number = models.CharField("编号", max_length=30, unique=True)
    ticket = models.ForeignKey("servicedesk.Ticket", models.PROTECT, related_name="dispatches", verbose_name="工单")
    engineer = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+", verbose_name="工程师")
    task = models.TextField("工作内容")
    address = models.CharField("地点", max_length=200)
    planned_at = models.DateTimeField("约定到场", null=True)
    state = models.CharField("状态", max_length=12, choices=DispatchState.choices, default=DispatchState.ISSUED)
    issued_at = models.DateTimeField("派工时间")
    issued_by = models.CharField("派工人", max_length=120)
    accepted_at = models.DateTimeField("接单时间", null=True)
    departed_at = models.DateTimeField("出发时间", null=True)
    arrived_at = models.DateTimeField("到场时间", null=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True)
    accuracy = models.PositiveIntegerField("定位精度", null=True)
    photo = models.ForeignKey(
        "servicedesk.Attachment", models.PROTECT, null=True, related_name="+", verbose_name="照片"
    )
    work_done = models.TextField("工作情况", blank=True)
    finished_at = models.DateTimeField("完工时间", null=True)
    signed_at = models.DateTimeField("签齐时间", null=True)
    cancelled_for = models.CharField("作废理由", max_length=300, blank=True)
    document = models.ForeignKey("documents.Document", models.PROTECT, null=True, related_name="+", verbose_name="文档")

    class Meta:
        ordering = ("-issued_at", "-pk")
        indexes = (models.Index(fields=["engineer", "state"], name="dispatch_engineer"),)

    def __str__(self) -> str:
        return self.number


class DispatchPart(models.Model):
    """备件: something that was fitted or used up at a visit."""

    dispatch = models.ForeignKey(Dispatch, models.CASCADE, related_name="parts")
    name = models.CharField("名称", max_length=120)
    quantity = models.PositiveIntegerField("数量")
    unit = models.CharField("单位", max_length=10, blank=True)
    serial = models.CharField("序列号", max_length=80, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.name} × {self.quantity}"


class Signature(models.Model):
    """签字: a name and the picture of how it was written, kept in the archive under its SHA-256."""

    dispatch = models.ForeignKey(Dispatch, models.CASCADE, related_name="signatures")
    signer = models.CharField("签字人", max_length=10, choices=Signer.choices)
    name = models.CharField("姓名", max_length=60)
    sha256 = models.CharField("SHA-256", max_length=64)
    signed_at = models.DateTimeField("签字时间")
    taken_by = models.CharField("经办", max_length=120)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["dispatch", "signer"], name="one_signature_each"),)

    def __str__(self) -> str:
        return f"{self.dispatch} {self.name}"
