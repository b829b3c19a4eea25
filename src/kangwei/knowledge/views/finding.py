"""What views of articles share."""

from typing import Any

from django.http import Http404
from django.utils import timezone

from kangwei.base.web import PersonRequest
from kangwei.knowledge import queries
from kangwei.knowledge.models import Article


def article_or_404(request: PersonRequest, pk: int) -> Article:
    """The article, if the person may see it."""
    found = queries.articles(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("找不到这条知识")
    return found


def by(request: PersonRequest) -> dict[str, Any]:
    """Who does it, and when."""
    return {"actor": request.user, "now": timezone.now()}
