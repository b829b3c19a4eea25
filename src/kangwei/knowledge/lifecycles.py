"""The life of an article, as data: which step leads from which state to which, who may take it, what it asks for."""

from dataclasses import dataclass

from kangwei.knowledge.enums import ArticleState

S = ArticleState
WRITE, REVIEW = "knowledge.write", "knowledge.review"


@dataclass(frozen=True)
class Step:
    """Something that is done with an article. `of_published` bounds it to what was ever published, or never."""

    id: str
    label: str
    sources: tuple[ArticleState, ...]
    target: ArticleState
    permission: str
    asks_reason: bool = False
    of_published: bool | None = None


STEPS = (
    Step("submit", "提交审核", (S.DRAFT, S.RETURNED), S.SUBMITTED, WRITE),
    Step("withdraw", "撤回", (S.SUBMITTED,), S.DRAFT, WRITE),
    Step("publish", "发布", (S.SUBMITTED,), S.PUBLISHED, REVIEW),
    Step("send_back", "退回", (S.SUBMITTED,), S.RETURNED, REVIEW, asks_reason=True),
    Step("revise", "修订", (S.PUBLISHED,), S.DRAFT, WRITE),
    Step("drop", "放弃修订", (S.DRAFT, S.RETURNED), S.PUBLISHED, WRITE, of_published=True),
    Step("discard", "放弃草稿", (S.DRAFT, S.RETURNED), S.RETIRED, WRITE, of_published=False),
    Step("confirm", "复审通过", (S.PUBLISHED,), S.PUBLISHED, REVIEW),
    Step("retire", "停用", (S.PUBLISHED, S.DRAFT, S.SUBMITTED, S.RETURNED), S.RETIRED, REVIEW, asks_reason=True,
         of_published=True),
    Step("restore", "恢复", (S.RETIRED,), S.PUBLISHED, REVIEW, asks_reason=True, of_published=True),
    Step("reopen", "恢复为草稿", (S.RETIRED,), S.DRAFT, WRITE, of_published=False),
)  # fmt: skip


def steps_from(state: str, *, published: bool) -> list[Step]:
    """The steps that an article may take as it stands; `published` where a version of it ever was."""
    return [step for step in STEPS if state in step.sources and step.of_published in (None, published)]
