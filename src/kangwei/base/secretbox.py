"""Encryption at rest of the passwords of targets; the key lives outside the database."""

from base64 import urlsafe_b64encode
from functools import cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from kangwei.base.errors import ActionError


def seal(plain: str) -> str:
    """The text encrypted; empty stays empty."""
    return _box().encrypt(plain.encode()).decode() if plain else ""


def unseal(sealed: str) -> str:
    """The text again; ActionError where the key is not the one it was sealed with."""
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        raise ActionError("目标的口令无法解密：密钥文件已更换，请重新填写口令") from None


@cache
def _box() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(settings.TARGET_KEY.encode()).digest()))
