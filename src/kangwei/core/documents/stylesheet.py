"""Fonts and named styles of generated Word documents, after GB/T 9704-2012 (党政机关公文格式).

Everything a document uses is a named style, so that whoever edits it in Word changes a style once and not
every paragraph. The style sheet is written out as XML, because python-docx has no call for borders, languages
and east-asian fonts, and because its own template carries 160 styles and a font table that are none of ours.
"""

from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

TITLE_FONT, HEADING_FONT, BODY_FONT, NUMBER_FONT = "方正小标宋简体", "黑体", "仿宋", "宋体"
LATIN_FONT = "Times New Roman"
ER_HAO, SAN_HAO, SI_HAO, WU_HAO = 22, 16, 14, 10.5  # points

# A run names one font only. Where it is missing, Word and WPS try these in turn before they guess.
_FALLBACKS = {
    TITLE_FONT: "方正小标宋_GBK,华文中宋,STZhongsong,宋体,SimSun",
    HEADING_FONT: "SimHei,微软雅黑,Noto Sans CJK SC",
    BODY_FONT: "仿宋_GB2312,FangSong,华文仿宋,STFangsong,宋体",
    NUMBER_FONT: "SimSun,Noto Serif CJK SC",
}
_SIDES = ("top", "left", "bottom", "right")
_BOX = "".join(f'<w:{side} w:val="single" w:sz="12" w:space="3"/>' for side in _SIDES)
_KEPT_PARTS = {
    RELATIONSHIP_TYPE.OFFICE_DOCUMENT,
    RELATIONSHIP_TYPE.CORE_PROPERTIES,
    RELATIONSHIP_TYPE.STYLES,
    RELATIONSHIP_TYPE.SETTINGS,
}


def apply_stylesheet(document: WordDocument) -> None:
    """Replace the styles and the font table of python-docx's template by ours and drop its other parts."""
    for relations in (document.part.rels, document.part.package.rels):
        for key in [key for key, relation in relations.items() if relation.reltype not in _KEPT_PARTS]:
            del relations[key]
    styles = document.styles.element
    for old in list(styles):
        styles.remove(old)
    for new in list(parse_xml(f"<w:styles {nsdecls('w')}>{_DEFAULTS}{''.join(_styles())}</w:styles>")):
        styles.append(new)
    table = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, _font_table(), document.part.package)
    document.part.relate_to(table, RELATIONSHIP_TYPE.FONT_TABLE)


# The language decides which shapes a fall-back font draws; without it Chinese may appear in Japanese forms.
_DEFAULTS = (
    '<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>'
    "<w:pPrDefault/></w:docDefaults>"
)


def _styles() -> list[str]:
    line = _spacing(28.95)  # 22 lines fill the 225 mm of text (5.2.3)
    table_line = _spacing(14)
    centre = '<w:jc w:val="center"/>'
    return [
        _style("Normal", "Normal", line, _font(BODY_FONT, SAN_HAO), default=True),
        _style("Title", "Title", _spacing(34, after=12) + centre, _font(TITLE_FONT, ER_HAO)),
        _style("Heading1", "heading 1", "<w:keepNext/>" + _spacing(28.95, before=6)
               + '<w:outlineLvl w:val="0"/>', _font(HEADING_FONT, SAN_HAO)),
        _style("Header", "header", table_line + '<w:jc w:val="right"/>', _font(HEADING_FONT, WU_HAO)),
        _style("Footer", "footer", _spacing(SI_HAO), _font(BODY_FONT, WU_HAO)),
        _style("PracticeMark", "练习标识",
               f"<w:pBdr>{_BOX}</w:pBdr>" + _spacing(26, after=10)
               + '<w:ind w:left="80" w:right="80"/>' + centre, _font(HEADING_FONT, SAN_HAO)),
        _style("TableText", "表格文字", table_line, _font(BODY_FONT, WU_HAO)),
        _style("TableLabel", "表格标签", table_line + centre, _font(HEADING_FONT, WU_HAO)),
        _style("Note", "附注", _spacing(16), _font(BODY_FONT, WU_HAO)),
        '<w:style w:type="character" w:styleId="PageNumber"><w:name w:val="page number"/>'
        f"<w:rPr>{_font(NUMBER_FONT, SI_HAO, latin=NUMBER_FONT)}</w:rPr></w:style>",  # 7.5: 四号半角宋体
    ]  # fmt: skip


def _style(identifier: str, name: str, paragraph: str, run: str, *, default: bool = False) -> str:
    mark = 'w:default="1" ' if default else ""
    based = "" if default else '<w:basedOn w:val="Normal"/>'
    return (
        f'<w:style w:type="paragraph" {mark}w:styleId="{identifier}">'
        f'<w:name w:val="{name}"/>{based}<w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _font(name: str, points: float, *, latin: str = LATIN_FONT) -> str:
    half_points = round(points * 2)
    return (
        f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{name}" w:cs="{latin}"/>'
        f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
    )


def _spacing(line: float, *, before: float = 0, after: float = 0) -> str:
    """Exact line spacing and paragraph gaps, given in points, written in twentieths."""
    return (
        f'<w:spacing w:before="{round(before * 20)}" w:after="{round(after * 20)}" '
        f'w:line="{round(line * 20)}" w:lineRule="exact"/>'
    )


def _font_table() -> bytes:
    fonts = (
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        for name, others in _FALLBACKS.items()
    )
    return f"<w:fonts {nsdecls('w')}>{''.join(fonts)}</w:fonts>".encode()
