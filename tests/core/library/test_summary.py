"""docs/reference/library.md is what the files say."""

from tools.library_summary import TARGET, contracts, summary


def test_the_summary_is_that_of_the_files():
    assert TARGET.read_text("utf-8") == summary(), "renew it: python -m tools.library_summary"


def test_the_library_holds_the_twelve_contracts_of_the_four_texts():
    assert [contract.id for contract in contracts()] == [
        "biosafety-2025-01", "blood-2025-01", "blood-2025-02", "hdc-2026-01", "hdc-2026-02", "hdc-2026-04",
        "hdc-2026-06", "hdc-2026-08", "hdc-2026-09", "hdc-2026-11", "hdc-2026-13", "hospital-support-2026-01",
    ]  # fmt: skip


def test_more_than_two_hundred_systems_are_named():
    assert sum(len(contract.scope.systems) for contract in contracts()) > 200
