from datetime import UTC, datetime

from docx.document import Document as WordDocument
from docx.shared import Mm

from kangwei.core.documents import house
from kangwei.core.documents.tables import Cell, Column, Emphasis, add_fields, add_grid, add_signatures
from tests.core.documents.reading import fills, lines, read

COLUMNS = (Column("序号", 16, centred=True), Column("内容", 140))


def saved(document: WordDocument) -> WordDocument:
    return read(house.to_bytes(document))


def blank() -> WordDocument:
    moment = datetime(2026, 11, 18, tzinfo=UTC)
    return house.new_document(title="表", number="1", moment=moment, practice=False)


def test_a_grid_repeats_its_head_and_fills_the_text_width() -> None:
    document = blank()
    add_grid(document, COLUMNS, [[Cell("1"), Cell("甲")], [Cell("2"), Cell("乙\n丙")]], empty="无")
    table = saved(document).tables[0]
    assert lines(table) == [["序号", "内容"], ["1", "甲"], ["2", "乙\n丙"]]
    assert [len(row._tr.findall(".//{*}tblHeader")) for row in table.rows] == [1, 0, 0]
    assert [round(column.width.mm) for column in table.columns] == [16, 140]


def test_a_grid_without_rows_is_a_sentence() -> None:
    document = blank()
    add_grid(document, COLUMNS, [], empty="没有内容。")
    assert saved(document).tables == []
    assert saved(document).paragraphs[-1].text == "没有内容。"


def test_rows_stay_whole_unless_they_may_be_taller_than_a_page() -> None:
    document = blank()
    add_grid(document, COLUMNS, [[Cell("1"), Cell(text)] for text in ("短", "长" * 2000, "行\n" * 60)], empty="无")
    rows = saved(document).tables[0].rows
    assert [len(row._tr.findall(".//{*}cantSplit")) for row in rows] == [0, 1, 0, 0]


def test_emphasis_is_bold_and_shaded() -> None:
    document = blank()
    add_grid(document, COLUMNS, [[Cell("1"), Cell("严重", Emphasis.STRONG)], [Cell("2"), Cell("正常")]], empty="无")
    table = saved(document).tables[0]
    assert fills(table, "严重") == ["262626"]
    assert fills(table, "正常") == [""]
    run = table.rows[1].cells[1].paragraphs[0].runs[0]
    assert run.font.bold
    assert str(run.font.color.rgb) == "FFFFFF"


def test_markup_in_a_value_stays_text() -> None:
    document = blank()
    add_grid(document, COLUMNS, [[Cell("1"), Cell('<w:p> & "x" ]]>')]], empty="无")
    assert lines(saved(document).tables[0])[1] == ["1", '<w:p> & "x" ]]>']


def test_fields_stand_in_pairs_and_a_single_one_takes_the_row() -> None:
    document = blank()
    add_fields(document, [[("甲方", "某中心"), ("乙方", "某公司")], [("合同", Cell("运维", Emphasis.BOLD))]])
    table = saved(document).tables[0]
    assert lines(table) == [["甲方", "某中心", "乙方", "某公司"], ["合同", "运维"]]
    assert table.rows[1].cells[1].width == table.rows[1].cells[3].width
    assert round(table.rows[1].cells[1].width / Mm(1)) == 133


def test_signature_boxes_have_room_and_stay_together() -> None:
    document = blank()
    add_signatures(document, ("巡检人", "复核人"))
    table = saved(document).tables[0]
    assert lines(table)[0] == ["巡检人", "复核人"]
    assert lines(table)[2] == ["　　　年　　月　　日"] * 2
    assert table.rows[1].height.mm > 15
    for row in table.rows[:2]:
        assert all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in row.cells)
