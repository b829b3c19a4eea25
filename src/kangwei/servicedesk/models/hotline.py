"""Orders of the 12345 line, and what its operators may answer."""

from django.db import models

from kangwei.servicedesk.enums import Demand


class HotlineOrder(models.Model):
    """12345 诉求: what the city line says of a ticket; the answers of its own call-back are None where it
    has not asked or does not count."""

    ticket = models.OneToOneField("servicedesk.Ticket", models.CASCADE, related_name="hotline")
    order_number = models.CharField("12345 单号", max_length=60, unique=True)
    demand = models.CharField("诉求类别", max_length=12, choices=Demand.choices)
    responded = models.BooleanField("已响应", null=True)
    solved = models.BooleanField("已解决", null=True)
    satisfied = models.BooleanField("满意", null=True)
    assessed_at = models.DateTimeField("考评登记时间", null=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.order_number


class HotlineWeights(models.Model):
    """How much each of the three rates counts in the composite score of a contract, in per cent, 100 together."""

    contract = models.OneToOneField("contracts.Contract", models.CASCADE, related_name="+", verbose_name="合同")
    responded = models.PositiveSmallIntegerField("响应率")
    solved = models.PositiveSmallIntegerField("解决率")
    satisfied = models.PositiveSmallIntegerField("满意率")
    basis = models.CharField("依据", max_length=200)

    def __str__(self) -> str:
        return f"{self.contract}"


class Script(models.Model):
    """话术: what to answer to a question, for the operators of the 12345 line and the desk."""

    contract = models.ForeignKey("contracts.Contract", models.PROTECT, related_name="+", verbose_name="合同")
    system = models.ForeignKey("assets.Asset", models.PROTECT, null=True, related_name="+", verbose_name="系统")
    question = models.CharField("问题", max_length=200)
    answer = models.TextField("解答")
    active = models.BooleanField("在用", default=True)
    updated_at = models.DateTimeField("更新时间")
    updated_by = models.CharField("更新人", max_length=120)

    class Meta:
        ordering = ("contract", "question")

    def __str__(self) -> str:
        return self.question
