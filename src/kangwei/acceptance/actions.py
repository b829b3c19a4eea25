"""State changes of acceptance packages."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.acceptance import storage
from kangwei.acceptance.enums import IN_WORK, PackageState
from kangwei.acceptance.models import Package
from kangwei.acceptance.packing import BuiltPackage, Progress, pack
from kangwei.base import audit, jobs, numbers
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import SHANGHAI

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

JOB_KIND = "acceptance.package"


@transaction.atomic
def request_package(*, contract: "Contract", actor: Actor, now: datetime) -> Package:
    """Ask the worker for a package of the contract; ActionError while one is being made.

    One that waits for another attempt after an error is given up for the new one.
    """
    # Taking the number locks its series, so that of two requests at once the second sees the first.
    number = _next_number(now)
    in_work = Package.objects.filter(contract=contract, state__in=IN_WORK)
    if in_work.filter(error="").exists():
        raise ActionError("这份合同的验收包正在生成，请等它完成")
    in_work.update(state=PackageState.FAILED, finished_at=now)
    package = Package.objects.create(number=number, contract=contract, requested_at=now, requested_by=actor.audit_name)
    jobs.schedule(kind=JOB_KIND, key=f"package:{package.pk}", payload={"package": package.pk}, due_at=now, now=now)
    audit.append(
        actor=actor, action="acceptance.request_package", subject=("contract", contract.code),
        data={"package": number}, now=now,
    )  # fmt: skip
    return package


def build_requested(*, package_id: int, actor: Actor, now: datetime) -> None:
    """Make the package that was asked for, outside of any transaction; `now` is the moment it shows.

    Safe to do twice and to kill anywhere: the row turns ready in the same step that puts the whole file in its place,
    a package that is ready or given up is left alone, and of two that build it at once the first to finish counts.
    ActionError (the package has then failed) where it cannot be made; anything unforeseen is noted and passed on, so
    that the job tries again.
    """
    if not Package.objects.filter(pk=package_id, state__in=IN_WORK).update(state=PackageState.RUNNING, error=""):
        return
    began = perf_counter()
    package = Package.objects.select_related("contract__buyer", "contract__supplier").get(pk=package_id)
    try:
        with TemporaryDirectory(dir=storage.folder(), prefix=f"{package.number}-") as folder:
            path = Path(folder) / "package.zip"
            built = pack(
                package.contract, path, number=package.number, produced_by=package.requested_by, now=now,
                progress=_progress_of(package),
            )  # fmt: skip
            _finish(package, path, built, actor, now + timedelta(seconds=perf_counter() - began))
    except ActionError as error:
        if _give_up(package, PackageState.FAILED, str(error), now + timedelta(seconds=perf_counter() - began)):
            raise
    except Exception as error:
        if _give_up(package, PackageState.QUEUED, f"生成时出错（{type(error).__name__}），系统会自动再试", None):
            raise


def build_package(
    *, contract: "Contract", out_path: Path, actor: Actor, now: datetime, progress: Progress = lambda *_: None
) -> BuiltPackage:
    """Write a package of the contract to `out_path`, for the command line; the folder must be there.

    ActionError as in `packing.pack`. An existing file is replaced when the new one is whole.
    """
    with transaction.atomic():
        number = _next_number(now)
    built = pack(contract, out_path, number=number, produced_by=actor.audit_name, now=now, progress=progress)
    with transaction.atomic():
        _audit_built(contract, number, built, actor, now)
    return built


def _next_number(now: datetime) -> str:
    month = f"{now.astimezone(SHANGHAI):%Y%m}"
    return f"YSB-{month}-{numbers.next_number(f'package-{month}'):04d}"


def _progress_of(package: Package) -> Progress:
    def report(done: int, total: int) -> None:
        Package.objects.filter(pk=package.pk).update(files_done=done, files_total=total)

    return report


@transaction.atomic
def _finish(package: Package, path: Path, built: BuiltPackage, actor: Actor, now: datetime) -> None:
    locked = Package.objects.select_for_update().get(pk=package.pk)
    if not locked.in_work:
        return
    path.replace(storage.path_of(locked.number))
    locked.state, locked.finished_at, locked.error = PackageState.READY, now, ""
    locked.files, locked.missing, locked.size = built.files, built.missing, built.size
    locked.sha256, locked.manifest_sha256 = built.sha256, built.manifest_sha256
    locked.save()
    _audit_built(package.contract, package.number, built, actor, now)
    transaction.on_commit(lambda: _sweep(package.number))


def _sweep(number: str) -> None:
    """Remove what killed attempts at the package left behind."""
    for left in storage.folder().glob(f"{number}-*"):
        shutil.rmtree(left, ignore_errors=True)


def _give_up(package: Package, state: PackageState, error: str, now: datetime | None) -> bool:
    """Note why this attempt came to nothing; False where another has finished the package meanwhile."""
    mine = Package.objects.filter(pk=package.pk, state=PackageState.RUNNING)
    return bool(mine.update(state=state, error=error, finished_at=now))


def _audit_built(contract: "Contract", number: str, built: BuiltPackage, actor: Actor, now: datetime) -> None:
    audit.append(
        actor=actor, action="acceptance.build_package", subject=("contract", contract.code),
        data={"package": number, "files": built.files, "missing": built.missing, "size": built.size,
              "sha256": built.sha256, "manifest_sha256": built.manifest_sha256}, now=now,
    )  # fmt: skip
