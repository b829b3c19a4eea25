"""Pages of configurations and of the documents made of the register."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from kangwei.assets import actions
from kangwei.assets.models import AssetDocument, Configuration
from kangwei.base.audit import System
from tests.apps.assets.pages import sheet_of, text_of, url

SYSTEM = System("王工")
FIRST = "hostname core\nvlan 10\nend\n"
SECOND = "hostname core\nvlan 10\nsnmp community <geheim>\nend\n"
CHANGE = {"applicant": "张三", "approver": "李主任", "operator": "王五", "reason": "新增网段"}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def stranger(client_of, make_party):
    return client_of("engineer", party=make_party("别的公司", "supplier"), username="stranger")


@pytest.fixture
def switch(make_asset, supplier, now):
    """A switch in the supplier's care."""
    asset = make_asset(kind="network-device", name="核心交换机", serial_number="SN1", place="C1机房")
    actions.assign_maintainer(asset=asset, maintainer=supplier, actor=SYSTEM, now=now)
    return asset


@pytest.fixture
def save(now):
    def save(asset, text=FIRST, *, at=now):
        return actions.save_configuration(asset=asset, text=text, change="", note="", actor=SYSTEM, now=at)[0]

    return save


class TestSaving:
    def test_pasted_and_uploaded(self, manager, switch):
        address = url("configurations", switch.pk)
        assert manager.post(address, {"pasted": FIRST.replace("\n", "\r\n"), "change": "BG-1"}).url == address
        content = SECOND.replace("core", "核心").encode("gb18030")
        manager.post(address, {"file": SimpleUploadedFile("core.cfg", content), "note": "导出"})
        assert [(row.version, row.change, row.note) for row in Configuration.objects.order_by("version")] == [
            (1, "BG-1", ""), (2, "", "导出"),
        ]  # fmt: skip
        assert "hostname 核心" in Configuration.objects.get(version=2).text

    def test_the_same_again_says_so(self, manager, switch, save):
        save(switch)
        page = manager.post(url("configurations", switch.pk), {"pasted": FIRST}, follow=True)
        assert "与第 1 版相同，没有新版本；已记为一次备份" in text_of(page)
        assert Configuration.objects.count() == 1

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            ({}, "请上传文件或粘贴配置，二者取一"),
            ({"pasted": "a", "file": SimpleUploadedFile("a.cfg", b"a")}, "二者取一"),
            ({"file": SimpleUploadedFile("a.bin", b"\x00\x01\x02")}, "含有二进制内容"),
            ({"file": SimpleUploadedFile("a.txt", b"x" * (2**21 + 1))}, "超过 2 MB 上限"),
        ],
        ids=["nothing", "both", "binary", "too long"],
    )
    def test_what_is_no_configuration_is_said_at_its_field(self, manager, switch, data, reason):
        page = manager.post(url("configurations", switch.pk), data)
        assert page.status_code == 422 and reason in text_of(page)
        assert not Configuration.objects.exists()

    def test_configurations_are_for_those_who_work_with_assets(
        self, manager, engineer, stranger, supervisor, switch, save
    ):
        save(switch)
        save(switch, SECOND)
        for address in (
            url("configurations", switch.pk), url("configuration", switch.pk, 1),
            url("compare_configurations", switch.pk),
        ):  # fmt: skip
            assert manager.get(address).status_code == engineer.get(address).status_code == 200, address
            assert stranger.get(address).status_code == 404, address
            assert supervisor.get(address).status_code == 403, address
        assert stranger.post(url("configurations", switch.pk), {"pasted": "x"}).status_code == 404
        assert Configuration.objects.count() == 2
        assert engineer.post(url("configurations", switch.pk), {"pasted": "x"}).status_code == 302


