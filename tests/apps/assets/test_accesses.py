"""The access registers: admission forms, accounts and their review, licences."""

import io
from datetime import date, timedelta

import pytest
from docx import Document

from kangwei.assets import actions, registers
from kangwei.assets.actions import Application
from kangwei.assets.models import Asset, AssetDocument
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.documents import queries as documents
from tests.core.documents.reading import all_text, lines

SYSTEM = System("王工")
pytestmark = pytest.mark.django_db


@pytest.fixture
def make_terminal(make_asset):
    """A registered address: `make_terminal(5, mac="")` is 10.1.2.5."""

    def make(last, **changes):
        facts = {
            "name": f"PC-{last}", "ip": f"10.1.2.{last}", "mac": f"AA:BB:CC:00:00:{last:02X}", "custodian": "王芳",
            "institution": "信息处", "form": "台式机", "socket": "A-08-12", "place": "508 室",
        }  # fmt: skip
        return make_asset(kind="address-registration", **facts | changes)

    return make


class TestAdmissionForm:
    def make(self, assets, owner, now, **changes):
        application = Application(**{"applicant": "王芳", "reason": "新购终端入网"} | changes)
        return actions.make_admission_form(assets=assets, application=application, maker=owner, actor=SYSTEM, now=now)

    def read(self, row: AssetDocument):
        version = documents.latest(documents.documents([row.document_id])[0])
        return Document(io.BytesIO(documents.content(version)))

    def test_several_terminals_on_one_form_with_an_event_each(self, make_terminal, owner, now):
        terminals = [make_terminal(5), make_terminal(6)]
        row = self.make(terminals, owner, now, department="信息处", valid_until=date(2027, 11, 30))
        document = self.read(row)
        assert document.paragraphs[0].text == "政务外网终端MAC地址准入登记表"
        assert [line[3:5] for line in lines(document.tables[1])[1:]] == [
            ["AA:BB:CC:00:00:05", "10.1.2.5"], ["AA:BB:CC:00:00:06", "10.1.2.6"],
        ]  # fmt: skip
        assert "2027-11-30" in all_text(document)
        for terminal in terminals:
            assert terminal.events.first().note == f"{row.document.number}，申请人 王芳：新购终端入网"
        assert (row.asset, row.document.title) == (None, "政务外网终端MAC地址准入登记表 2台")

    def test_the_form_of_one_terminal_belongs_to_it(self, make_terminal, owner, now):
        terminal = make_terminal(5, network="互联网")
        row = self.make([terminal], owner, now)
        assert (row.asset, row.document.title) == (terminal, "互联网终端MAC地址准入登记表 PC-5")

    def test_what_cannot_stand_on_one_form_is_refused(self, make_terminal, make_asset, make_party, owner, now):
        here = make_terminal(5)
        other = make_terminal(7, owner=make_party("另一家", "buyer"))
        elsewhere = make_terminal(8, network="互联网")
        for assets, reason in [
            ([], "请先选择"), ([here, other], "不属于同一单位"), ([here, elsewhere], "不同网络"),
            ([make_terminal(6, mac="")], "没有登记MAC地址"),
            ([make_asset(name="P", serial_number="1")], "不是IP与MAC登记"),
        ]:  # fmt: skip
            with pytest.raises(ActionError, match=reason):
                self.make(assets, owner, now)
        assert not AssetDocument.objects.exists()


class TestHolders:
    def test_addresses_of_every_kind_that_has_them(self, make_terminal, make_asset):
        make_terminal(5)
        make_asset(kind="terminal", name="PC-5", serial_number="1", ip="10.1.2.5", mac="AA:BB:CC:00:00:05")
        make_asset(kind="domain", name="门户", url="https://a.cn", ip="10.1.2.5")
        found = registers.holders(Asset.objects.all())
        assert [(one.kind_name, one.ip) for one in found] == [("IP与MAC登记", "10.1.2.5"), ("终端", "10.1.2.5")]

    def test_a_withdrawn_registration_holds_its_address_no_longer(self, make_terminal, now):
        terminal = make_terminal(5)
        actions.operate(
            asset=terminal, operation="withdraw", values={"mac": ""}, approved_by="", note="", actor=SYSTEM, now=now
        )
        assert [one.free for one in registers.holders(Asset.objects.all())] == [True]

    def test_what_is_taken_holds_gateways_and_no_free_addresses(self, make_terminal, make_party, owner):
        make_terminal(5, gateway="10.1.2.254")
        make_terminal(6, gateway="10.1.2.254")
        make_terminal(7, state="spare")
        make_terminal(8, owner=make_party("另一家", "buyer"))
        assert registers.taken(owner) == {"10.1.2.5", "10.1.2.6", "10.1.2.254"}


