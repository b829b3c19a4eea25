import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.documents.names import MAX_PART_BYTES, printable, safe_file_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("数据库巡检记录单 2026 年第 47 周.docx", "数据库巡检记录单 2026 年第 47 周.docx"),
        ("主库/备库：切换\\回退.docx", "主库_备库：切换_回退.docx"),
        ('a:b*c?d"e<f>g|h.txt', "a_b_c_d_e_f_g_h.txt"),
        ("第一行\n第二行\t.txt", "第一行 第二行 .txt"),
        ("  报告. ", "报告"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "未命名"),
        ("", "未命名"),
        ("发票\u202egnp.exe", "发票gnp.exe"),
        ("e\u0301tude.pdf", "\u00e9tude.pdf"),
        ("NUL.txt", "_NUL.txt"),
        ("com1", "_com1"),
        ("纪要\x00\x1b.docx", "纪要.docx"),
    ],
)
def test_a_title_becomes_a_file_name(text: str, name: str) -> None:
    assert safe_file_name(text) == name


def test_a_long_name_keeps_its_extension_and_whole_characters() -> None:
    name = safe_file_name("巡" * 100 + ".docx")
    assert name == "巡" * 65 + ".docx"  # 195 bytes and 5
    assert len(name.encode()) == MAX_PART_BYTES


def test_what_follows_the_last_dot_of_a_sentence_is_no_extension() -> None:
    assert safe_file_name("见第 3." + "条" * 100) == "见第 3." + "条" * 63


@given(st.text(max_size=300))
def test_any_text_gives_a_safe_name_that_stays_as_it_is(text: str) -> None:
    name = safe_file_name(text)
    assert safe_file_name(name) == name
    assert 0 < len(name.encode()) <= MAX_PART_BYTES
    assert not set(name) & set('\\/:*?"<>|')
    assert unicodedata.is_normalized("NFC", name)
    assert name == name.strip(" .")


def test_a_message_never_steers_the_terminal() -> None:
    assert printable("坏\x1b[31m文件\u202e") == "坏\ufffd[31m文件\ufffd"
