"""What views of every app share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from kangwei.base.errors import ActionError
from kangwei.base.workbook import Table, table_workbook

if TYPE_CHECKING:
    from kangwei.accounts.models import Person

PAGE_SIZE = 50
MOST_LISTED = 2_000
EXPORT_LIMIT = 100_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PersonRequest(HttpRequest):
    """A request that AccessControl let through because somebody is signed in."""

    user: "Person"


def client_address(request: HttpRequest) -> str:
    """Where the request comes from: the caller as the outermost of our own proxies (settings.PROXIES) saw it.

    What stands further left in X-Forwarded-For is the caller's own word and not believed.
    """
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    chain.append(request.META.get("REMOTE_ADDR", ""))
    return str(chain[-1 - min(settings.PROXIES, len(chain) - 1)])


def add_error(form: Form, error: ActionError) -> None:
    """Show an action's refusal at its field, or above the form where it names none."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


def carried_out(form: Form, act: Callable[[], object]) -> bool:
    """Whether the action was done; its refusal stands on the form."""
    try:
        act()
    except ActionError as error:
        add_error(form, error)
        return False
    return True


@contextmanager
def refusals_shown(request: HttpRequest) -> Iterator[None]:
    """Show an action's refusal as a message of the next page, and go on behind the block."""
    try:
        yield
    except ActionError as error:
        messages.error(request, str(error))


def key_in(text: str) -> int | None:
    """The key of a row as an address or a form names it; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def month_in(text: str) -> date | None:
    """The first day of `2026-11`; None for anything else, and where no contract runs: there dates soon end."""
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


def address(request: HttpRequest, **changes: str) -> str:
    """The page's own parameters with these changed, from the first page on; "" takes one out."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query[name] = value
        if not value:
            del query[name]
    return f"?{query.urlencode()}"


def select(request: HttpRequest, name: str, label: str, options: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
    """A filter of a list, with what is chosen now."""
    return {"name": name, "label": label, "kind": "select", "options": options, "value": request.GET.get(name, "")}


def page_of(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any]) -> Page[Any]:
    """The page that `?page=` names, 50 rows; a number out of range gives the nearest page."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


class LongPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs only
    """Pages through the first MOST_LISTED rows of a list that may hold millions; `more` says that there are further.

    Counting all of them takes longer the more there are. The keys of the first ones are read once, which says how
    many there are, and where each page begins. The rows of a page are looked up among `all_rows`: a search need not be
    made a second time for them.
    """

    def __init__(self, rows: QuerySet[Any], all_rows: QuerySet[Any]) -> None:
        keys = list(rows.values_list("pk", flat=True)[: MOST_LISTED + 1])
        self.rows, self.more = all_rows.order_by(), len(keys) > MOST_LISTED
        super().__init__(keys[:MOST_LISTED], PAGE_SIZE)

    def page(self, number: int | str) -> Page[Any]:
        """The rows of a page in the order of the list; what left the list since its keys were read is missing."""
        found = super().page(number)
        rows = {row.pk: row for row in self.rows.filter(pk__in=list(found.object_list))}
        found.object_list = [rows[key] for key in found.object_list if key in rows]
        return found


def long_page_of(request: HttpRequest, rows: QuerySet[Any], all_rows: QuerySet[Any]) -> Page[Any]:
    """The page that `?page=` names of a list that may be very long, a part of `all_rows`, in two queries."""
    return LongPaginator(rows, all_rows).get_page(request.GET.get("page"))


def download(content: bytes, *, file_name: str, content_type: str) -> HttpResponse:
    """The content as a file to save, never shown in the page's own origin."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file_name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def excel(file_name: str, sheets: Mapping[str, Table]) -> HttpResponse:
    """Tables as an Excel file, a sheet each."""
    return download(table_workbook(sheets), file_name=file_name, content_type=XLSX)


def export(
    request: HttpRequest,
    file_name: str,
    headers: Sequence[str],
    rows: QuerySet[Any],
    cells: Callable[[Any], Sequence[Any]],
) -> HttpResponse:
    """The whole list as an Excel file or, where it is too long for one, back to the list with the reason.

    Half a list would pass for a whole one. Rows are read as they are written, never all held at once.
    """
    if rows.count() > EXPORT_LIMIT:
        messages.error(request, f"超过 {EXPORT_LIMIT:,} 条，一次导不出；请先筛选")
        query = request.GET.copy()
        query.pop("export", None)
        return redirect(f"{request.path}?{query.urlencode()}")
    return excel(file_name, {"数据": (headers, map(cells, rows.iterator(2000)))})
