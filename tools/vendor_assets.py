"""Copy the named front-end files from node_modules into the static folder of kangwei.web.

Run after `npm ci --ignore-scripts`. Only these files are served. The target is git-ignored and rebuilt from
nothing on every run, so a file dropped from the list disappears. Source maps come along wherever a file names
one, because manifest storage refuses a reference to a missing file.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules"
TARGET = ROOT / "src/kangwei/web/static/vendor"

# Path inside node_modules → path inside static/vendor.
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map": "tabler/tabler.min.css.map",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "@tabler/core/dist/js/tabler.min.js.map": "tabler/tabler.min.js.map",
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "echarts/NOTICE": "echarts/NOTICE",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
}


def main() -> int:
    """Rebuild the target folder; 1, with the names on stderr, where a source is missing: the target stays."""
    missing = [name for name in FILES if not (SOURCE / name).is_file()]
    if missing:
        print("run `npm ci --ignore-scripts` first; missing in node_modules:", *missing, file=sys.stderr)
        return 1
    shutil.rmtree(TARGET, ignore_errors=True)
    for name, destination in FILES.items():
        path = TARGET / destination
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SOURCE / name, path)
        print(f"{path.stat().st_size:>9,}  {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
