from tests.factories.contracts import load_small, DATABASES
from kangwei.contracts import queries
def test_x(db, now):
    c = load_small(now)
    assert queries.targets_of(c,"inspection") == sorted(DATABASES)
    assert c.occurrences.count() == 40
    assert load_small(now, id="other-2026", buyer="另一甲方", supplier="另一乙方").supplier.name=="另一乙方"
    print(queries.open_for_target(c,"inspection",DATABASES[0],now).count())