class TestReading:
    def test_a_version_as_the_device_wrote_it(self, manager, switch, save):
        save(switch, SECOND)
        page = manager.get(url("configuration", switch.pk, 1))
        assert "snmp community &lt;geheim&gt;" in page.content.decode()
        file = manager.get(f"{url('configuration', switch.pk, 1)}?download=1")
        assert (file.content.decode(), file["X-Content-Type-Options"]) == (SECOND, "nosniff")
        assert manager.get(url("configuration", switch.pk, 2)).status_code == 404

    @pytest.mark.parametrize("view", ["", "unified"])
    def test_what_differs_is_shown_and_never_taken_for_markup(self, manager, switch, save, view):
        save(switch)
        save(switch, SECOND)
        page = manager.get(f"{url('compare_configurations', switch.pk)}?view={view}")
        body = page.content.decode()
        assert "新增 1 行 ，" in text_of(page) and "删除 0 行" in text_of(page)
        assert "snmp community &lt;geheim&gt;" in body and "<geheim>" not in body

    def test_two_versions_stand_in_their_order_whichever_was_named_first(self, manager, switch, save):
        for text in (FIRST, SECOND, "else\n"):
            save(switch, text)
        page = manager.get(f"{url('compare_configurations', switch.pk)}?old=3&new=1")
        assert (page.context["before"].version, page.context["after"].version) == (1, 3)
        assert manager.get(f"{url('compare_configurations', switch.pk)}?old=1&new=9").status_code == 404
        same = manager.get(f"{url('compare_configurations', switch.pk)}?old=2&new=2")
        assert "两个版本的内容相同" in text_of(same)

    def test_one_version_has_nothing_to_be_compared_with(self, manager, switch, save):
        save(switch)
        assert manager.get(url("compare_configurations", switch.pk)).status_code == 404

    def test_far_lines_are_left_out_unless_asked_for(self, manager, switch, save):
        many = [f"line {number}" for number in range(50)]
        save(switch, "\n".join(many))
        save(switch, "\n".join([*many, "last"]))
        address = url("compare_configurations", switch.pk)
        assert "相同的 47 行" in text_of(manager.get(address))
        assert "line 20" not in text_of(manager.get(address))
        assert "line 20" in text_of(manager.get(f"{address}?all=1"))

    def test_a_difference_too_long_to_read_is_cut_off_and_a_file(self, manager, switch, save):
        save(switch, "\n".join(f"old {number}" for number in range(5000)))
        save(switch, "\n".join(f"new {number}" for number in range(5000)))
        address = url("compare_configurations", switch.pk)
        assert "差异太长，页面只列到这里" in text_of(manager.get(address))
        assert "+new 4999" in manager.get(f"{address}?download=1").content.decode()

    def test_what_a_page_costs_does_not_grow(self, manager, switch, save, django_assert_max_num_queries):
        for number in range(60):
            save(switch, f"version {number}")
        with django_assert_max_num_queries(12):
            assert manager.get(url("configurations", switch.pk)).status_code == 200


class TestChangeSheet:
    def test_it_is_archived_and_leads_to_its_page(self, manager, switch, save):
        save(switch)
        save(switch, SECOND)
        done = manager.post(f"{url('change_sheet', switch.pk)}?old=1&new=2", CHANGE)
        row = AssetDocument.objects.get()
        assert done.url == url("document", row.pk)
        assert row.document.number in text_of(manager.get(url("configurations", switch.pk)))

    def test_what_is_missing_is_said(self, manager, switch, save):
        save(switch)
        save(switch, SECOND)
        page = manager.post(f"{url('change_sheet', switch.pk)}?old=1&new=2", CHANGE | {"reason": ""})
        assert page.status_code == 422 and "这个字段是必填项" in text_of(page)
        page = manager.post(f"{url('change_sheet', switch.pk)}?old=2&new=2", CHANGE, follow=True)
        assert "请选同一设备的两个版本" in text_of(page)
        assert not AssetDocument.objects.exists()

    def test_who_may(self, engineer, stranger, supervisor, switch, save):
        save(switch)
        save(switch, SECOND)
        address = f"{url('change_sheet', switch.pk)}?old=1&new=2"
        assert supervisor.post(address, CHANGE).status_code == 403
        assert stranger.post(address, CHANGE).status_code == 404
        assert engineer.post(address, CHANGE).status_code == 302


class TestBackups:
    def test_the_list_of_a_month(self, manager, switch, make_asset, save, now):
        make_asset(kind="storage", name="阵列", serial_number="SN2")
        save(switch, at=now - timedelta(days=1))
        text = text_of(manager.get(url("backups")))
        assert "2026年11月已备份 1 / 2 1 未备份" in text
        assert "阵列" in (text := text_of(manager.get(f"{url('backups')}?shown=missing"))) and "核心交换机" not in text
        assert "核心交换机" in (text := text_of(manager.get(f"{url('backups')}?shown=done"))) and "阵列" not in text
        assert "2026年10月已备份 0 / 2" in text_of(manager.get(f"{url('backups')}?month=2026-10"))
        assert "阵列" not in text_of(manager.get(f"{url('backups')}?kind=network-device"))

    def test_the_list_as_excel(self, manager, switch, save):
        save(switch)
        rows = sheet_of(manager.get(f"{url('backups')}?export=1"))
        assert rows[1][:3] == ["网络设备", "NET-000001", "核心交换机"]
        assert rows[1][6] == "2026-11-20 10:00"

    def test_the_report_is_archived(self, manager, switch, save, owner):
        save(switch)
        done = manager.post(f"{url('configuration_report')}?month=2026-11", {"owner": owner.pk})
        row = AssetDocument.objects.get()
        assert (done.url, row.document.title) == (url("document", row.pk), "配置报告 2026年11月")

    def test_a_report_holds_what_its_maker_may_see(self, engineer, stranger, switch, make_asset, owner):
        make_asset(kind="storage", name="阵列", serial_number="SN2")
        assert stranger.post(url("configuration_report"), {"owner": owner.pk}).status_code == 404
        engineer.post(url("configuration_report"), {"owner": owner.pk})
        context = AssetDocument.objects.get().document.versions.get().context["context"]
        assert [row["name"] for row in context["missing"]] == ["核心交换机"]

    def test_a_report_over_nothing_is_refused(self, manager, owner):
        page = manager.post(url("configuration_report"), {"owner": owner.pk}, follow=True)
        assert "没有应备份配置的设备" in text_of(page)

    def test_who_may(self, supervisor, engineer, switch, owner):
        assert supervisor.get(url("backups")).status_code == 403
        assert supervisor.post(url("configuration_report"), {"owner": owner.pk}).status_code == 403
        assert "核心交换机" in text_of(engineer.get(url("backups")))

    def test_what_a_page_costs_does_not_grow(self, manager, make_asset, save, django_assert_max_num_queries):
        for number in range(60):
            save(make_asset(kind="storage", name="阵列", serial_number=f"SN{number}"))
        with django_assert_max_num_queries(10):
            assert manager.get(url("backups")).status_code == 200


