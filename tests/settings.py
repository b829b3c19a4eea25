"""Settings under test: the product's own, in a throw-away var folder, with fast passwords and plain static files."""

import os
import tempfile

os.environ["KANGWEI_VAR"] = tempfile.mkdtemp(prefix="kangwei-test-")

from kangwei.config.settings import *  # noqa: F403 (a settings module is its names)
from kangwei.config.settings import STORAGES, VAR

(VAR / "static").mkdir()
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}

if not os.environ.get("DATABASE_URL"):
    # A file, as in the product: in memory SQLite locks by table and knows no WAL.
    DATABASES["default"]["TEST"] = {"NAME": VAR / "test.sqlite3"}  # noqa: F405
