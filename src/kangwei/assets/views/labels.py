"""Labels to print: a sheet of A4, or one after the other for a label printer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from kangwei.assets import queries
from kangwei.assets.models import Asset
from kangwei.assets.views import lists
from kangwei.assets.views.finding import known
from kangwei.base.permissions import requires
from kangwei.base.qr import qr_code
from kangwei.base.web import PersonRequest
from kangwei.core.calendars import local_day


@dataclass(frozen=True)
class Format:
    """How labels come onto paper. `page` names the style sheet with the size of the paper, `size` that of a label."""

    title: str
    page: str
    size: str
    columns: int
    rows: int

    @property
    def a_sheet(self) -> int:
        """Labels on one sheet."""
        return self.columns * self.rows


FORMATS = {
    "a4-70x37": Format("A4 纸，70×37 毫米，每张 3×8 枚", "a4", "70x37", 3, 8),
    "a4-50x30": Format("A4 纸，50×30 毫米，每张 4×9 枚", "a4", "50x30", 4, 9),
    "roll-70x37": Format("标签打印机，70×37 毫米", "70x37", "70x37", 1, 1),
    "roll-50x30": Format("标签打印机，50×30 毫米", "50x30", "50x30", 1, 1),
}
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
AT_ONCE = 240
"""Drawing a QR code takes some milliseconds; more labels come on further pages."""


@dataclass(frozen=True)
class Label:
    """One label; `code` is the SVG of its QR code."""

    asset: Asset
    kind: str
    code: SafeString


@requires("assets.read")
def labels(request: PersonRequest) -> HttpResponse:
    """Labels for the assets that `pk` names, any number of times, or for what a list of a `kind` shows.

    `skip` leaves the first places of the first sheet free.
    """
    name = request.GET.get("format", "")
    name = name if name in FORMATS else next(iter(FORMATS))
    rows, kept = _wanted(request)
    page = Paginator(rows, AT_ONCE).get_page(request.GET.get("page"))
    skip = _skip(request.GET, FORMATS[name]) if page.number == 1 else 0
    context: dict[str, Any] = {
        "title": "打印标签",
        "format": FORMATS[name],
        "formats": FORMATS,
        "chosen": name,
        "skip": skip,
        "page_obj": page,
        "kept": kept,
        "site": request.build_absolute_uri("/"),
        "unreachable": request.get_host().rsplit(":", 1)[0] in LOOPBACK or request.get_host() in LOOPBACK,
        "sheets": list(_sheets([_label(request, asset) for asset in page], FORMATS[name], skip)),
    }
    return render(request, "assets/labels.html", context)


def _wanted(request: PersonRequest) -> tuple[QuerySet[Asset], list[tuple[str, str]]]:
    """The assets, and the part of the address that names them."""
    query = request.GET
    named = [text for text in query.getlist("pk") if text.isdecimal() and len(text) <= 18]
    kind = queries.kinds().get(query.get("kind", ""))
    if named or kind is None:
        rows = known(queries.assets(request.user)).filter(pk__in={int(text) for text in named})
        return rows.order_by("kind", "number"), [("pk", text) for text in named]
    kept = [(name, query[name]) for name in query if name not in ("format", "skip", "page")]
    return lists.filtered(request, kind, local_day(timezone.now())).order_by("number"), kept


def _skip(query: QueryDict, chosen: Format) -> int:
    text = query.get("skip", "")
    return min(int(text[:3]), chosen.a_sheet - 1) if text.isdecimal() else 0


def _label(request: PersonRequest, asset: Asset) -> Label:
    address = request.build_absolute_uri(reverse("assets:scan", args=[asset.pk]))
    return Label(asset, queries.kinds()[asset.kind].name, qr_code(address))


def _sheets(found: Sequence[Label], chosen: Format, skip: int) -> Iterator[list[Label | None]]:
    """The places of one sheet after the other, None for one that stays free."""
    places: list[Label | None] = [None] * skip + list(found)
    for start in range(0, len(places), chosen.a_sheet):
        yield places[start : start + chosen.a_sheet]
