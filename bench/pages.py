"""Pages at a city's size: 36 contracts with some 319,000 occurrences, each page against the limit of 300 ms.

Works in a throw-away var folder on SQLite, or in the database that DATABASE_URL names, which must be empty. Run with
`python -m bench.pages`.
"""

import os
import statistics
import tempfile
import time
from importlib.resources import files

VAR = tempfile.TemporaryDirectory(prefix="kangwei-bench-")
os.environ |= {
    "KANGWEI_VAR": VAR.name,
    "KANGWEI_LOG_LEVEL": "ERROR",
    "KANGWEI_HOSTS": "testserver",
    "DJANGO_SETTINGS_MODULE": "kangwei.config.settings",
}

import django  # noqa: E402 (the settings are read from the environment set above)

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from kangwei.accounts.actions import change_password, first_people  # noqa: E402
from kangwei.accounts.queries import person  # noqa: E402
from kangwei.base.audit import System  # noqa: E402
from kangwei.contracts.actions import load_contract_file  # noqa: E402
from kangwei.contracts.queries import all_contracts  # noqa: E402
from kangwei.core.calendars import bundled_calendar  # noqa: E402

COPIES = 12
ROUNDS = 15
LIMIT_MS = 300
BENCH = System("测速")
PAGES = {
    "home": "/",
    "contracts": "/contracts/",
    "calendar": "/contracts/calendar/",
    "occurrences": "/contracts/occurrences/",
    "occurrences, overdue": "/contracts/occurrences/?standing=overdue",
    "occurrences, search": "/contracts/occurrences/?q=巡检",
    "one contract": "/contracts/hdc-2026-13-0/",
    "its duties": "/contracts/hdc-2026-13-0/?tab=duty",
    "inspection targets": "/inspections/targets/?contract=hdc-2026-13-0",
    "acceptance": "/acceptance/",
    "acceptance of one": "/acceptance/hdc-2026-13-0/",
}


def fill() -> int:
    """Load every library contract COPIES times under codes of their own; the number of occurrences."""
    folder = files("kangwei") / "library" / "contracts"
    for entry in folder.iterdir():
        text, code = entry.read_text("utf-8"), entry.name.removesuffix(".yaml")
        for copy in range(COPIES):
            load_contract_file(
                text=text.replace(f"\nid: {code}\n", f"\nid: {code}-{copy}\n", 1), file=entry.name,
                calendar=bundled_calendar(), actor=BENCH, now=timezone.now(),
            )  # fmt: skip
    return sum(contract.occurrences.count() for contract in all_contracts())


def sign_in() -> Client:
    first_people(actor=BENCH, now=timezone.now())
    admin = person(username="admin")
    change_password(person=admin, password="measure-Clinic-72", actor=admin, now=timezone.now())
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def milliseconds(client: Client, path: str) -> float:
    began = time.perf_counter()
    response = client.get(path)
    if response.status_code != 200:
        raise SystemExit(f"{path} answered {response.status_code}")
    return (time.perf_counter() - began) * 1000


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    occurrences, client = fill(), sign_in()
    print(f"{3 * COPIES} contracts, {occurrences:,} occurrences, {ROUNDS} rounds, limit {LIMIT_MS} ms")
    print(f"{'page':24}{'p50 ms':>8}{'p95 ms':>8}{'p50 / limit':>13}")
    for name, path in PAGES.items():
        milliseconds(client, path)
        taken = [milliseconds(client, path) for _ in range(ROUNDS)]
        middle, high = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
        print(f"{name:24}{middle:8.0f}{high:8.0f}{middle / LIMIT_MS:13.2f}")


if __name__ == "__main__":
    main()
