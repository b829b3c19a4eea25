"""Genuine software (软件正版化): what is installed on terminals against the licences that are owned. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

UNLIMITED = frozenset({"场地授权", "开源"})
"""Ways of licensing that do not count installations."""


@dataclass(frozen=True)
class Licence:
    """Licences of one purchase; `seats` None for one that says no number."""

    pk: int
    product: str
    version: str
    form: str
    seats: int | None


@dataclass(frozen=True)
class Installed:
    """A product as the ledger of terminals writes it."""

    terminal: int
    category: str
    text: str


@dataclass(frozen=True)
class Balance:
    """A product: licences owned (None: not counted) against terminals that have it."""

    product: str
    category: str
    owned: int | None
    licences: tuple[int, ...]
    terminals: tuple[int, ...]

    @property
    def installed(self) -> int:
        return len(self.terminals)

    @property
    def difference(self) -> int | None:
        """Licences left over, below zero for those that are missing; None where they are not counted."""
        return None if self.owned is None else self.owned - self.installed


def balances(licences: Iterable[Licence], installed: Iterable[Installed]) -> list[Balance]:
    """Every product licensed or installed: what is missing first, the most of it first, then by name."""
    groups: dict[str, list[Licence]] = {}
    titles: dict[str, str] = {}
    for licence in licences:
        title = _title(licence)
        groups.setdefault(_plain(title), []).append(licence)
        titles.setdefault(_plain(title), title)
    licensed = list(titles.values())
    terminals: dict[str, dict[int, None]] = {}
    categories: dict[str, dict[str, None]] = {}
    for one in installed:
        product = licensed_as(one.text, licensed) or one.text.strip()
        titles.setdefault(_plain(product), product)
        terminals.setdefault(_plain(product), {})[one.terminal] = None
        categories.setdefault(_plain(product), {})[one.category] = None
    rows = [
        Balance(
            titles[key], "、".join(categories.get(key, {})), _owned(groups.get(key, [])),
            tuple(licence.pk for licence in groups.get(key, [])), tuple(terminals.get(key, {})),
        )
        for key in titles
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (min(row.difference or 0, 0), not row.installed, row.product))


def licensed_as(text: str, products: Iterable[str]) -> str:
    """Which of the products an installed text means; "" for none.

    The same name; else the longest that it begins with, such as 「WPS Office 2019 专业版」 for WPS Office; else the one
    that begins with it, if it is only one.
    """
    known = {_plain(product): product for product in products}
    if same := known.get(_plain(text)):
        return same
    if longer := [product for product in known.values() if _begins(text, product)]:
        return max(longer, key=len)
    shorter = [product for product in known.values() if _begins(product, text)]
    return shorter[0] if len(shorter) == 1 else ""


def _begins(text: str, start: str) -> bool:
    """Whether a name goes on from a shorter one with another word: not Office with OfficeScan."""
    whole, part = _spaced(text), _spaced(start)
    return bool(part) and whole.startswith(part) and not re.match("[a-z]", whole[len(part) :])


def _title(licence: Licence) -> str:
    product, version = licence.product.strip(), licence.version.strip()
    return product if not version or _plain(version) in _plain(product) else f"{product} {version}"


def _plain(text: str) -> str:
    """Without blanks, width and case, in which ledgers differ for the same product."""
    return "".join(_spaced(text).split())


def _spaced(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _owned(licences: list[Licence]) -> int | None:
    if any(licence.form in UNLIMITED for licence in licences):
        return None
    return sum(licence.seats or 0 for licence in licences)
