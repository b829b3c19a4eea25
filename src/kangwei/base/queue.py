"""The queue that wakes the workers; what is to be done stands in base.jobs, so a lost message loses nothing."""

from importlib.util import find_spec
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.dispatch import receiver
from django.utils import timezone
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab

from kangwei.base import jobs


def open_queue(url: str) -> Huey:
    """The queue that an address names; ImproperlyConfigured for an unknown kind, or one whose driver is missing."""
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return SqliteHuey("kangwei", filename=url.removeprefix("sqlite://"), utc=True)
    if scheme in ("redis", "rediss"):
        if find_spec("redis") is None:
            raise ImproperlyConfigured("KANGWEI_QUEUE 用 redis:// 时须先安装 kangwei[redis]")
        return RedisHuey("kangwei", url=url)
    if scheme in ("postgresql", "postgres"):
        return PostgresHuey("kangwei", dsn=url)
    raise ImproperlyConfigured(f"KANGWEI_QUEUE 应以 sqlite://、redis:// 或 postgresql:// 开头，现为「{scheme}」")


queue = open_queue(settings.QUEUE_URL)


@queue.task()
def run_job(job_id: int) -> None:
    jobs.run(job_id, now=timezone.now())


@queue.periodic_task(crontab(minute="*"))
def sweep() -> None:
    """Put what is due into the queue: jobs of a later date, and those of a worker that died."""
    for job_id in jobs.due(timezone.now()):
        run_job(job_id)


@receiver(jobs.job_due)
def wake_worker(job_id: int, **_: object) -> None:
    """Tell the workers of a job that is due as soon as it is asked for."""
    run_job(job_id)
