"""Where mails and conversations lie between their reading and the saving of the ticket.

Files are called by their SHA-256; whoever put one there gets a signed token, by which nobody else gets at it.
"""

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.signing import BadSignature, Signer

from kangwei.servicedesk.enums import Channel

KEPT = timedelta(days=2)
_signer = Signer(salt="kangwei.received")


def park(content: bytes, channel: Channel, person_id: int, now: datetime) -> str:
    """Put the content in its place and forget what nobody saved; the token that leads to it."""
    digest, folder = hashlib.sha256(content).hexdigest(), _folder()
    for path in folder.iterdir():
        if path.stat().st_mtime < (now - KEPT).timestamp():
            path.unlink(missing_ok=True)
    fresh = folder / f".{digest}.{os.getpid()}"
    fresh.write_bytes(content)
    fresh.replace(folder / digest)
    return _signer.sign(f"{channel}-{person_id}-{int(now.timestamp())}-{digest}")


@dataclass(frozen=True)
class Parked:
    """What was put in its place, and when."""

    channel: Channel
    content: bytes
    at: datetime


def parked(token: str, person_id: int) -> Parked | None:
    """What the token leads to; None for a token of somebody else, or where it was forgotten meanwhile."""
    try:
        channel, owner, at, digest = _signer.unsign(token).split("-")
    except (BadSignature, ValueError):
        return None
    path = _folder() / digest
    if owner != str(person_id) or not path.is_file():
        return None
    return Parked(Channel(channel), path.read_bytes(), datetime.fromtimestamp(int(at), UTC))


def _folder() -> Path:
    path = Path(settings.VAR) / "received"
    path.mkdir(parents=True, exist_ok=True)
    return path
