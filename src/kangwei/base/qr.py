"""QR codes."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_code(address: str) -> SafeString:
    """The SVG of a code that leads to the address, without a margin of its own, to stand in a page."""
    drawn = _drawn(address).svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None)
    # Drawn as squares: the address itself does not stand in it.
    return mark_safe(drawn)  # noqa: S308


def qr_picture(address: str) -> bytes:
    """The same as an SVG file of its own."""
    file = io.BytesIO()
    _drawn(address).save(file, kind="svg", border=0, omitsize=True)
    return file.getvalue()


def _drawn(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m")
