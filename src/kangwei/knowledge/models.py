"""Articles, their versions, what happened to them, what they helped with; and who reads whose."""

from django.db import models

from kangwei.knowledge.enums import UNPUBLISHED, ArticleState

IN_FORCE = models.Q(version__gt=0) & ~models.Q(state=ArticleState.RETIRED)
LABELS = {
    "title": "标题", "category": "分类", "keywords": "关键词", "symptoms": "现象", "cause": "原因",
    "solution": "处理办法", "source": "来源",
}  # fmt: skip
TEXT_FIELDS = tuple(LABELS)
LONGEST = {
    "title": 200, "category": 60, "keywords": 200, "symptoms": 20_000, "cause": 20_000, "solution": 20_000,
    "source": 120,
}  # fmt: skip


def _line(name: str, *, blank: bool = True) -> "models.CharField[str, str]":
    return models.CharField(LABELS[name], max_length=LONGEST[name], blank=blank)


def _part(name: str) -> "models.TextField[str, str]":
    return models.TextField(LABELS[name], blank=True)


class Text(models.Model):
    """What an article says."""

    title = _line("title", blank=False)
    category = _line("category")
    keywords = _line("keywords")
    symptoms = _part("symptoms")
    cause = _part("cause")
    solution = _part("solution")
    source = _line("source")
    author = models.CharField("作者", max_length=120)

    class Meta:
        abstract = True


class Article(Text):
    """知识: what one buyer knows about one thing.

    Its text is that of the version in force or, before one was published, that of the first draft. `version` is the
    number in force, 0 before; `state` says where the newest text stands. `use_count` repeats its uses, for lists.
    """

    owner = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", verbose_name="甲方")
    number = models.CharField("编号", max_length=30, unique=True)
    state = models.CharField("状态", max_length=10, choices=ArticleState.choices, default=ArticleState.DRAFT)
    version = models.PositiveIntegerField("版本", default=0)
    published_at = models.DateTimeField("发布时间", null=True)
    published_by = models.CharField("发布人", max_length=120, blank=True)
    review_by = models.DateField("复审日期", null=True)
    use_count = models.PositiveIntegerField("使用次数", default=0)
    practice = models.BooleanField("练习数据", default=False)
    created_at = models.DateTimeField("建立时间")
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        ordering = ("-use_count", "-updated_at", "-pk")
        indexes = (
            models.Index(fields=["owner", "state", "category"], name="article_owner"),
            models.Index(fields=["owner", "title"], name="article_title"),
            models.Index(fields=["-use_count", "-updated_at", "-id"], name="article_used"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_in_force(self) -> bool:
        """Whether its text is to be relied on."""
        return self.version > 0 and self.state != ArticleState.RETIRED

    @property
    def shown_version(self) -> int:
        """The number of the version whose text is the article's own."""
        return self.version or 1

    @property
    def is_revised(self) -> bool:
        """Whether a next version is being worked on while another is in force."""
        return self.version > 0 and self.state in UNPUBLISHED


class Version(Text):
    """One text of an article: what was published, word for word, or the draft of what may be next."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("版本")
    writers = models.ManyToManyField("accounts.Person", related_name="+", verbose_name="撰写人")
    saved_at = models.DateTimeField("保存时间")
    submitted_at = models.DateTimeField("提交时间", null=True)
    returned_for = models.CharField("退回理由", max_length=500, blank=True)
    published_at = models.DateTimeField("发布时间", null=True)
    published_by = models.CharField("发布人", max_length=120, blank=True)

    class Meta:
        ordering = ("article", "-number")
        constraints = (models.UniqueConstraint(fields=["article", "number"], name="one_text_a_version"),)

    def __str__(self) -> str:
        return f"{self.article.number} v{self.number}"


class ArticleEvent(models.Model):
    """What happened to an article, in its order. `inner` ones are about a text that is not published."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="events")
    at = models.DateTimeField("时间")
    by = models.CharField("经办", max_length=120)
    label = models.CharField("事项", max_length=60)
    text = models.TextField("内容", blank=True)
    inner = models.BooleanField("审核过程", default=False)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.article.number} {self.label}"


class Use(models.Model):
    """使用: an article helped with something, such as a ticket; once each. Named as in the audit trail."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="uses")
    subject_kind = models.CharField("对象类型", max_length=60)
    subject_name = models.CharField("对象", max_length=200)
    at = models.DateTimeField("时间")
    by = models.CharField("经办", max_length=120)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=["article", "subject_kind", "subject_name"], name="used_once_a_subject"),
        )
        indexes = (models.Index(fields=["subject_kind", "subject_name"], name="use_subject"),)

    def __str__(self) -> str:
        return f"{self.article.number} {self.subject_kind}:{self.subject_name}"


class Attachment(models.Model):
    """附件: an archived document that lies with an article, from the version `since` on and before `until`.

    So a file is judged with the text that it was laid with, and none comes or goes unseen.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="attachments")
    document = models.ForeignKey("documents.Document", models.PROTECT, related_name="+", verbose_name="文档")
    since = models.PositiveIntegerField("自版本")
    until = models.PositiveIntegerField("至版本", null=True)
    at = models.DateTimeField("时间")
    by = models.CharField("上传", max_length=120)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.article.number} {self.document.title}"


class Reader(models.Model):
    """A supplier reads what a buyer has published, because it holds one of its contracts (by code)."""

    contract = models.CharField("合同编号", max_length=60, unique=True)
    owner = models.ForeignKey("accounts.Party", models.CASCADE, related_name="+", verbose_name="甲方")
    party = models.ForeignKey("accounts.Party", models.CASCADE, related_name="+", verbose_name="乙方")

    class Meta:
        ordering = ("contract",)

    def __str__(self) -> str:
        return f"{self.contract} {self.party}"
