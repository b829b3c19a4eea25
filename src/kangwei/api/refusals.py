"""Refusals as JSON in Chinese: `{"field": …, "reason": …}`, the field empty where it is none's."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from kangwei.base.errors import ActionError

REASONS = {
    "missing": "必填",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最长 {max_length} 个字",
    "string_pattern_mismatch": "格式不对",
    "string_unicode": "含有无法识别的字符",
    "enum": "应为 {expected} 之一",
    "literal_error": "应为 {expected} 之一",
    "timezone_aware": "请写明时区，如 2026-11-20T09:05:00+08:00",
    "extra_forbidden": "没有这一项",
    "greater_than_equal": "不小于 {ge}",
    "less_than_equal": "不大于 {le}",
    "too_long": "最多 {max_length} 项",
    "value_error": "{error}",
}
KINDS = {"datetime": "应为时间，如 2026-11-20T09:05:00+08:00", "date": "应为日期，如 2026-11-20", "int": "应为整数"}


def speak_chinese(api: NinjaAPI) -> None:
    """Let the API say every refusal in the same way."""

    def refused(request: HttpRequest, status: int, reason: str, field: str = "") -> HttpResponse:
        return api.create_response(request, {"field": field, "reason": reason}, status=status)

    def by_status(request: HttpRequest, error: Any) -> HttpResponse:
        if isinstance(error, AuthenticationError):
            return refused(request, 401, "请在请求头写明密钥：Authorization: Bearer kw_…")
        if error.status_code == 400:
            return refused(request, 422, "请求体不是有效的 JSON")
        return refused(request, error.status_code, str(error))

    def by_action(request: HttpRequest, error: Any) -> HttpResponse:
        return refused(request, 422, str(error), error.field)

    def by_validation(request: HttpRequest, error: Any) -> HttpResponse:
        first = error.errors[0]
        return refused(request, 422, _reason(first), _field(first["loc"]))

    def unknown(request: HttpRequest, _: Any) -> HttpResponse:
        return refused(request, 404, "没有这样的对象，或您无权查看")

    api.add_exception_handler(HttpError, by_status)
    api.add_exception_handler(ActionError, by_action)
    api.add_exception_handler(ValidationError, by_validation)
    api.add_exception_handler(Http404, unknown)


def _field(place: tuple[Any, ...]) -> str:
    """The field as the caller wrote it, without the part of the request that it stood in and our name for that."""
    kind, *rest = place
    names = rest[1:] if kind == "body" else rest
    return ".".join(str(name) for name in names)


def _reason(error: dict[str, Any]) -> str:
    kind = str(error["type"])
    if kind in REASONS:
        return REASONS[kind].format(**error.get("ctx", {}))
    found = next((words for name, words in KINDS.items() if kind.startswith(f"{name}_")), "")
    return found or "填写有误"
