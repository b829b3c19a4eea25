"""Reads of the knowledge base: who sees which article, how it is found, which is nearest to what somebody says."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from kangwei.accounts.enums import PartyKind
from kangwei.accounts.queries import parties
from kangwei.base.fulltext import TextIndex
from kangwei.documents.queries import LaidFile, documents, latest
from kangwei.knowledge.enums import UNPUBLISHED, ArticleState, Group
from kangwei.knowledge.models import IN_FORCE, Article, ArticleEvent, Reader, Use, Version

if TYPE_CHECKING:
    from kangwei.accounts.models import Party, Person

ARTICLE_WORDS = TextIndex("knowledge_article_words")
"""The whole text, for whoever seeks a word."""
PROBLEM_WORDS = TextIndex("knowledge_problem_words")
"""What the problem is called and looks like, for what is like it: a solution names many other things besides."""
CANDIDATES = 50
"""So many of the nearest are weighed once more by where the words stand."""
LEAST_LIKENESS = 0.15
"""Share of a text's weight below which an article has hardly anything to do with it."""


def articles(person: "Person") -> QuerySet[Article]:
    """Everything the person may see.

    A buyer sees its own, the platform and supervisors all; a supplier what buyers that it works for have published,
    and what its own people write.
    """
    rows = Article.objects.select_related("owner")
    kind = person.party.kind
    if kind in (PartyKind.OPERATOR, PartyKind.SUPERVISOR):
        return rows
    if kind == PartyKind.BUYER:
        return rows.filter(owner=person.party)
    served = Reader.objects.filter(party=person.party).order_by().values("owner")
    return rows.filter(Q(IN_FORCE, owner__in=served) | Q(pk__in=_written_by_party(person)))


def _written_by_party(person: "Person") -> QuerySet[Any]:
    """The articles with a draft on which people of the person's party wrote."""
    drafts = Version.objects.filter(published_at=None, writers__party=person.party)
    return drafts.order_by().values("article")


def published(person: "Person", owner: "Party") -> QuerySet[Article]:
    """What is in force of this owner's, as far as the person may see it."""
    return articles(person).filter(IN_FORCE, owner=owner)


def owners(person: "Person") -> QuerySet["Party"]:
    """The buyers for whose knowledge base the person may write: its own, those it works for, or every one."""
    buyers = parties().filter(kind=PartyKind.BUYER).order_by("name")
    kind = person.party.kind
    if kind == PartyKind.OPERATOR:
        return buyers
    if kind == PartyKind.BUYER:
        return buyers.filter(pk=person.party_id)
    return buyers.filter(pk__in=Reader.objects.filter(party=person.party).order_by().values("owner"))


def sees_drafts(person: "Person", article: Article) -> bool:
    """Whether the person may read the text of the article that is not published."""
    if person.party.kind != PartyKind.SUPPLIER:
        return True
    return article.versions.filter(published_at=None, writers__party=person.party).exists()


def draft_of(article: Article) -> Version | None:
    """The text that may be the next version."""
    return article.versions.filter(published_at=None).first()


def in_force(article: Article) -> Version | None:
    """The version in force, as it was published."""
    return article.versions.filter(number=article.version).first() if article.version else None


def versions(article: Article) -> QuerySet[Version]:
    """What was published, word for word, the latest first."""
    return article.versions.filter(published_at__isnull=False)


def events(person: "Person", article: Article) -> QuerySet[ArticleEvent]:
    """What happened to an article, the latest first; how a text was judged only to whom it may be shown."""
    found = article.events.all()
    return found if sees_drafts(person, article) else found.filter(inner=False)


def why_not_review(person: "Person", article: Article) -> str:
    """Why the person may not judge the newest text of the article, in Chinese; "" where it may.

    Nobody judges what he wrote himself, and a supplier's manager judges what its own people wrote.
    """
    if not person.has_perm("knowledge.review"):
        return "没有审核知识的权限"
    newest = article.versions.order_by("-number").first()
    writers = list(newest.writers.all()) if newest else []
    if article.state == ArticleState.SUBMITTED and person in writers:
        return "自己写的知识要由别人审核"
    of_supplier = person.party.kind == PartyKind.SUPPLIER
    if of_supplier and not any(writer.party_id == person.party_id for writer in writers):
        return "只能审核本单位人员写的知识"
    return ""


def in_group(rows: QuerySet[Article], group: Group, person: "Person", today: date) -> QuerySet[Article]:
    """The part of the list that somebody works through."""
    return rows.filter(_group(group, person, today))


