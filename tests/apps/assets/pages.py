"""What the tests of pages share: addresses, people of both sides, and what a page says."""

import html
import io
import re

from django.urls import reverse
from python_calamine import CalamineWorkbook


def url(name: str, *args) -> str:
    return reverse(f"assets:{name}", args=args)


def text_of(response) -> str:
    """What a page shows, without tags and with single blanks."""
    body = re.sub(r"<(script|style|datalist)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", body))).strip()


def sheet_of(response) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()


def buttons_of(response) -> set[str]:
    """The labels of what can be done at the head of a page."""
    head = re.search(r'<div class="kw-actions">(.*?)</div>\s*</div>', response.content.decode(), re.DOTALL)[1]
    return set(re.findall(r">([^<>\s]+)</(?:a|button)>", head))
