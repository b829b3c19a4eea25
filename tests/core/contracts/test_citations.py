"""Citations, and a contract file held against the text it cites."""

import hashlib

import pytest

from kangwei.core.contracts import parse_citation
from tests.core.contracts.example import changed, complaints, load


@pytest.mark.parametrize(
    ("text", "file", "first", "last", "shown"),
    [
        ("blood-2025.txt:345", "blood-2025.txt", 345, 345, "blood-2025.txt:345"),
        ("blood-2025.txt:345-347", "blood-2025.txt", 345, 347, "blood-2025.txt:345-347"),
        (" 采购需求.txt:7-7 ", "采购需求.txt", 7, 7, "采购需求.txt:7"),
    ],
)
def test_a_citation_names_lines_of_a_file(text, file, first, last, shown):
    citation = parse_citation(text)
    assert (citation.file, citation.first, citation.last) == (file, first, last)
    assert str(citation) == shown


@pytest.mark.parametrize("text", ["", "345", "blood-2025.txt", "blood-2025.txt:0", "a.txt:1-", "a.txt:1,3", "a.txt：1"])
def test_anything_else_is_no_citation(text):
    with pytest.raises(ValueError, match="出处应写作「文件名:起始行-终止行」，例如"):
        parse_citation(text)


def test_a_clause_may_rest_on_several_places():
    contract = load(changed(('cite: "small.txt:30"', 'cite: ["small.txt:30", "small.txt:33-34"]')))
    assert [str(citation) for citation in contract.duties[0].cite] == ["small.txt:30", "small.txt:33-34"]


SOURCE = "".join(f"第{number}行\n" for number in range(1, 91))


def against(source_text, sha256):
    return changed(("0" * 64, sha256)), source_text


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_text_that_was_cited_is_recognised():
    assert load(*against(SOURCE, sha256(SOURCE))).source.lines == 90


def test_another_text_is_refused():
    other = SOURCE.replace("第7行", "第七行")
    assert complaints(*against(other, sha256(SOURCE))) == [
        "small-2026.yaml:8: source.sha256：与采购文本的 SHA-256 不符：文本不是这一份，或已改动"
    ]


def test_a_text_of_other_length_is_refused():
    longer = SOURCE + "第91行"
    assert complaints(*against(longer, sha256(longer))) == [
        "small-2026.yaml:9: source.lines：采购文本实有 91 行，写的是 90"
    ]


@pytest.mark.parametrize(
    "text",
    [SOURCE, SOURCE.removesuffix("\n"), SOURCE.replace("\n", "\r\n"), SOURCE.replace("第8行", "第\f8\u2028行")],
    ids=["as it is", "no newline at the end", "Windows", "form feed"],
)
def test_lines_are_counted_as_editors_do(text):
    load(*against(text, sha256(text)))