def _group(group: Group, person: "Person", today: date) -> Q:
    mine = Version.objects.filter(published_at=None, writers=person).order_by().values("article")
    if group == Group.TO_REVIEW:
        waiting = Q(state=ArticleState.SUBMITTED) & ~Q(pk__in=mine)
        by_own = person.party.kind == PartyKind.SUPPLIER
        return waiting & Q(pk__in=_written_by_party(person)) if by_own else waiting
    return {
        Group.IN_FORCE: IN_FORCE,
        Group.MINE: Q(state__in=UNPUBLISHED, pk__in=mine),
        Group.DUE: Q(IN_FORCE, review_by__lte=today),
        Group.RETIRED: Q(state=ArticleState.RETIRED),
        Group.ALL: Q(),
    }[group]


def group_counts(rows: QuerySet[Article], person: "Person", today: date) -> dict[Group, int]:
    """How many are in each group, in one query."""
    counts: dict[str, Count] = {
        group.value: Count("pk", filter=_group(group, person, today)) for group in Group if group != Group.ALL
    }
    found = rows.order_by().select_related(None).aggregate(all=Count("pk"), **counts)
    return {group: found[group.value] for group in Group}


def category_counts(rows: QuerySet[Article]) -> list[tuple[str, int]]:
    """The categories with how many articles each has, the largest first, in one query."""
    found = rows.order_by().select_related(None).values_list("category").annotate(n=Count("pk"))
    return sorted(found, key=lambda row: (-row[1], row[0]))


def search(rows: QuerySet[Article], text: str) -> QuerySet[Article]:
    """Those that hold every word of the text, or have it as their number; a title that has it first."""
    named = rows.filter(number=text.strip().upper())
    if text.strip().upper().startswith("ZS-") and named.exists():
        return named
    found = ARTICLE_WORDS.search(rows, text)
    in_title = Q()
    for word in text.split():
        in_title &= Q(title__icontains=word)
    place = Case(When(in_title, then=Value(0)), default=Value(1), output_field=IntegerField())
    return found.order_by(place, "-use_count", "-updated_at", "-pk")


def alike(rows: QuerySet[Article], text: str, most: int = 5) -> list[Article]:
    """Those of the rows whose problem is nearest to the text, best first, in three queries.

    Compared are title, keywords and symptoms. Rare words weigh more than common ones, words in title or keywords twice;
    of two equally near the one that helped more often comes first. None where hardly anything of the text is found.
    """
    near = PROBLEM_WORDS.nearest(rows, text, CANDIDATES)
    found = rows.in_bulk([key for key, _ in near.hits]) if near.hits else {}
    weighed = []
    for key, share in near.hits:
        if share >= LEAST_LIKENESS and key in found:
            article = found[key]
            weighed.append((share + near.share(f"{article.title} {article.keywords}"), article.use_count, key))
    return [found[key] for _, _, key in sorted(weighed, reverse=True)[:most]]


def to_review(person: "Person", today: date) -> QuerySet[Article]:
    """What waits for the person to judge it, the longest waiting first."""
    return in_group(articles(person), Group.TO_REVIEW, person, today).order_by("updated_at", "pk")


def categories(rows: QuerySet[Article]) -> list[str]:
    """The categories that the rows have, by name."""
    found = rows.exclude(category="").order_by("category").select_related(None)
    return list(found.values_list("category", flat=True).distinct())


def same_title(owner: "Party", title: str) -> Article | None:
    """The article of the owner that bears this title already, whatever became of it."""
    return Article.objects.filter(owner=owner, title=title.strip()).order_by("pk").first()


def used_by(subject: tuple[str, str]) -> list[Use]:
    """What helped with something, with the articles, the latest first, in one query."""
    kind, name = subject
    found = Use.objects.filter(subject_kind=kind, subject_name=name)
    return list(found.select_related("article__owner"))


def subjects_using(article: Article, kind: str) -> QuerySet[Any]:
    """The names of what the article helped with, of one kind."""
    return article.uses.filter(subject_kind=kind).values_list("subject_name", flat=True)


def files_of(article: Article, version: int) -> list[LaidFile]:
    """The files that belong to a version of the article, in the order in which they came; in three queries at most."""
    among = Q(since__lte=version) & (Q(until=None) | Q(until__gt=version))
    rows = list(article.attachments.filter(among))
    found = {row.pk: latest(row) for row in documents([row.document_id for row in rows])} if rows else {}
    return [
        LaidFile(
            pk=row.pk, name=version.file_name, content_type=version.content_type, size=version.size, at=row.at,
            by=row.by,
        )
        for row in rows
        for version in [found[row.document_id]]
    ]  # fmt: skip
