"""Assets of every kind, how they hang together, and what happened to them."""

from django.db import models

from kangwei.assets.enums import COUNT_TONES, AssetState, CountState, ImportState, RelationKind


class Asset(models.Model):
    """资产: one thing that is maintained. `kind` names its file in library/assets, which judges `attributes`.

    `expires_on` repeats the attribute by which the kind expires, `search` the text by which it is found.
    """

    owner = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", verbose_name="单位")
    kind = models.CharField("类别", max_length=60)
    number = models.CharField("资产编号", max_length=60)
    name = models.CharField("名称", max_length=200)
    serial_number = models.CharField("序列号", max_length=120, blank=True)
    state = models.CharField("状态", max_length=10, choices=AssetState.choices, default=AssetState.IN_USE)
    system = models.ForeignKey("self", models.PROTECT, null=True, related_name="assets", verbose_name="所属系统")
    maintainer = models.ForeignKey(
        "accounts.Party", models.PROTECT, null=True, related_name="+", verbose_name="运维单位"
    )
    place = models.CharField("存放地点", max_length=200, blank=True)
    custodian = models.CharField("保管人", max_length=60, blank=True)
    institution = models.CharField("使用单位", max_length=200, blank=True)
    in_use_since = models.DateField("启用日期", null=True)
    note = models.CharField("备注", max_length=500, blank=True)
    attributes = models.JSONField("属性", default=dict)
    expires_on = models.DateField("到期日", null=True)
    expiry_told = models.DateField(null=True)
    search = models.TextField()
    practice = models.BooleanField("练习数据", default=False)
    created_at = models.DateTimeField("登记时间")
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        ordering = ("kind", "number")
        constraints = (models.UniqueConstraint(fields=["owner", "number"], name="one_asset_a_number"),)
        indexes = (
            models.Index(fields=["kind", "number"], name="asset_kind_number"),
            models.Index(fields=["owner", "kind", "state"], name="asset_owner_kind_state"),
            models.Index(fields=["expires_on"], name="asset_expires"),
            # Each kind has its own days of reminder; with the state, counting what is due reads nothing but this.
            models.Index(fields=["kind", "expires_on", "state"], name="asset_kind_expires"),
            models.Index(fields=["serial_number"], name="asset_serial"),
        )

    def __str__(self) -> str:
        return self.name


class Maintenance(models.Model):
    """A contract that maintains a system. The contract is named by its code: contracts stand above assets."""

    system = models.ForeignKey(Asset, models.CASCADE, related_name="maintenances")
    contract = models.CharField("合同", max_length=60)
    title = models.CharField("合同名称", max_length=200)
    supplier = models.ForeignKey("accounts.Party", models.PROTECT, null=True, related_name="+", verbose_name="乙方")
    clause = models.CharField("条款", max_length=260)

    class Meta:
        ordering = ("contract",)
        constraints = (models.UniqueConstraint(fields=["system", "contract"], name="one_maintenance_a_contract"),)

    def __str__(self) -> str:
        return f"{self.contract} {self.title}"


class Interface(models.Model):
    """A connection of a system to another party. `contract` says which contract file named it; "" for one by hand."""

    system = models.ForeignKey(Asset, models.CASCADE, related_name="interfaces")
    party = models.CharField("对方", max_length=200)
    content = models.CharField("内容", max_length=300, blank=True)
    direction = models.CharField(
        "方向", max_length=4, blank=True, choices=[("in", "接入"), ("out", "送出"), ("both", "双向")]
    )
    protocol = models.CharField("方式", max_length=60, blank=True)
    schedule = models.CharField("频次", max_length=100, blank=True)
    contract = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("system", "party", "pk")

    def __str__(self) -> str:
        return f"{self.system} — {self.party}"


class Relation(models.Model):
    """`source kind target`, such as 门诊系统 运行于 主机一."""

    source = models.ForeignKey(Asset, models.CASCADE, related_name="outgoing")
    target = models.ForeignKey(Asset, models.CASCADE, related_name="incoming")
    kind = models.CharField("关系", max_length=12, choices=RelationKind.choices)

    class Meta:
        ordering = ("kind", "pk")
        constraints = (models.UniqueConstraint(fields=["source", "target", "kind"], name="one_relation_a_kind"),)

    def __str__(self) -> str:
        return f"{self.source} {self.get_kind_display()} {self.target}"


class ImportBatch(models.Model):
    """One ledger brought in: the file, which column is which field, and what became of its rows.

    `kind` is a kind of assets or enums.RELATIONS. `maintainer` is the supplier that brought it: what is new is
    maintained by it, what others maintain is left alone. `outline` has the headings and the first rows, so that the
    file need not be read again for them; `done` counts its rows that are dealt with.
    """

    owner = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", verbose_name="单位")
    maintainer = models.ForeignKey(
        "accounts.Party", models.PROTECT, null=True, related_name="+", verbose_name="运维单位"
    )
    kind = models.CharField("类别", max_length=60)
    file_name = models.CharField("文件", max_length=200)
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField("工作表", max_length=100, blank=True)
    outline = models.JSONField(default=dict)
    warnings = models.JSONField("提示", default=list)
    mapping = models.JSONField(default=dict)
    key = models.JSONField(default=list)
    blanks_clear = models.BooleanField("空格清除原值", default=False)
    state = models.CharField("状态", max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    rows = models.PositiveIntegerField("行数", default=0)
    done = models.PositiveIntegerField("已处理", default=0)
    created = models.PositiveIntegerField("新增", default=0)
    updated = models.PositiveIntegerField("更新", default=0)
    unchanged = models.PositiveIntegerField("未变", default=0)
    refused = models.PositiveIntegerField("退回", default=0)
    reason = models.CharField("原因", max_length=500, blank=True)
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = models.CharField("上传人", max_length=120)
    finished_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.file_name} {self.uploaded_at:%Y-%m-%d}"


