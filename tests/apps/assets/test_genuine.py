"""Licences against terminals."""

import pytest

from kangwei.assets.genuine import Installed, Licence, balances, licensed_as


def licence(product, seats=10, version="", form="按设备", pk=1):
    return Licence(pk, product, version, form, seats)


def on(text, *terminals, category="操作系统"):
    return [Installed(terminal, category, text) for terminal in terminals]


def summed(licences, installed):
    return [(row.product, row.owned, row.installed, row.difference) for row in balances(licences, installed)]


def test_licences_of_one_product_are_added_up_against_its_terminals():
    licences = [licence("Windows 10 专业版", 2, pk=1), licence("windows10专业版", 3, pk=2)]
    assert summed(licences, on("Windows 10 专业版", 1, 2, 3)) == [("Windows 10 专业版", 5, 3, 2)]


def test_what_is_missing_stands_first_and_the_most_of_it():
    licences = [licence("甲", 5), licence("乙", 0), licence("丙", 1)]
    rows = balances(licences, [*on("甲", 1), *on("乙", 1), *on("丙", 1, 2, 3), *on("无证软件", 1, 2)])
    assert [(row.product, row.difference) for row in rows] == [("丙", -2), ("无证软件", -2), ("乙", -1), ("甲", 4)]


def test_a_terminal_counts_once_for_a_product():
    assert summed([licence("WPS")], on("WPS 2019", 1) + on("WPS 2023", 1)) == [("WPS", 10, 1, 9)]


@pytest.mark.parametrize("form", ["场地授权", "开源"])
def test_some_licences_are_not_counted(form):
    assert summed([licence("银河麒麟", None, form=form)], on("银河麒麟 V10", 1, 2)) == [("银河麒麟", None, 2, None)]


def test_a_licence_that_says_no_number_covers_nothing():
    assert summed([licence("甲", None)], on("甲", 1)) == [("甲", 0, 1, -1)]


def test_a_version_belongs_to_the_name():
    assert summed([licence("Microsoft Office", 4, "2019")], on("Microsoft Office 2019", 1)) == [
        ("Microsoft Office 2019", 4, 1, 3)
    ]


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("WPS Office 2019 专业版", "WPS Office 2019"),
        ("WPS Office 2023", "WPS Office"),
        ("ＷＰＳ　Office", "WPS Office"),
        ("Windows", "Windows 10 专业版"),
        ("OfficeScan", ""),
        ("奇安信", ""),
    ],
)
def test_which_product_a_ledger_means(text, product):
    assert licensed_as(text, ["WPS Office", "WPS Office 2019", "Windows 10 专业版", "Office"]) == product


def test_a_text_that_could_mean_two_products_means_none():
    assert licensed_as("Windows", ["Windows 10", "Windows 11"]) == ""


def test_a_licence_without_terminals_is_listed_last():
    rows = balances([licence("Oracle"), licence("甲")], on("甲", 1))
    assert [(row.product, row.category) for row in rows] == [("甲", "操作系统"), ("Oracle", "")]
