"""What the tests of the portal share: photos, the parts of an address, how a story reads."""

import io
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kangwei.servicedesk.queries.following import signature_of


def png(shade: int = 0) -> bytes:
    """A picture of one dot."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    written = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    written.seek(0, io.SEEK_END)
    written.write(chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"))
    written.write(chunk(b"IDAT", zlib.compress(bytes([0, shade]))))
    written.write(chunk(b"IEND", b""))
    return written.getvalue()


def photo(name: str = "IMG_0001.PNG", shade: int = 0) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png(shade), "image/png")


def link(ticket, *, act: str = "", pk: int | None = None) -> str:
    """Where the caller follows a ticket, does something with it, or opens one of its files."""
    parts = [ticket.number, signature_of(ticket)]
    if pk is not None:
        return reverse("portal:file", args=[*parts, pk])
    return reverse("portal:act", args=[*parts, act]) if act else reverse("portal:follow", args=parts)


def told(ticket, now) -> list[tuple[str, str]]:
    """The labels and texts that a caller reads, the latest first."""
    from kangwei.servicedesk.queries.following import chain_of, story_of

    return [(event.label, event.text) for event in story_of(chain_of(ticket), now).told]
