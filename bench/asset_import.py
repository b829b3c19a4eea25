"""A ledger of 100,000 rows brought in, brought again, and exported, over the pages and the job on SQLite.

    python -m bench.asset_import [rows]

Beside it in the same run what a script does with openpyxl: each row read and stored by itself (`update_or_create` by
number, all in one transaction, nothing checked and no history kept), and each row written by itself. openpyxl is no
dependency of this project: `pip install --target DIR openpyxl` and `PYTHONPATH=DIR python -m bench.asset_import`;
without it only our side is measured. Works in a throw-away var folder.
"""

import importlib
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

VAR = tempfile.TemporaryDirectory(prefix="kangwei-bench-")
os.environ |= {
    "KANGWEI_VAR": VAR.name,
    "KANGWEI_LOG_LEVEL": "ERROR",
    "KANGWEI_HOSTS": "testserver",
    "DJANGO_SETTINGS_MODULE": "kangwei.config.settings",
}

import django  # noqa: E402 (the settings are read from the environment set above)

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.ledger_import import ledger  # noqa: E402
from kangwei.accounts.actions import change_password, create_party, first_people  # noqa: E402
from kangwei.accounts.enums import PartyKind  # noqa: E402
from kangwei.accounts.queries import party_named, person  # noqa: E402
from kangwei.assets import queries  # noqa: E402
from kangwei.assets.actions import register, suggest_columns  # noqa: E402
from kangwei.assets.models import Asset, ImportBatch  # noqa: E402
from kangwei.assets.showing import exported  # noqa: E402
from kangwei.base import jobs  # noqa: E402
from kangwei.base.audit import System  # noqa: E402

ROWS = 100_000
KIND = "terminal"
OWNER, PEER = "测速中心", "测速对照"
BENCH = System("测速")


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    client, content = prepare(), ledger(rows)
    print(f"{rows:,} rows x 10 columns, {len(content) / 1e6:.1f} MB, SQLite; one row in a hundred has a wrong date")
    first = bring(client, content, "in")
    bring(client, content, "again, unchanged")
    out = timed("out", lambda: export(client))
    try:
        openpyxl = importlib.import_module("openpyxl")
    except ImportError:
        print("openpyxl is not installed; see the head of this file")
        return
    slow_in = timed("openpyxl, in row by row", lambda: in_by_row(openpyxl, content))
    slow_out = timed("openpyxl, out row by row", lambda: out_by_row(openpyxl))
    print(f"in:  openpyxl / ours {slow_in / first:5.1f}   (ours with upload, preview, history and refused rows)")
    print(f"out: openpyxl / ours {slow_out / out:5.1f}")


def prepare() -> Client:
    """Two buyers with the systems that the ledger names, and somebody of the platform who is signed in."""
    now = timezone.now()
    first_people(actor=BENCH, now=now)
    for name in (OWNER, PEER):
        party = create_party(name=name, kind=PartyKind.BUYER, actor=BENCH, now=now)
        for number in range(200):
            register(owner=party, kind="system", values={"name": f"系统 {number}"}, actor=BENCH, now=now)
    admin = person(username="admin")
    change_password(person=admin, password="measure-Clinic-72", actor=admin, now=now)
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def timed(name: str, work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    told = work()
    taken = time.perf_counter() - began
    print(f"{name:32}{taken:8.1f} s   {told}")
    return taken


def bring(client: Client, content: bytes, name: str) -> float:
    """The way of a clerk, step by step, and the job; seconds of all."""
    owner = party_named(OWNER)
    file = SimpleUploadedFile("终端台账.xlsx", content)

    def upload() -> str:
        answer = client.post("/assets/imports/new/", {"owner": owner.pk, "kind": KIND, "file": file})
        return str(answer["Location"]).rsplit("columns", 1)[0]

    base = ""
    taken = 0.0

    def step(what: str, work: Callable[[], Any]) -> None:
        nonlocal taken
        taken += timed(f"  {name}: {what}", work)

    def first() -> str:
        nonlocal base
        base = upload()
        return ""

    step("upload", first)
    step("columns", lambda: client.post(f"{base}columns/", choices()).status_code)
    step("preview", lambda: client.get(f"{base}preview/").status_code)
    step("confirm", lambda: client.post(f"{base}confirm/").status_code)
    step("job", work_off)
    print(f"{name:32}{taken:8.1f} s")
    return taken


def choices() -> dict[str, Any]:
    """What the page of columns has chosen for the ledger that came last."""
    found = suggest_columns(ImportBatch.objects.first())
    return {f"column-{place}": name for name, place in found.mapping.items()} | {"key": list(found.key)}


def work_off() -> str:
    for job_id in jobs.due(timezone.now()):
        jobs.run(job_id, now=timezone.now())
    batch = ImportBatch.objects.first()
    return (
        f"{batch.get_state_display()}: {batch.created:,} new, {batch.updated:,} changed, "
        f"{batch.unchanged:,} unchanged, {batch.refused:,} refused"
    )


def export(client: Client) -> str:
    answer = client.get(f"/assets/kind/{KIND}/?export=1")
    if answer.status_code != 200:
        raise SystemExit(f"the export answered {answer.status_code}")
    return f"{len(answer.content) / 1e6:.1f} MB"


def in_by_row(openpyxl: Any, content: bytes) -> str:
    owner = party_named(PEER)
    systems = {system.name: system for system in queries.systems(owner)}
    rows = openpyxl.load_workbook(io.BytesIO(content), read_only=True).active.iter_rows(min_row=2, values_only=True)
    now = timezone.now()
    with transaction.atomic():
        for number, name, serial, _, system, custodian, ip, mac, memory, bought in rows:
            attributes = {"ip": ip, "mac": mac, "memory": memory, "bought": str(bought)}
            Asset.objects.update_or_create(
                owner=owner, number=number,
                defaults={"kind": KIND, "name": name, "serial_number": serial, "system": systems[system],
                          "custodian": custodian, "attributes": attributes, "search": name, "created_at": now,
                          "updated_at": now},
            )  # fmt: skip
    return f"{Asset.objects.filter(owner=owner, kind=KIND).count():,} stored"


def out_by_row(openpyxl: Any) -> str:
    kind = queries.kinds()[KIND]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    target = io.BytesIO()
    for asset in Asset.objects.filter(owner=party_named(OWNER), kind=KIND).select_related("system", "owner").iterator():
        sheet.append(exported(asset, kind))
    book.save(target)
    return f"{len(target.getvalue()) / 1e6:.1f} MB"


if __name__ == "__main__":
    main()
