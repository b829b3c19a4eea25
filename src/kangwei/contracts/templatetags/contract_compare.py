"""Citations where many contracts share a table."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def cite_link(cite: str, url: str) -> SafeString:
    """One chip for all places of a stored citation, `3287 +4`, that leads to the clause; the title has every place."""
    places = [place.strip() for place in cite.split(";")]
    file, _, first = places[0].rpartition(":")
    lines = "、".join(place.rpartition(":")[2] for place in places)
    shown = f"{first} +{len(places) - 1}" if len(places) > 1 else first
    return format_html('<a class="kw-cite" href="{}" title="采购文件 {} 第 {} 行">{}</a>', url, file, lines, shown)
