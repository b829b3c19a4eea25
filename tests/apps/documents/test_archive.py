"""The archive: kept by digest, never overwritten, and noticed when touched."""

from datetime import UTC, datetime

import pytest

from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.documents import actions, queries, storage
from kangwei.documents.enums import Origin
from kangwei.documents.models import Document, DocumentVersion

SYSTEM = System("测试")


def archive(now, content=b"one", **more):
    return actions.archive(
        title="周报", kind="uploaded", file_name="周报.txt", content=content, origin=Origin.UPLOADED, actor=SYSTEM,
        now=now, **more,
    )  # fmt: skip


def test_content_lies_under_its_digest_and_is_written_once(settings):
    digest = storage.put(b"one")
    place = storage.path_of(digest)
    written = place.stat().st_mtime_ns
    assert storage.put(b"one") == digest
    assert place.stat().st_mtime_ns == written
    assert storage.read(digest) == b"one"
    assert [file.name for file in place.parent.iterdir()] == [place.name]


def test_a_touched_file_is_not_given_out():
    digest = storage.put(b"one")
    storage.path_of(digest).chmod(0o600)
    storage.path_of(digest).write_bytes(b"two")
    with pytest.raises(ActionError, match="已被改动"):
        storage.read(digest)


def test_a_lost_file_is_named():
    with pytest.raises(ActionError, match="缺失"):
        storage.read("0" * 64)


@pytest.mark.django_db
class TestRegister:
    def test_numbers_run_through_the_month_of_shanghai(self, now):
        assert [archive(now).number, archive(now, b"two").number] == ["WD-202611-0001", "WD-202611-0002"]
        last_evening_of_november_in_utc = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
        assert archive(last_evening_of_november_in_utc, b"three").number == "WD-202612-0001"

    def test_versions_add_up_and_the_first_stays(self, now):
        document = archive(now)
        actions.add_version(
            document=document, file_name="周报.txt", content=b"two", note="改错字", actor=SYSTEM, now=now
        )
        versions = queries.documents([document.pk])[0].versions.all()
        assert [(version.version, queries.content(version)) for version in versions] == [(2, b"two"), (1, b"one")]

    def test_the_same_content_is_no_new_version_and_leaves_no_trace(self, now):
        document = archive(now)
        with pytest.raises(ActionError, match="完全相同"):
            actions.add_version(document=document, file_name="周报.txt", content=b"one", note="", actor=SYSTEM, now=now)
        assert DocumentVersion.objects.count() == 1

    def test_a_refused_file_registers_nothing(self, now, settings):
        settings.UPLOAD_LIMIT = 2
        with pytest.raises(ActionError, match="上限"):
            archive(now)
        assert not Document.objects.exists()
        assert not list(settings.ARCHIVE.glob("**/*"))

    def test_the_frozen_data_is_kept_beside_the_file(self, now):
        document = archive(now, context={"verdict": "正常"})
        assert queries.latest(document).context == {"verdict": "正常"}
