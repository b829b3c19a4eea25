"""How clauses read on screen."""

import pytest

from kangwei.contracts.models import Clause
from kangwei.contracts.templatetags.contract_words import FIELDS, clause_facts, clause_name, field_label
from kangwei.core.contracts import schema


def clause(section, **data):
    return Clause(section=section, title=data.get("name", ""), data=data)


def test_a_service_level_reads_as_a_sentence():
    level = clause(
        "service-level", clock="arrival", limit="2h", when={"place": "远郊", "period": "off"}, runs="working"
    )
    assert clause_name(level) == "到场时限 2小时"
    assert clause_facts(level) == [("地域", "远郊"), ("时段", "非工作时间"), ("计时日历", "工作时间")]


def test_a_measure_shows_its_scale():
    measure = clause("measure", name="用户满意度", op=">=", value="9", of="12", unit="分", over="quarter")
    assert clause_facts(measure) == [("要求", ">= 9分（满分 12）"), ("考核周期", "季度")]


def test_staff_on_site():
    staff = clause("staff", role="项目经理", count=1, years=5, onsite=True, certificates=["PMP", "高级"])
    assert clause_facts(staff) == [("驻场", "是"), ("数量", "1"), ("经验年限", "5"), ("资质", "PMP、高级")]


@pytest.mark.parametrize(
    "model",
    [getattr(schema, name) for name in ("System", "Count", "ServiceLevel", "Duty", "Staff", "Measure", "Payment")],
)
def test_every_field_of_a_clause_has_a_word(model):
    assert set(model.model_fields) <= set(FIELDS)
    assert field_label("cadence") == "频次"
