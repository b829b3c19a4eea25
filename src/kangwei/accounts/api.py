"""How the operations of the API know who calls: by a key, and by the permission that the operation names."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from kangwei.accounts.queries import awaits_consent, holder_of

if TYPE_CHECKING:
    from kangwei.accounts.models import Person

BODY_LIMIT = 256 * 1024


class KeyRequest(HttpRequest):
    """A request that an ApiKey let through."""

    auth: "Person"


class ApiKey(HttpBearer):
    """Lets through whoever shows a key whose holder has the permission; no cookie counts, so nothing can be forged.

    401 for a key that is missing, unknown or revoked, or whose holder may not sign in; 403 for one that its holder has
    not consented to, and without the permission; 413 for a body that is too large, which is not read. An operation that
    takes `files` may be sent so many of the largest size beside its JSON.
    """

    def __init__(self, permission: str, files: int = 0) -> None:
        super().__init__()
        self.permission = permission
        self.files = files

    def authenticate(self, request: HttpRequest, token: str) -> "Person":
        person = holder_of(token)
        if person is None and awaits_consent(token):
            raise HttpError(403, "密钥尚未生效：请本人登录后在「我的接口密钥」同意")
        if person is None:
            raise HttpError(401, "密钥无效或已作废")
        if not person.has_perm(self.permission):
            raise HttpError(403, "密钥所属人员没有此项权限")
        limit = BODY_LIMIT + self.files * settings.UPLOAD_LIMIT
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            raise HttpError(413, f"内容超过 {limit // 1024} KB")
        request.user = person
        return person


def requires_key(permission: str, *, files: int = 0) -> ApiKey:
    """The `auth` of an operation: whoever's key carries the permission may call it, with so many files."""
    return ApiKey(permission, files)
