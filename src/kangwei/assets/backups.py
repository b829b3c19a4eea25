"""Reads of configurations: their versions, and whose was backed up in a month.

A backup is an event, not a version: the same text again is no new version and is a backup all the same.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery

from kangwei.assets.enums import SYSTEM, AssetState
from kangwei.assets.models import Asset, AssetEvent, Configuration
from kangwei.base.web import month_in
from kangwei.core.calendars import SHANGHAI

SAVED = "save_configuration"
"""The action of the event of a backup."""
BACKED_UP_KINDS = ("network-device", "storage", "host", "database")
"""Whose configuration is to be backed up every month; a contract asks for fewer, a filter leaves the rest out."""

CONFIGURED_KINDS = (SYSTEM, "middleware", *BACKED_UP_KINDS)
"""What has a configuration that is worth keeping."""


@dataclass(frozen=True)
class Month:
    """A month in Shanghai: `begins` is its first moment, `ends` the first one after it."""

    first: date

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.next.first, time(), SHANGHAI)

    @property
    def next(self) -> "Month":
        return Month(date.fromordinal(self.first.toordinal() + monthrange(self.first.year, self.first.month)[1]))

    @property
    def label(self) -> str:
        return f"{self.first.year}年{self.first.month}月"

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def month_of(text: str, today: date) -> Month:
    """The month that `2026-11` names; the present one for anything else."""
    return Month(month_in(text) or today.replace(day=1))


def to_be_backed_up(rows: QuerySet[Asset], month: Month) -> QuerySet[Any]:
    """The assets whose configuration is backed up, with what is known of it:

    `backed_up_at` the last backup in the month or None, `last_backup` the last one ever up to its end.
    """
    saved = AssetEvent.objects.filter(asset=OuterRef("pk"), action=SAVED, at__lt=month.ends).order_by()
    latest = saved.values("asset").annotate(latest=Max("at")).values("latest")
    this_month = saved.filter(at__gte=month.begins).values("asset").annotate(latest=Max("at")).values("latest")
    kept = rows.filter(kind__in=BACKED_UP_KINDS).exclude(state=AssetState.SCRAPPED)
    return kept.annotate(backed_up_at=Subquery(this_month), last_backup=Subquery(latest)).order_by("kind", "number")


def backup_counts(rows: QuerySet[Any]) -> tuple[int, int]:
    """How many of `to_be_backed_up` there are, and how many of them have no backup in the month."""
    found = rows.order_by().aggregate(all=Count("pk"), missing=Count("pk", filter=Q(backed_up_at=None)))
    return found["all"], found["missing"]


def versions(asset: Asset) -> QuerySet[Configuration]:
    """The versions of an asset's configuration, the newest first, without their text."""
    return Configuration.objects.filter(asset=asset).defer("text").order_by("-version")


def versions_of_month(rows: QuerySet[Asset], month: Month) -> dict[int, list[Configuration]]:
    """The versions saved in the month by asset, oldest first, and before them the last one from before it."""
    mine = Configuration.objects.filter(asset__in=rows.order_by().values("pk"), saved_at__lt=month.ends)
    newest_before = (
        Configuration.objects.filter(asset=OuterRef("asset"), saved_at__lt=month.begins)
        .order_by("-version")
        .values("version")[:1]
    )
    wanted = mine.filter(Q(saved_at__gte=month.begins) | Q(version=Subquery(newest_before)))
    found: dict[int, list[Configuration]] = {}
    for row in wanted.order_by("asset", "version"):
        found.setdefault(row.asset_id, []).append(row)
    return found
