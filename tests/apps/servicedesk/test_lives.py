"""The drawn lives of tickets are those of the code."""

from tools.ticket_lives import TARGET, lives


def test_the_page_is_current():
    assert TARGET.read_text("utf-8") == lives(), "renew it: python -m tools.ticket_lives"


def test_every_kind_has_its_picture_and_every_step_its_row():
    text = lives()
    assert "待响应 ──响应──▶ 处理中 ──解决──▶ 待确认 ──办结──▶ 已办结" in text
    assert "| 书面批准 `approve` | 待批准 | 已批准 |  | 批准人、书面批准文号、「书面批准」 |" in text