class TestDocuments:
    @pytest.fixture
    def sheet(self, switch, save, supplier, now):
        """A change sheet that the supplier made."""
        before, after = save(switch), save(switch, SECOND)
        facts = actions.ChangeFacts(reason="新增网段", applicant="张三", approver="李主任", operator="王五")
        return actions.make_change_sheet(before=before, after=after, facts=facts, maker=supplier, actor=SYSTEM, now=now)

    @pytest.fixture
    def form(self, make_asset, owner, now):
        """An admission form that the buyer made."""
        asset = make_asset(kind="address-registration", name="PC", ip="10.1.2.5", mac="AA:BB:CC:00:00:01")
        application = actions.Application(applicant="王芳", reason="入网", valid_until=date(2027, 1, 1))
        return actions.make_admission_form(assets=[asset], application=application, maker=owner, actor=SYSTEM, now=now)

    def test_who_sees_a_document(self, manager, engineer, stranger, client_of, owner, make_party, sheet, form):
        buyer = client_of("buyer_manager", party=owner, username="buyer")
        other = client_of("buyer_manager", party=make_party("另一家", "buyer"), username="other")

        def seen(client):
            return {row.pk for row in client.get(url("documents")).context["page_obj"]}

        assert seen(manager) == seen(buyer) == {sheet.pk, form.pk}
        assert seen(engineer) == {sheet.pk}
        assert seen(stranger) == seen(other) == set()
        for client, status in ((engineer, 404), (stranger, 404), (other, 404), (buyer, 200)):
            assert client.get(url("document", form.pk)).status_code == status
            assert client.get(url("document_file", form.pk, 1)).status_code == status

    def test_what_shows_a_configuration_is_for_those_who_may_see_it(self, supervisor, engineer, sheet, form):
        for name, arguments in (("document", ()), ("document_file", (1,))):
            assert supervisor.get(url(name, sheet.pk, *arguments)).status_code == 403
            assert supervisor.get(url(name, form.pk, *arguments)).status_code == 200
            assert engineer.get(url(name, sheet.pk, *arguments)).status_code == 200

    def test_the_file(self, engineer, sheet):
        response = engineer.get(url("document_file", sheet.pk, 1))
        assert "attachment" in response["Content-Disposition"]
        assert Document(io.BytesIO(response.content)).paragraphs[0].text == "配置变更单"
        assert engineer.get(url("document_file", sheet.pk, 2)).status_code == 404

    def test_the_signed_file_is_the_next_version(self, engineer, supervisor, sheet, form):
        scan = SimpleUploadedFile("签字.pdf", b"%PDF-1.7 signed")
        assert engineer.post(url("document", sheet.pk), {"file": scan, "note": "签字件"}).status_code == 302
        assert next(iter(sheet.document.versions.all())).file_name == "签字.pdf"
        bad = engineer.post(url("document", sheet.pk), {"file": SimpleUploadedFile("a.exe", b"MZ")})
        assert bad.status_code == 422 and "不接受文件" in text_of(bad)
        scan = SimpleUploadedFile("签字.pdf", b"%PDF-1.7 signed")
        assert supervisor.post(url("document", form.pk), {"file": scan}).status_code == 403
        assert form.document.versions.count() == 1

    def test_filters_and_excel(self, manager, sheet, form):
        assert "准入登记表 PC" not in text_of(manager.get(f"{url('documents')}?kind=configuration-change"))
        assert "没有符合条件" in text_of(manager.get(f"{url('documents')}?q=没有的"))
        rows = sheet_of(manager.get(f"{url('documents')}?export=1"))
        assert {row[2] for row in rows[1:]} == {"配置变更单", "准入登记表"}

    def test_what_a_page_costs_does_not_grow(self, manager, sheet, form, django_assert_max_num_queries):
        with django_assert_max_num_queries(7):
            assert manager.get(url("documents")).status_code == 200
