import io
import zipfile
from datetime import UTC, datetime

import pytest
from docx.shared import Mm, Pt
from lxml import etree

from kangwei.core.documents import house
from tests.core.documents.reading import read

MOMENT = datetime(2026, 11, 18, 17, 30, tzinfo=UTC)


def document(*, title: str = "运维总结报告", practice: bool = False) -> bytes:
    made = house.new_document(title=title, number="编号：ZJ-1", moment=MOMENT, practice=practice)
    house.add_heading(made, "一、概况")
    house.add_body(made, "正文")
    return house.to_bytes(made)


def test_the_page_is_that_of_gb_t_9704() -> None:
    section = read(document()).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    # The page number's line begins 7 mm below the text.
    assert section.bottom_margin - section.footer_distance - Pt(14) == pytest.approx(Mm(7), abs=Mm(0.1))


def test_fonts_and_sizes_are_those_of_gb_t_9704() -> None:
    styles = read(document()).styles
    fonts = {
        name: (
            styles[name].element.rPr.rFonts.get(f"{{{styles.element.nsmap['w']}}}eastAsia"),
            styles[name].font.size.pt,
        )
        for name in ("Title", "Heading 1", "Normal", "表格文字")
    }
    assert fonts == {
        "Title": ("方正小标宋简体", 22),
        "Heading 1": ("黑体", 16),
        "Normal": ("仿宋", 16),
        "表格文字": ("仿宋", 10.5),
    }


def test_a_missing_font_has_named_stand_ins() -> None:
    with zipfile.ZipFile(io.BytesIO(document())) as archive:
        table = archive.read("word/fontTable.xml").decode()
    assert 'w:name="仿宋"><w:altName w:val="仿宋_GB2312,' in table
    assert 'w:name="方正小标宋简体"><w:altName w:val="方正小标宋_GBK,华文中宋,' in table


def test_page_numbers_stand_outside_with_the_document_number_opposite() -> None:
    made = read(document())
    assert made.settings.odd_and_even_pages_header_footer
    odd, even = (footer.paragraphs[0] for footer in (made.sections[0].footer, made.sections[0].even_page_footer))
    assert [text.text for text in odd._p.iterfind(".//{*}t")] == ["编号：ZJ-1", "— ", "1", " —"]
    assert [text.text for text in even._p.iterfind(".//{*}t")] == ["— ", "1", " —", "编号：ZJ-1"]
    for paragraph in (odd, even):
        assert 'w:instr=" PAGE "' in etree.tostring(paragraph._p).decode()


def test_practice_is_marked_at_the_head_and_on_every_page() -> None:
    made = read(document(practice=True))
    assert made.paragraphs[0].text == "练习数据，不作为佐证"
    assert made.sections[0].header.paragraphs[0].text == "练习数据，不作为佐证"
    assert made.sections[0].even_page_header.paragraphs[0].text == "练习数据，不作为佐证"
    assert "练习" not in "".join(paragraph.text for paragraph in read(document()).paragraphs)


def test_equal_input_gives_equal_bytes_with_nothing_of_the_machine_in_them() -> None:
    first = document()
    assert document() == first
    assert document(title="另一份") != first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in archive.namelist() if "thumbnail" in name or "app.xml" in name]


def test_the_properties_carry_title_and_the_given_time() -> None:
    properties = read(document()).core_properties
    assert properties.title == "运维总结报告"
    assert properties.created == properties.modified == MOMENT
    assert properties.author == "康维"


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="时区"):
        house.new_document(title="x", number="1", moment=datetime(2026, 1, 1), practice=False)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("一\r\n二\r三", "一\n二\n三"),
        ("\x1b[0m\x00", "\ufffd[0m\ufffd"),
        ("\ud800\uffff", "\ufffd\ufffd"),
        ("😀\t", "😀\t"),
    ],
)
def test_text_is_made_fit_for_xml(text: str, shown: str) -> None:
    assert house.clean(text) == shown
