"""Words of the document register."""

from django.db import models


class Origin(models.TextChoices):
    RENDERED = "rendered", "系统生成"
    UPLOADED = "uploaded", "上传"
