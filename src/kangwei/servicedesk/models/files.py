"""Files that lie with a ticket."""

from django.db import models

from kangwei.servicedesk.enums import FileRole


class Attachment(models.Model):
    """附件: an archived document that lies with a ticket; `public` ones the caller may open."""

    ticket = models.ForeignKey("servicedesk.Ticket", models.CASCADE, related_name="attachments")
    document = models.ForeignKey("documents.Document", models.PROTECT, related_name="+", verbose_name="文档")
    role = models.CharField("用途", max_length=10, choices=FileRole.choices, default=FileRole.FILE)
    public = models.BooleanField("对外可见", default=False)
    at = models.DateTimeField("时间")
    by = models.CharField("上传", max_length=120)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.ticket.number} {self.document.title}"
