"""How the operations of the API know who calls: by a key, and by the permission that the operation names."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from kangwei.accounts.queries import holder_of

if TYPE_CHECKING:
    from kangwei.accounts.models import Person

BODY_LIMIT = 256 * 1024


class KeyRequest(HttpRequest):
    """A request that an ApiKey let through."""

    auth: "Person"


class ApiKey(HttpBearer):
    """Lets through whoever shows a key whose holder has the permission; no cookie counts, so nothing can be forged.

    401 for a key that is missing, unknown or revoked, or whose holder may not sign in; 403 without the permission;
    413 for a body that is too large, which is not read.
    """

    def __init__(self, permission: str) -> None:
        super().__init__()
        self.permission = permission

    def authenticate(self, request: HttpRequest, token: str) -> "Person":
        person = holder_of(token)
        if person is None:
            raise HttpError(401, "密钥无效或已作废")
        if not person.has_perm(self.permission):
            raise HttpError(403, "密钥所属人员没有此项权限")
        if int(request.META.get("CONTENT_LENGTH") or 0) > BODY_LIMIT:
            raise HttpError(413, f"内容超过 {BODY_LIMIT // 1024} KB")
        request.user = person
        return person


def requires_key(permission: str) -> ApiKey:
    """The `auth` of an operation: whoever's key carries the permission may call it."""
    return ApiKey(permission)
