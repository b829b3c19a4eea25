"""Acceptance packages that were asked for, and what came of them."""

from django.db import models

from kangwei.acceptance.enums import IN_WORK, PackageState


class Package(models.Model):
    """验收包: one ZIP of a contract's documents as they stood at one moment.

    The file lies under the package's number (acceptance.storage); `ready` is only what lies there whole.
    """

    number = models.CharField("编号", max_length=40, unique=True)
    contract = models.ForeignKey("contracts.Contract", models.PROTECT, related_name="packages")
    state = models.CharField("状态", max_length=10, choices=PackageState.choices, default=PackageState.QUEUED)
    requested_at = models.DateTimeField("申请时间")
    requested_by = models.CharField("申请人", max_length=120)
    finished_at = models.DateTimeField("完成时间", null=True)
    files_done = models.PositiveIntegerField("已打包文件", default=0)
    files_total = models.PositiveIntegerField("文件总数", default=0)
    files = models.PositiveIntegerField("文件数", default=0)
    missing = models.PositiveIntegerField("缺项", default=0)
    size = models.BigIntegerField("字节数", default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    manifest_sha256 = models.CharField("清单 SHA-256", max_length=64, blank=True, db_index=True)
    error = models.TextField("失败原因", blank=True)

    class Meta:
        ordering = ("-requested_at", "-id")
        indexes = (models.Index(fields=["contract", "state", "id"], name="package_contract_state"),)

    def __str__(self) -> str:
        return self.number

    @property
    def in_work(self) -> bool:
        """Whether a worker has it, or will."""
        return self.state in IN_WORK

    @property
    def file_name(self) -> str:
        """What the file is called when somebody saves it; a practice contract's says so."""
        mark = "（练习数据）" if self.contract.practice else ""
        return f"验收包 {self.number} {self.contract.code}{mark}.zip"
