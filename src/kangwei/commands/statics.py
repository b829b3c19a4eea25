"""Static files in place for the web process."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from kangwei.base.errors import ActionError


def collect() -> bool:
    """Collect the static files where a source differs from what was collected last; whether that was needed.

    What was collected is noted last, so that a kill in between means collecting again.
    """
    noted = settings.STATIC_ROOT / ".sources"
    sources = _sources()
    if noted.is_file() and noted.read_text("ascii") == sources:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    noted.write_text(sources, "ascii")
    return True


def _sources() -> str:
    """A digest over name, size and time of every source."""
    digest, vendor = hashlib.sha256(), False
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            vendor = vendor or path.startswith("vendor/")
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    if not vendor:
        raise ActionError("缺少前端文件 web/static/vendor，请在源码目录运行 make up，它会先取回这些文件")
    return digest.hexdigest()
