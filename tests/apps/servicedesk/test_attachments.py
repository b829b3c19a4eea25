"""Files on a ticket: laid there, opened, shown to the caller; what is refused is refused whole."""

import io
import zipfile

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import MULTIPART_CONTENT
from django.test.utils import CaptureQueriesContext

from kangwei.base.errors import ActionError
from kangwei.documents.queries import LARGEST_PREVIEW, latest
from kangwei.servicedesk import actions
from kangwei.servicedesk.forms.files import MOST_AT_ONCE
from kangwei.servicedesk.models import Attachment
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import SYSTEM, url

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
PDF = b"%PDF-1.7 a plan"


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


def sent(*files, **more):
    return {"file": [SimpleUploadedFile(name, content) for name, content in files]} | more


def macro_document() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
        archive.writestr("word/vbaProject.bin", "x")
    return buffer.getvalue()


class TestLaying:
    def test_several_files_at_once(self, engineer, open_ticket):
        ticket = open_ticket()
        answer = engineer.post(url("attach", ticket.pk), sent(("截图.png", PNG), ("方案.pdf", PDF), public="on"))
        assert answer.url == url("detail", ticket.pk)
        laid = list(ticket.attachments.all())
        assert [latest(row.document).file_name for row in laid] == ["截图.png", "方案.pdf"]
        assert all(row.public and row.by == "测试人员（engineer）" for row in laid)
        said = text_of(engineer.get(url("detail", ticket.pk)))
        assert "方案.pdf 报告人可见 15 字节 · 2026-11-20 10:00 · 测试人员（engineer）" in said
        assert "还没有附件" not in said

    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("页面.png", b"<html><script>alert(1)</script>", "不接受文件「页面.png」"),
            ("方案.docx", PDF + b"!", "内容是 .pdf，与扩展名 .docx 不符"),
            ("宏.docx", macro_document(), "含宏，拒收"),
            ("空.txt", b"", "空"),
            ("程序.exe", b"MZ", "不接受文件「程序.exe」"),
        ],
    )
    def test_one_that_is_refused_refuses_all(self, engineer, open_ticket, name, content, reason):
        ticket = open_ticket()
        refused = engineer.post(url("attach", ticket.pk), sent(("方案.pdf", PDF), (name, content)))
        assert refused.status_code == 422 and reason in text_of(refused)
        assert (Attachment.objects.count(), ticket.events.count()) == (0, 1)
        assert engineer.post(url("attach", ticket.pk), sent(("方案.pdf", PDF))).status_code == 302

    def test_the_same_file_is_laid_there_once(self, engineer, open_ticket):
        ticket, other = open_ticket(), open_ticket()
        engineer.post(url("attach", ticket.pk), sent(("方案.pdf", PDF)))
        refused = engineer.post(url("attach", ticket.pk), sent(("新.png", PNG), ("又一份.pdf", PDF)))
        assert refused.status_code == 422 and "「又一份.pdf」与这张工单上已有的一份完全相同" in text_of(refused)
        assert ticket.attachments.count() == 1
        assert engineer.post(url("attach", other.pk), sent(("方案.pdf", PDF))).status_code == 302

    def test_none_and_too_many_are_said(self, engineer, open_ticket):
        address = url("attach", open_ticket().pk)
        assert set(engineer.post(address, {}).context["form"].errors) == {"file"}
        files = [(f"{number}.txt", str(number).encode()) for number in range(MOST_AT_ONCE + 1)]
        assert "一次最多 10 个文件，这次选了 11 个" in text_of(engineer.post(address, sent(*files)))
        assert engineer.post(address, sent(*files[1:])).status_code == 302

    def test_who_may(self, engineer, reader, stranger, open_ticket):
        address = url("attach", open_ticket().pk)
        assert reader.post(address, sent(("方案.pdf", PDF))).status_code == 403
        assert stranger.post(address, sent(("方案.pdf", PDF))).status_code == 404
        assert not Attachment.objects.exists()
        assert engineer.post(address, sent(("方案.pdf", PDF))).status_code == 302


class TestSize:
    def test_the_refusal_names_file_and_limit(self, engineer, open_ticket, settings):
        settings.UPLOAD_LIMIT = 1024 * 1024
        address = url("attach", open_ticket().pk)
        large = PDF + b"\x00" * 1024 * 1024
        refused = engineer.post(address, sent(("方案.pdf", PDF), ("扫描件.pdf", large)))
        assert refused.status_code == 422 and "文件「扫描件.pdf」超过 1 MB 上限" in text_of(refused)
        assert not Attachment.objects.exists()
        assert engineer.post(address, sent(("扫描件.pdf", large[: 1024 * 1024]))).status_code == 302

    def test_at_a_step_too(self, project_manager, open_ticket, settings):
        settings.UPLOAD_LIMIT = 1024 * 1024
        ticket = open_ticket(kind="data_fix")
        project_manager.post(url("step", ticket.pk, "submit"), {"scope": "12 条"})
        form = {"approved_by": "李主任", "approval": "12号"}
        large = SimpleUploadedFile("批件.pdf", PDF + b"\x00" * 1024 * 1024)
        refused = project_manager.post(url("step", ticket.pk, "approve"), form | {"file_approval": large})
        assert refused.status_code == 422 and "文件「批件.pdf」超过 1 MB 上限" in text_of(refused)
        assert 'value="12号"' in refused.content.decode()
        small = SimpleUploadedFile("批件.pdf", PDF)
        assert project_manager.post(url("step", ticket.pk, "approve"), form | {"file_approval": small}).url

    def test_sixty_megabytes_are_answered_shortly(self, engineer, open_ticket):
        ticket = open_ticket()
        refused = engineer.post(url("attach", ticket.pk), sent(("录像.pdf", PDF + bytes(60 * 1024 * 1024))))
        assert refused.status_code == 422 and "文件「录像.pdf」超过 50 MB 上限" in text_of(refused)
        assert len(refused.content) < 50_000
        assert not Attachment.objects.exists()

    def test_what_no_request_may_hold_is_not_read_at_all(self, engineer, open_ticket, settings):
        settings.REQUEST_LIMIT = 1000

        class Unread(io.BytesIO):
            def read(self, *_):
                raise AssertionError("it was read")

            readline = read

        address = url("attach", open_ticket().pk)
        sending = {"CONTENT_LENGTH": "1001", "wsgi.input": Unread()}
        assert engineer.generic("POST", address, b"", MULTIPART_CONTENT, **sending).status_code == 400
        assert engineer.post(address, sent(("a.txt", b"a"))).status_code == 302


