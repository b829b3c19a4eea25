"""Access control, security headers and one log line a request."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import structlog
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from kangwei.base.paths import discreet_path
from kangwei.base.permissions import Access, declared_access

log = structlog.get_logger("kangwei.request")
Handler = Callable[[HttpRequest], HttpResponse]
# ECharts and Tabler set style attributes; scripts come from our own files only.
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)


class ContentSecurityPolicy:
    """Forbids pages to load anything from elsewhere."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class RequestLimits:
    """Refuses what is too large before anything reads it: of strangers more than a form, or than the photos that a
    page for everybody takes; of whoever is signed in more than a package.

    Also a NUL in the address, which PostgreSQL takes in no text.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        nul = "\x00" in unquote(request.META.get("QUERY_STRING", ""))
        if not (size or nul):
            return self.get_response(request)
        access = self._access(request)
        # An operation of the API refuses both itself: its callers read JSON.
        if access is None or not access.by_key:
            if size > (limit := self._limit(request, access)):
                raise RequestDataTooBig(f"request body over {limit} bytes")
            if nul:
                raise SuspiciousOperation("NUL in the query string")
        return self.get_response(request)

    @staticmethod
    def _access(request: HttpRequest) -> Access | None:
        try:
            return declared_access(resolve(request.path_info).func)
        except Resolver404:
            return None

    @staticmethod
    def _limit(request: HttpRequest, access: Access | None) -> int:
        if request.user.is_authenticated:
            return int(settings.REQUEST_LIMIT)
        takes_files = access is not None and access.anonymous and access.upload
        return int(settings.PUBLIC_UPLOAD_LIMIT if takes_files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


class AccessControl:
    """Refuses every view that declares no access, and whoever lacks the one it declares."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *view_arguments: Any
    ) -> HttpResponseBase | None:
        del view_arguments
        access = declared_access(view)
        if access is None:
            log.error("view without declared access", path=request.path, view=getattr(view, "__qualname__", repr(view)))
            raise PermissionDenied("此页面没有声明权限")
        if access.anonymous or access.by_key:
            return None
        if not request.user.is_authenticated:
            if request.headers.get("X-Requested-With") == "fetch":
                # A script keeps what it sent and asks for the sign-in itself; through a redirect it could not see why.
                return HttpResponse(status=401)
            # What was posted is lost; its address alone would only be refused after the sign-in.
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        if request.user.must_change_password and not access.before_password_change:
            return redirect("accounts:password")
        if access.permission and not request.user.has_perm(access.permission):
            log.warning("permission denied", path=request.path, user=str(request.user), permission=access.permission)
            raise PermissionDenied("您的角色没有此项权限")
        return None


class RequestLog:
    """One line a request: method, path, status, milliseconds, user."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        log.info(
            "request",
            method=request.method,
            path=discreet_path(request),
            status=response.status_code,
            ms=round((time.perf_counter() - began) * 1000, 1),
            user=str(request.user) if request.user.is_authenticated else "",
        )
        return response
