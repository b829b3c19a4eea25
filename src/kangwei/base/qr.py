"""QR codes."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_code(address: str) -> SafeString:
    """The SVG of a code that leads to the address, without a margin of its own."""
    drawn = segno.make_qr(address, error="m").svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None)
    # Drawn as squares: the address itself does not stand in it.
    return mark_safe(drawn)  # noqa: S308