class TestOpening:
    @pytest.fixture
    def laid(self, open_ticket, now):
        ticket = open_ticket()
        return actions.attach_files(
            ticket=ticket, files=[("现场 图.png", PNG), ("a.csv", b"=1+1")], public=False, actor=SYSTEM, now=now
        )

    def test_it_comes_as_a_file_to_save(self, engineer, laid):
        answer = engineer.get(url("file", laid[0].ticket_id, laid[0].pk))
        assert answer.content == PNG
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_only_pictures_that_are_not_too_heavy_are_shown(self, engineer, laid, open_ticket, now):
        heavy = ("大.png", PNG + bytes(LARGEST_PREVIEW))
        actions.attach_files(ticket=laid[0].ticket, files=[heavy], public=False, actor=SYSTEM, now=now)
        page = engineer.get(url("detail", laid[0].ticket_id)).content.decode()
        assert page.count('<img src="/tickets/') == 1
        assert f'<img src="{url("file", laid[0].ticket_id, laid[0].pk)}" alt="现场 图.png" loading="lazy">' in page

    def test_who_may(self, engineer, reader, stranger, laid, open_ticket):
        address = url("file", laid[0].ticket_id, laid[0].pk)
        assert stranger.get(address).status_code == 404
        assert [client.get(address).status_code for client in (engineer, reader)] == [200, 200]
        # By the number of another ticket it is not found: that one may be seen where this one is not.
        assert engineer.get(url("file", open_ticket().pk, laid[0].pk)).status_code == 404

    def test_a_file_that_is_gone_is_said(self, engineer, laid, settings, tmp_path):
        settings.ARCHIVE = tmp_path / "elsewhere"
        answer = engineer.get(url("file", laid[0].ticket_id, laid[0].pk), follow=True)
        assert "归档文件缺失" in text_of(answer)

    def test_at_a_constant_price(self, engineer, open_ticket, now):
        ticket, counts = open_ticket(), []
        for number in range(3):
            files = [(f"{number}.txt", str(number).encode())]
            actions.attach_files(ticket=ticket, files=files, public=False, actor=SYSTEM, now=now)
            with CaptureQueriesContext(connection) as queries:
                engineer.get(url("detail", ticket.pk))
            counts.append(len(queries))
        assert len(set(counts)) == 1


class TestShowing:
    @pytest.fixture
    def laid(self, open_ticket, now):
        return actions.attach_files(
            ticket=open_ticket(), files=[("截图.png", PNG)], public=False, actor=SYSTEM, now=now
        )[0]

    def test_the_manager_lets_the_caller_open_it_and_takes_that_back(self, project_manager, laid):
        address = url("show_file", laid.ticket_id, laid.pk)
        for given, public, label in (("1", True, "报告人可见"), ("0", False, "报告人不再可见")):
            assert project_manager.post(address, {"public": given}).url == url("detail", laid.ticket_id)
            laid.refresh_from_db()
            assert laid.public is public
            event = laid.ticket.events.last()
            assert (event.label, event.text, event.public) == (label, "截图.png", False)

    def test_the_same_again_changes_nothing(self, project_manager, laid):
        for _ in range(2):
            project_manager.post(url("show_file", laid.ticket_id, laid.pk), {"public": "1"})
        assert laid.ticket.events.filter(action="show_file").count() == 1

    def test_who_may(self, engineer, project_manager, stranger, laid):
        address = url("show_file", laid.ticket_id, laid.pk)
        assert engineer.post(address, {"public": "1"}).status_code == 403
        assert stranger.post(address, {"public": "1"}).status_code == 404
        assert project_manager.get(address).status_code == 405
        laid.refresh_from_db()
        assert laid.public is False
        page = text_of(engineer.get(url("detail", laid.ticket_id)))
        assert "对报告人显示" not in page
        assert "对报告人显示" in text_of(project_manager.get(url("detail", laid.ticket_id)))
        assert project_manager.post(address, {"public": "1"}).status_code == 302


def test_a_file_is_attached_whatever_the_ticket_has_come_to(open_ticket, now):
    ticket = open_ticket()
    actions.take_step(ticket=ticket, step="cancel", texts={"reason": "重复"}, actor=SYSTEM, now=now)
    assert actions.attach_files(ticket=ticket, files=[("a.pdf", PDF)], public=False, actor=SYSTEM, now=now)
    with pytest.raises(ActionError):
        actions.attach_files(ticket=ticket, files=[("b.pdf", PDF)], public=False, actor=SYSTEM, now=now)
