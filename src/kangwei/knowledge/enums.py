"""Words of the knowledge base."""

from django.db import models


class ArticleState(models.TextChoices):
    """Where the newest text of an article stands; what was published before stays in force meanwhile."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "退回"
    PUBLISHED = "published", "已发布"
    RETIRED = "retired", "停用"


UNPUBLISHED = (ArticleState.DRAFT, ArticleState.SUBMITTED, ArticleState.RETURNED)
"""The newest text is still being worked on."""


class Fault(models.TextChoices):
    """Why a text is sent back, as contracts name it."""

    WRONG_CHARACTERS = "wrong_characters", "错别字"
    COLLOQUIAL = "colloquial", "非正常用语"
    UNCLEAR = "unclear", "描述不清"
    INCORRECT = "incorrect", "内容有误"
    DOUBLE = "double", "与已有知识重复"
    OTHER = "other", "其他"


class Group(models.TextChoices):
    """The parts of the list that somebody works through."""

    IN_FORCE = "in_force", "在用"
    MINE = "mine", "我的草稿"
    TO_REVIEW = "to_review", "待我审核"
    DUE = "due", "复审到期"
    RETIRED = "retired", "停用"
    ALL = "all", "全部"