class TestAccounts:
    @pytest.fixture
    def make_account(self, make_asset, now):
        make_asset(kind="system", name="门诊系统")

        def make(account, **changes):
            facts = {"name": "张三", "institution": "门诊部", "account": account, "system": "门诊系统"}
            return make_asset(kind="account", **facts | changes)

        return make

    def operate(self, asset, operation, now, **values):
        actions.operate(
            asset=asset, operation=operation, values=values, approved_by="李主任", note="", actor=SYSTEM, now=now
        )

    def to_review(self, now):
        rows = registers.accounts(Asset.objects.all(), now)
        return {row.attributes["account"] for row in registers.to_review(rows, now)}

    def test_an_account_is_due_after_ninety_days_without_an_operation(self, make_account, now):
        make_account("old", in_use_since=(now - timedelta(days=92)).date().isoformat())
        make_account("new", in_use_since=(now - timedelta(days=88)).date().isoformat())
        make_account("unknown")
        assert self.to_review(now) == {"old"}
        assert self.to_review(now + timedelta(days=91)) == {"old", "new", "unknown"}

    def test_every_operation_counts_as_a_look_at_the_account(self, make_account, now):
        account = make_account("old", in_use_since="2020-01-01")
        self.operate(account, "region-change", now, region="通州区")
        assert self.to_review(now + timedelta(days=89)) == set()
        assert self.to_review(now + timedelta(days=91)) == {"old"}

    def test_an_account_of_somebody_who_is_gone_is_due_at_once(self, make_account, now):
        make_account("here")
        gone = make_account("there")
        make_account("other", name="李四")
        self.operate(gone, "close", now, closed="2026-11-20")
        assert self.to_review(now) == {"here"}

    def test_a_review_is_kept_at_each_account(self, make_account, now):
        accounts = [make_account("a", in_use_since="2020-01-01"), make_account("b", in_use_since="2020-01-01")]
        count = actions.review_accounts(assets=accounts, approved_by="李主任", note="季度复核", actor=SYSTEM, now=now)
        assert (count, self.to_review(now)) == (2, set())
        for account in Asset.objects.filter(kind="account"):
            event = account.events.first()
            assert (event.label, event.approved_by, account.attributes["reviewed"]) == ("复核", "李主任", "2026-11-20")

    def test_a_closed_account_is_not_reviewed(self, make_account, now):
        account = make_account("a")
        self.operate(account, "close", now)
        with pytest.raises(ActionError, match="已报废"):
            actions.review_accounts(assets=[account], approved_by="李主任", note="", actor=SYSTEM, now=now)

    def test_counts_by_system_in_one_query(self, make_account, now, django_assert_num_queries):
        make_account("a", in_use_since="2020-01-01")
        self.operate(make_account("b", name="李四"), "close", now)
        make_account("c", system="")
        with django_assert_num_queries(1):
            rows = list(registers.accounts_by_system(registers.accounts(Asset.objects.all(), now), now))
        found = {row["system__name"]: (row["open"], row["closed"], row["due"]) for row in rows}
        assert found == {"门诊系统": (1, 1, 1), None: (1, 0, 0)}


class TestLicences:
    def test_licences_in_term_and_what_terminals_have(self, make_asset, now):
        def licence(number, **changes):
            make_asset(kind="licence", name="许可", product="WPS", licence_number=number, seats=5, **changes)

        licence("1")
        licence("2", valid_until="2026-11-20")
        licence("3", valid_until="2026-11-19")
        make_asset(kind="terminal", name="PC", serial_number="1", os="Windows 10", office="WPS")
        found = registers.licences(Asset.objects.all(), date(2026, 11, 20))
        assert [(one.product, one.seats) for one in found] == [("WPS", 5), ("WPS", 5)]
        installed = registers.installed(Asset.objects.all())
        assert [(one.category, one.text) for one in installed] == [("操作系统", "Windows 10"), ("办公软件", "WPS")]
