"""The register of documents and their archived versions."""

from django.db import models

from kangwei.documents.enums import Origin


class Document(models.Model):
    """文档: one registered document; its content is that of its latest version."""

    number = models.CharField("编号", max_length=40, unique=True)
    title = models.CharField("名称", max_length=200)
    kind = models.CharField("种类", max_length=40)
    practice = models.BooleanField("练习数据", default=False)
    created_at = models.DateTimeField("登记时间")
    created_by = models.CharField("登记人", max_length=120)

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class DocumentVersion(models.Model):
    """One archived file. Never changed or overwritten; `context` is the frozen data a rendered file was made from."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField("版本")
    origin = models.CharField("来源", max_length=10, choices=Origin.choices)
    file_name = models.CharField("文件名", max_length=255)
    content_type = models.CharField("类型", max_length=100)
    size = models.BigIntegerField("字节数")
    sha256 = models.CharField("SHA-256", max_length=64)
    context = models.JSONField("生成数据", null=True)
    note = models.CharField("说明", max_length=200, blank=True)
    created_at = models.DateTimeField("归档时间")
    created_by = models.CharField("归档人", max_length=120)

    class Meta:
        ordering = ("document", "-version")
        constraints = (models.UniqueConstraint(fields=["document", "version"], name="one_file_a_version"),)

    def __str__(self) -> str:
        return f"{self.document.number} v{self.version}"
