"""What is taken for a signature, and what is not."""

import base64
import struct
import zlib

import pytest

from kangwei.base.errors import ActionError
from kangwei.servicedesk.intake.signing import drawn
from tests.apps.servicedesk.pictures import INK, MAGIC, STROKE, data_url, head, part, png

NO_PICTURE = "签字图样不是手写板送来的 PNG 图片，请重新签字"


def refusal(text: str) -> str:
    with pytest.raises(ActionError) as error:
        drawn(text)
    assert error.value.field == "image"
    return str(error.value)


def test_a_stroke_is_taken_as_it_is():
    assert drawn(STROKE) == png()


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_a_stroke_is_taken_whatever_filter_packs_its_rows(kind):
    changing = bytes([kind]) + b"\x00\x07\x00\x09" * 120
    assert drawn(data_url(png(raw=changing * 50)))


@pytest.mark.parametrize("pixel", [b"\x00\x00\x00\x00", b"\xff\xff\xff\xff"])
@pytest.mark.parametrize("kind", [0, 1, 2, 3, 4])
def test_an_even_surface_is_blank_whatever_filter_packs_it(pixel, kind):
    rows = [pixel * 120] * 50
    packed = b"".join(
        bytes([kind]) + filtered(kind, row, above) for above, row in zip([bytes(480), *rows[1:]], rows, strict=True)
    )
    assert refusal(data_url(png(raw=packed))) == "请在框内签字"


def test_a_dot_is_no_name():
    row = b"\x00" + bytes(480)
    dot = b"\x00" + bytes(40) + INK * 3 + bytes(428)
    assert refusal(data_url(png(raw=row * 20 + dot * 3 + row * 27))) == "请在框内签字"
    assert drawn(data_url(png(raw=row * 20 + dot * 8 + row * 22)))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        data_url(b"<html><script>alert(1)</script></html>"),
        "data:text/html;base64," + base64.b64encode(png()).decode(),
        "data:image/png;base64,%%%%",
        "data:image/png;base64,签字",
        data_url(b"\xff\xd8\xff" + bytes(500)),
        data_url(MAGIC),
        data_url(MAGIC + part(b"IEND", b"")),
        data_url(MAGIC + head(120, 50) + part(b"IEND", b"")),
    ],
)
def test_what_is_no_png_is_refused(text):
    assert refusal(text) == NO_PICTURE


@pytest.mark.parametrize("left", [1, 4, 12, 60, 200])
def test_a_truncated_picture_is_refused(left):
    assert refusal(data_url(png()[:-left])) == NO_PICTURE


def test_a_damaged_part_is_refused():
    whole = bytearray(png())
    whole[60] ^= 1
    assert refusal(data_url(bytes(whole))) == NO_PICTURE


def test_what_hangs_behind_the_picture_is_refused_and_what_it_carries_along_is_dropped():
    assert refusal(data_url(png() + b"<script>")) == NO_PICTURE
    carrying = png().replace(part(b"IEND", b""), part(b"tEXt", b"Comment\x00<script>") + part(b"IEND", b""))
    assert drawn(data_url(carrying)) == png()


def test_an_empty_field_asks_for_a_signature():
    assert refusal("") == "请在框内签字"


def test_a_picture_that_is_too_large():
    assert refusal("data:image/png;base64," + "A" * 400_100) == "签字图样超过 300 KB"
    assert refusal(data_url(MAGIC + head(2001, 50) + part(b"IEND", b""))) == "签字图样超过 2000 × 2000 像素"
    assert refusal(data_url(MAGIC + head(50, 2001) + part(b"IEND", b""))) == "签字图样超过 2000 × 2000 像素"
    assert drawn(data_url(png(2000, 100)))


@pytest.mark.parametrize("rest", [(16, 6, 0, 0, 0), (8, 3, 0, 0, 0), (8, 6, 0, 0, 1), (8, 6, 1, 0, 0)])
def test_a_kind_of_png_that_no_canvas_sends_is_refused(rest):
    body = zlib.compress((b"\x00" + INK * 120) * 50)
    assert refusal(data_url(MAGIC + head(120, 50, *rest) + part(b"IDAT", body) + part(b"IEND", b""))) == NO_PICTURE


def test_a_bomb_is_never_unpacked():
    bomb = zlib.compress(bytes(200_000_000), 9)
    content = MAGIC + head(120, 50) + part(b"IDAT", bomb) + part(b"IEND", b"")
    assert len(content) < 300_000
    assert refusal(data_url(content)) == NO_PICTURE


def test_rows_that_are_too_few_or_of_no_known_filter_are_refused():
    assert refusal(data_url(png(raw=(b"\x00" + INK * 120) * 49))) == NO_PICTURE
    assert refusal(data_url(png(raw=(b"\x05" + INK * 120) * 50))) == NO_PICTURE


def filtered(kind: int, row: bytes, above: bytes) -> bytes:
    """A row as the five filters of PNG write it (RFC 2083, chapter 6)."""
    found = bytearray()
    for at, value in enumerate(row):
        left = row[at - 4] if at >= 4 else 0
        corner = above[at - 4] if at >= 4 else 0
        nearest = min((left, above[at], corner), key=lambda one: abs(left + above[at] - corner - one))
        found.append(value - (0, left, above[at], (left + above[at]) // 2, nearest)[kind] & 255)
    return bytes(found)


def test_the_size_in_the_head_must_be_there():
    assert refusal(data_url(MAGIC + part(b"IHDR", struct.pack(">II", 120, 50)) + part(b"IEND", b""))) == NO_PICTURE
