"""The audit trail: appended with the change, chained, and noticed when touched."""

import ast
from pathlib import Path

import pytest
from django.db import transaction

from kangwei.base import audit
from kangwei.base.models import AuditEntry, AuditHead

pytestmark = pytest.mark.django_db


def append(now, n=1):
    for i in range(n):
        audit.append(
            actor=audit.System("测试"), action="contracts.load", subject=("contract", "c"), data={"n": i}, now=now
        )


def test_a_chain_holds_and_says_how_long_it_is(now):
    append(now, 5)
    assert audit.verify() == (5, None)


def test_an_empty_chain_holds():
    assert audit.verify() == (0, None)


def test_a_changed_entry_is_named(now):
    append(now, 5)
    AuditEntry.objects.filter(pk=3).update(data={"n": 99})
    assert audit.verify() == (2, audit.Broken(3, "内容与摘要不符，已被改动"))


def test_a_change_with_a_new_hash_breaks_the_next_entry(now):
    append(now, 5)
    entry = AuditEntry.objects.get(pk=3)
    entry.actor = "别人"
    AuditEntry.objects.filter(pk=3).update(actor="别人", hash=audit.digest(entry))
    assert audit.verify()[1].entry == 4


def test_a_missing_entry_is_named(now):
    append(now, 5)
    AuditEntry.objects.filter(pk=2).delete()
    assert audit.verify() == (1, audit.Broken(2, "缺失"))


def test_a_missing_end_is_noticed(now):
    append(now, 5)
    AuditEntry.objects.filter(pk__gte=4).delete()
    held, broken = audit.verify()
    assert (held, broken.entry) == (3, 4)


def test_entries_cannot_be_saved_again_or_deleted_one_by_one(now):
    append(now)
    entry = AuditEntry.objects.get()
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


def test_a_change_that_is_rolled_back_leaves_no_entry(now):
    with pytest.raises(RuntimeError), transaction.atomic():
        append(now, 3)
        raise RuntimeError
    append(now)
    assert AuditHead.objects.get().entries == 1
    assert audit.verify() == (1, None)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_appended(now):
    with pytest.raises(transaction.TransactionManagementError):
        append(now)


def test_the_timeline_is_in_the_words_of_the_screen(now):
    append(now, 2)
    events = audit.timeline("contract", "c")
    assert [event.text for event in events] == ["载入合同文件", "载入合同文件"]


def test_every_action_in_the_code_has_a_label_and_every_label_an_action():
    root = Path(audit.__file__).parents[1]
    used = set()
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                used |= set(_actions_named(node))
    assert used == set(audit.LABELS)


def _actions_named(call: ast.Call):
    named = [word.value for word in call.keywords if word.arg == "action"]
    if getattr(call.func, "id", "").startswith("_audit"):
        named += call.args[:1]
    return [value.value for value in named if isinstance(value, ast.Constant) and "." in str(value.value)]
