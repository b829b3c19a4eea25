"""The manual of settings names every setting that the product reads, and no other."""

import re
from pathlib import Path

import kangwei

SOURCE = Path(kangwei.__file__).parent
MANUAL = Path(__file__).parents[3] / "docs/reference/settings.md"


def test_every_setting_is_in_the_manual():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (SOURCE / "config/settings.py").read_text("utf-8")))
    named = set(re.findall(r"^\| `([A-Z_]+)`", MANUAL.read_text("utf-8"), re.MULTILINE))
    assert read == named
