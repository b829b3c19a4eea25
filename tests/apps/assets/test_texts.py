"""What text a configuration file holds."""

import pytest

from kangwei.assets.texts import MAX_BYTES, TextError, decoded, plain

TEXT = "hostname 核心交换机\n interface Gi0/1\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_the_encodings_that_devices_write(encoding):
    assert decoded(TEXT.encode(encoding)) == TEXT


def test_utf_16_of_either_order():
    assert decoded(b"\xff\xfe" + TEXT.encode("utf-16-le")) == TEXT
    assert decoded(b"\xfe\xff" + TEXT.encode("utf-16-be")) == TEXT


@pytest.mark.parametrize("text", ["a\r\nb\r\n", "a\rb\r", "a\r\r\nb", "a\nb", "a\nb\n\n  \n"])
def test_line_ends_and_blank_lines_at_the_end_make_no_difference(text):
    assert plain(text) == "a\nb\n"


def test_blanks_at_the_start_of_a_line_stay():
    assert plain("\n interface\n  ip\n") == "\n interface\n  ip\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "没有内容"),
        (b" \r\n\n", "没有内容"),
        (b"abc\0def", "含有二进制内容"),
        (b"\x80\xff\x80\xff", "不是文本文件"),
        (b"\xff\xfea", "不是文本文件"),
        (b"x" * (MAX_BYTES + 1), "超过 2 MB 上限"),
    ],
    ids=["empty", "blank", "nul", "no encoding", "half a letter", "too long"],
)
def test_what_is_no_text_is_refused_with_its_reason(content, reason):
    with pytest.raises(TextError, match=reason):
        decoded(content)


def test_the_limit_counts_bytes():
    with pytest.raises(TextError, match="上限"):
        plain("汉" * (MAX_BYTES // 3 + 1))
    assert plain("x" * (MAX_BYTES - 2)).endswith("x\n")
