"""The page of generated Word documents, after GB/T 9704-2012 (党政机关公文格式).

Fonts and sizes are in `stylesheet`, tables in `tables`. A document kind uses only these three.
"""

import io
import re
import zipfile
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from kangwei.core.documents.canonical import local_time
from kangwei.core.documents.stylesheet import SAN_HAO, SI_HAO, apply_stylesheet

TEXT_WIDTH_MM = 156
PRACTICE_TEXT = "练习数据，不作为佐证"

_NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """`text` with "\\n" for every line break and "�" for what XML cannot hold (probe output has both)."""
    return _NOT_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def time_text(moment: datetime) -> str:
    """An aware time as documents print it: Asia/Shanghai, to the second."""
    return local_time(moment).strftime("%Y-%m-%d %H:%M:%S")


def naive_utc(moment: datetime) -> datetime:
    """An aware time as Office properties want it: they write it with a "Z" behind, so it must be UTC."""
    return local_time(moment).astimezone(UTC).replace(tzinfo=None, microsecond=0)


def new_document(*, title: str, number: str, moment: datetime, practice: bool) -> WordDocument:
    """An A4 document with house styles, its title, and a footer that carries `number` and the page.

    `practice` puts the mark 练习数据 above the title and into the header of every page. `moment` (aware)
    becomes the time of creation and change, so that equal input gives equal bytes.
    """
    document = Document()
    apply_stylesheet(document)
    _set_properties(document, title, moment)
    _modernise_settings(document)
    section = document.sections[0]
    _lay_out(section)
    _add_footers(section, number)
    if practice:
        section.header.paragraphs[0].text = PRACTICE_TEXT
        section.even_page_header.paragraphs[0].text = PRACTICE_TEXT
        document.add_paragraph(PRACTICE_TEXT, style="练习标识")
    document.add_paragraph(clean(title), style="Title")
    return document


def add_heading(document: WordDocument, text: str) -> None:
    """A first-level heading (7.3.3: 黑体, 三号); the caller writes 一、二、三、 into the text."""
    document.add_paragraph(clean(text), style="Heading 1")


def add_body(document: WordDocument, text: str, *, keep_with_next: bool = False) -> None:
    """A body paragraph (7.3.3: 仿宋, 三号, indented by two characters)."""
    layout = document.add_paragraph(clean(text)).paragraph_format
    layout.first_line_indent = Pt(2 * SAN_HAO)
    layout.keep_with_next = keep_with_next


def add_note(document: WordDocument, text: str) -> None:
    """A small explanatory line."""
    document.add_paragraph(clean(text), style="附注")


def to_bytes(document: WordDocument) -> bytes:
    """The finished .docx. The same document always gives the same bytes (on the same version of zlib)."""
    buffer = io.BytesIO()
    document.save(buffer)
    return repack(buffer.getvalue())


def repack(office_file: bytes) -> bytes:
    """Rewrite a .docx or .xlsx with fixed times inside, so that its SHA-256 depends on its content only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(office_file)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            target.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _set_properties(document: WordDocument, title: str, moment: datetime) -> None:
    properties = document.core_properties
    properties.title = clean(title)[:255]
    properties.author = properties.last_modified_by = "康维"
    properties.comments = ""
    properties.created = properties.modified = naive_utc(moment)


def _modernise_settings(document: WordDocument) -> None:
    """Take back what python-docx's template says: the mode of Word 2010, Japanese as the theme language."""
    settings = document.settings.element
    settings.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    document.settings.odd_and_even_pages_header_footer = True


def _lay_out(section: Section) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)  # 5.2.1
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance = Mm(20)
    # 7.5: the page number begins 7 mm below the text. Its line is 14 pt (5 mm) high; Word counts from below.
    section.footer_distance = Mm(35 - 7 - 5)


def _add_footers(section: Section, number: str) -> None:
    """7.5: the page number is right on odd pages, left on even ones, one character in; `number` opposite."""
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    odd.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH_MM) - Pt(SI_HAO), WD_TAB_ALIGNMENT.RIGHT)
    odd.add_run(clean(number) + "\t")
    _add_page_number(odd)
    even.paragraph_format.left_indent = Pt(SI_HAO)
    even.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
    _add_page_number(even)
    even.add_run("\t" + clean(number))


def _add_page_number(paragraph: Paragraph) -> None:
    run = '<w:r><w:rPr><w:rStyle w:val="PageNumber"/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r>'
    field = f'<w:fldSimple w:instr=" PAGE ">{run.format("1")}</w:fldSimple>'
    wrapped = f"<w:p {nsdecls('w')}>{run.format('— ')}{field}{run.format(' —')}</w:p>"
    for part in list(parse_xml(wrapped)):
        paragraph._p.append(part)
