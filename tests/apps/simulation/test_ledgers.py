"""The practice ledgers: of the sizes that the contracts name, and every row of them fit to come in."""

from datetime import date

import pytest

from kangwei.core.ledgers import bundled_kinds, check_rows, guess_mapping, read_table
from kangwei.simulation.ledgers import ledgers

TODAY = date(2026, 11, 20)
LEDGERS = {ledger.kind: ledger for ledger in ledgers(TODAY, seed=1)}


def test_their_sizes():
    assert {kind: len(ledger.rows) for kind, ledger in LEDGERS.items()} == {
        "host": 372, "database": 20, "network-device": 24, "terminal": 240, "pda": 186, "id-reader": 105,
        "usb-key": 2452, "certificate-personal": 4926, "certificate-tls": 12, "certificate-unit": 20,
    }  # fmt: skip


@pytest.mark.parametrize("kind", LEDGERS)
def test_every_row_is_sound_and_every_column_a_field(kind):
    ledger, what = LEDGERS[kind], bundled_kinds()[kind]
    table = read_table(ledger.content(), ledger.file_name)
    mapping = guess_mapping(table.headers, what)
    checked = check_rows(table, what, mapping, what.key)
    assert (len(checked.good), checked.bad) == (len(ledger.rows), [])
    assert sorted(mapping.values()) == list(range(len(ledger.headers)))
    assert "system" not in mapping or ledger.headers[mapping["system"]] == "所属系统"


def test_one_seed_tells_one_story():
    assert {ledger.kind: ledger.rows for ledger in ledgers(TODAY, seed=1)} == {k: v.rows for k, v in LEDGERS.items()}
    assert next(ledgers(TODAY, seed=2)).rows != LEDGERS["host"].rows
