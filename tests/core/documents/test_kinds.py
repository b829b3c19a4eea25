import json
from dataclasses import fields

import pytest

from kangwei.core.documents import acceptance_index as index_module
from kangwei.core.documents import inspection_sheet as sheet_module
from kangwei.core.documents import render_docx, to_json
from tests.core.documents.contexts import acceptance_index, inspection_sheet


def test_a_context_finds_its_own_renderer() -> None:
    assert render_docx(inspection_sheet()) == sheet_module.render(inspection_sheet())
    assert render_docx(acceptance_index()) == index_module.render(acceptance_index())


def test_the_saved_context_holds_every_field() -> None:
    sheet = inspection_sheet()
    saved = json.loads(to_json(sheet))
    assert saved["kind"] == "inspection-sheet/1"
    assert set(saved["context"]) == {field.name for field in fields(sheet)}
    assert saved["context"]["started_at"] == "2026-11-19T01:30:05+08:00"
    assert saved["context"]["rows"][1]["value"] == "83.2"
    assert saved["context"]["practice"] is False


def test_the_saved_index_keeps_whole_digests() -> None:
    saved = json.loads(to_json(acceptance_index()))
    assert saved["kind"] == "acceptance-index/1"
    assert saved["context"]["groups"][0]["lines"][0]["files"][0]["sha256"] == "1" * 64


def test_an_unknown_context_is_refused() -> None:
    with pytest.raises(KeyError):
        render_docx("巡检记录单")
