"""The contract files that come with Kangwei, loaded by `kangwei up`."""

import hashlib
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable

from kangwei.base.audit import System
from kangwei.contracts.actions import load_contract_file
from kangwei.contracts.queries import all_contracts
from kangwei.core.calendars import bundled_calendar

LIBRARY = System("合同库")


def library_files() -> list[Traversable]:
    """The files of the library; each is called as the contract in it."""
    folder = resources.files("kangwei") / "library" / "contracts"
    return sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)


def load_library(*, now: datetime) -> list[str]:
    """Load what is new or changed in the library; one line in Chinese about each contract that is not as before.

    A contract whose file in force was loaded by somebody else, with other content, stays as that person has it.
    """
    lines = []
    for file in library_files():
        text = file.read_text("utf-8")
        if loader := _other_loader(file.name.removesuffix(".yaml"), text):
            lines.append(f"{file.name}：保留 {loader} 载入的内容，不用合同库的")
            continue
        result = load_contract_file(text=text, file=file.name, calendar=bundled_calendar(), actor=LIBRARY, now=now)
        if result.created or result.changes:
            said = [result.contract.title, f"应履行项新增 {result.occurrences_added} 个", result.systems.label]
            lines.append(f"{file.name}：{'，'.join(part for part in said if part)}")
    return lines


def _other_loader(code: str, text: str) -> str:
    """Who loaded another content of the contract; "" where nobody but the library did."""
    contract = all_contracts().filter(code=code).first()
    file = contract.files.order_by("-revision").first() if contract else None
    if file is None or file.loaded_by == LIBRARY.audit_name:
        return ""
    return "" if file.sha256 == hashlib.sha256(text.encode()).hexdigest() else file.loaded_by
