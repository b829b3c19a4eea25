"""The archive: files kept under the SHA-256 of their content, written once."""

import hashlib
import os
import secrets
from pathlib import Path

from django.conf import settings

from kangwei.base.errors import ActionError


def put(content: bytes) -> str:
    """Keep the content and return its SHA-256. Content that is there already is not written again.

    The file appears under its name only when it is whole, so that a kill leaves no half file in the archive.
    """
    digest = hashlib.sha256(content).hexdigest()
    target = path_of(digest)
    if target.exists():
        return digest
    target.parent.mkdir(parents=True, exist_ok=True)
    waiting = target.with_name(f".{digest}.{secrets.token_hex(4)}")
    with waiting.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    waiting.chmod(0o440)
    waiting.replace(target)
    return digest


def path_of(sha256: str) -> Path:
    """Where the content with this SHA-256 lies, or would lie."""
    return settings.ARCHIVE / sha256[:2] / sha256[2:]


def read(sha256: str) -> bytes:
    """The content; ActionError where it is missing or no longer what was archived."""
    try:
        content = path_of(sha256).read_bytes()
    except OSError:
        raise ActionError(f"归档文件缺失（SHA-256 {sha256[:12]}…）") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ActionError(f"归档文件已被改动（SHA-256 {sha256[:12]}…）")
    return content