class RefusedRow(models.Model):
    """A row of a ledger that was not taken; `faults` are (heading, field, reason), one or more."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="refusals")
    number = models.PositiveIntegerField("行号")
    faults = models.JSONField("原因")

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["batch", "number"], name="one_refusal_a_row"),)

    def __str__(self) -> str:
        return f"{self.batch} 第 {self.number} 行"


class ColumnMapping(models.Model):
    """Which column was which field, the last time a ledger with these headings came in."""

    owner = models.ForeignKey("accounts.Party", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    signature = models.CharField(max_length=64)
    mapping = models.JSONField()
    key = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner", "kind", "signature"], name="one_mapping_a_signature"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.signature[:8]}"


class AssetEvent(models.Model):
    """What happened to an asset: who, when, which fields from what to what, and who approved it."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="events")
    at = models.DateTimeField("时间")
    by = models.CharField("经办", max_length=120)
    action = models.CharField("事项", max_length=40)
    label = models.CharField("事项", max_length=60)
    changes = models.JSONField("变化", default=dict)
    approved_by = models.CharField("批准", max_length=60, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, related_name="events")

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["asset", "at"], name="asset_event_at"),)

    def __str__(self) -> str:
        return f"{self.label} {self.asset}"


class Repair(models.Model):
    """A repair with its clock: `limit` is a Duration, `due_at` follows from it and the calendar's version."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="repairs")
    sent_at = models.DateTimeField("送修时间")
    limit = models.CharField("时限", max_length=12, blank=True)
    due_at = models.DateTimeField("应修复", null=True)
    estimated = models.BooleanField("日期为估计", default=False)
    calendar_version = models.CharField(max_length=64, blank=True)
    fault = models.CharField("故障", max_length=500)
    vendor = models.CharField("维修单位", max_length=200, blank=True)
    returned_at = models.DateTimeField("修复时间", null=True)
    result = models.CharField("结果", max_length=500, blank=True)

    class Meta:
        ordering = ("-sent_at",)
        constraints = (
            models.UniqueConstraint(fields=["asset"], condition=models.Q(returned_at=None), name="one_open_repair"),
        )
        indexes = (models.Index(fields=["returned_at", "due_at"], name="repair_due"),)

    def __str__(self) -> str:
        return f"{self.asset} {self.sent_at:%Y-%m-%d}"


class StockTake(models.Model):
    """盘点: a count of the assets of a kind, at a place or all."""

    owner = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", verbose_name="单位")
    name = models.CharField("名称", max_length=120)
    kind = models.CharField("类别", max_length=60)
    place = models.CharField("地点", max_length=200, blank=True)
    started_at = models.DateTimeField("开始")
    started_by = models.CharField("发起人", max_length=120)
    closed_at = models.DateTimeField("结束", null=True)
    closed_by = models.CharField("结束人", max_length=120, blank=True)
    document = models.ForeignKey("documents.Document", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-started_at",)

    def __str__(self) -> str:
        return self.name


class StockTakeLine(models.Model):
    """How one asset stands in a stock-take. `expected_place` is where the register had it when the line was made."""

    stocktake = models.ForeignKey(StockTake, models.CASCADE, related_name="lines")
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="counts")
    state = models.CharField("结果", max_length=10, choices=CountState.choices, default=CountState.EXPECTED)
    expected_place = models.CharField("账面地点", max_length=200, blank=True)
    place = models.CharField("实际地点", max_length=200, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    at = models.DateTimeField("时间", null=True)
    by = models.CharField("盘点人", max_length=120, blank=True)

    class Meta:
        ordering = ("asset__number",)
        constraints = (models.UniqueConstraint(fields=["stocktake", "asset"], name="one_line_an_asset"),)
        indexes = (models.Index(fields=["stocktake", "state"], name="stocktake_state"),)

    def __str__(self) -> str:
        return f"{self.stocktake} {self.asset}"

    @property
    def tone(self) -> str:
        """In which colour the result is shown."""
        return COUNT_TONES[CountState(self.state)]


class Configuration(models.Model):
    """One version of the text configuration of a device or an application; versions are never changed."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="configurations")
    version = models.PositiveIntegerField("版本")
    text = models.TextField("内容")
    sha256 = models.CharField(max_length=64)
    saved_at = models.DateTimeField("保存时间")
    saved_by = models.CharField("保存人", max_length=120)
    change = models.CharField("变更单号", max_length=60, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)

    class Meta:
        ordering = ("asset", "-version")
        constraints = (models.UniqueConstraint(fields=["asset", "version"], name="one_configuration_a_version"),)

    def __str__(self) -> str:
        return f"{self.asset} v{self.version}"


class AssetDocument(models.Model):
    """A document made of the register, such as a change sheet: whose assets it shows, and whose people made it."""

    owner = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", verbose_name="单位")
    maker = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", verbose_name="编制单位")
    asset = models.ForeignKey(Asset, models.SET_NULL, null=True, related_name="documents", verbose_name="资产")
    document = models.OneToOneField("documents.Document", models.PROTECT, related_name="+", verbose_name="文档")

    class Meta:
        ordering = ("-document",)

    def __str__(self) -> str:
        return str(self.document)
