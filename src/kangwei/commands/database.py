"""Setting Django up, and `migrate`."""

import os
import sqlite3

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, DataError, IntegrityError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from kangwei.base.errors import ActionError
from kangwei.commands.output import say
from kangwei.config.env import SettingError


def set_up() -> None:
    """Make Django ready; ActionError for a setting that cannot be used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kangwei.config.settings")
    try:
        django.setup()
    except (SettingError, ImproperlyConfigured) as error:
        raise ActionError(f"设置有误：{error}") from None
    except sqlite3.Error as error:  # the queue opens its file when its module is imported
        raise ActionError(f"任务队列 {settings.QUEUE_URL} 无法使用：{error}") from None


def open_database() -> None:
    """Make Django ready; ActionError where the database cannot be used or is not of the present structure."""
    set_up()
    if pending_migrations():
        raise ActionError(f"数据库 {name()} 尚未建立或不是最新结构，请先运行 kangwei migrate")


def migrate() -> int:
    """Bring the database to the present structure."""
    applied = apply_migrations()
    say(f"数据库 {name()} 已是最新结构，" + (f"本次应用了 {applied} 个迁移。" if applied else "没有需要应用的迁移。"))
    return 0


def apply_migrations() -> int:
    """Apply what is pending, each migration whole or not at all; how many there were."""
    pending = pending_migrations()
    if pending:
        call_command("migrate", verbosity=0, interactive=False)
    return pending


def pending_migrations() -> int:
    """How many migrations wait; ActionError where the database cannot be read."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        raise refusal(error) from None
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def refusal(error: DatabaseError) -> ActionError:
    """A database that does not do its work, by its name and in the driver's own words; a fault of ours goes on up."""
    if isinstance(error, IntegrityError | DataError | ProgrammingError):
        raise error
    words = str(error).strip().splitlines()
    return ActionError(f"数据库 {name()} 无法使用：{words[0] if words else type(error).__name__}")


def name() -> str:
    """What the database is called: the SQLite file, or the name on the server."""
    return str(connection.settings_dict["NAME"])
