"""Static files as `kangwei up` collects them."""

import os

import pytest

from kangwei.base.errors import ActionError
from kangwei.commands import statics


@pytest.fixture
def source(settings, tmp_path):
    """A folder with one vendor file as the only source."""
    file = tmp_path / "source" / "vendor" / "tabler.css"
    file.parent.mkdir(parents=True)
    file.write_text("a {}")
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATIC_ROOT = tmp_path / "static"
    return file


def test_files_are_collected_when_a_source_has_changed(source, settings):
    assert statics.collect()
    assert (settings.STATIC_ROOT / "vendor" / "tabler.css").read_text() == "a {}"
    assert not statics.collect()

    source.write_text("b {}")
    os.utime(source, (2_000_000_000, 2_000_000_000))  # newer than what was collected, on any clock
    assert statics.collect()
    assert (settings.STATIC_ROOT / "vendor" / "tabler.css").read_text() == "b {}"


def test_a_checkout_without_front_end_files_is_told_what_to_do(source):
    source.rename(source.parent.parent / "own.css")

    with pytest.raises(ActionError, match="缺少前端文件"):
        statics.collect()
