"""Probe `postgresql`: one database of a PostgreSQL server, and the newest backup file on this host."""

import glob
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from kangwei.core.probes.model import (
    KeySpec,
    Measurement,
    OptionSpec,
    ProbeConfigError,
    Reading,
    Target,
    failed,
    reading,
)

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 10


@dataclass(frozen=True)
class _Query:
    """SQL for one row, value first; `note` takes in its columns, `empty` explains a missing value."""

    sql: str
    note: str = ""
    empty: str = ""


# A session of a client has a database and a user; background processes lack one of them and do not count
# towards max_connections. Both columns can be seen without special rights.
_QUERIES: Mapping[str, _Query] = {
    "version": _Query("select current_setting('server_version')"),
    "is_in_recovery": _Query("select pg_is_in_recovery()"),
    "uptime_days": _Query("select extract(epoch from clock_timestamp() - pg_postmaster_start_time()) / 86400"),
    "size_mb": _Query(
        "select pg_database_size(current_database()) / 1048576.0, current_database()",
        note="数据库 {1}",
    ),
    "connections": _Query("select count(*) from pg_stat_activity where datid is not null and usesysid is not null"),
    "connections_percent": _Query(
        """
        select 100.0 * count(*) / current_setting('max_connections')::int, current_setting('max_connections')
        from pg_stat_activity where datid is not null and usesysid is not null
        """,
        note="上限 {1}",
    ),
    "longest_query_s": _Query(
        """
        with others as (
            select *, extract(epoch from clock_timestamp() - query_start) as seconds
            from pg_stat_activity
            where datid is not null and usesysid is not null and pid <> pg_backend_pid()
        ), longest as (
            select * from others where state = 'active' order by seconds desc nulls last limit 1
        )
        select case when exists (select from others where query = '<insufficient privilege>') then null
                    else coalesce(seconds, 0) end, pid, usename
        from (values (1)) as one_row left join longest on true
        """,
        note="进程 {1}，用户 {2}",
        empty="账号看不到其他会话，需要 pg_monitor 角色",
    ),
    "cache_hit_percent": _Query(
        """
        select 100.0 * blks_hit / nullif(blks_hit + blks_read, 0)
        from pg_stat_database where datname = current_database()
        """,
        empty="还没有读过数据",
    ),
    "deadlocks": _Query(
        """
        select deadlocks, to_char(stats_reset at time zone 'Asia/Shanghai', 'YYYY-MM-DD')
        from pg_stat_database where datname = current_database()
        """,
        note="{1} 起累计",
    ),
    # In a small table a handful of dead rows is a large share and means nothing.
    "dead_tuple_percent": _Query(
        """
        select 100.0 * n_dead_tup / (n_live_tup + n_dead_tup), schemaname, relname
        from pg_stat_user_tables where n_live_tup + n_dead_tup >= 1000 order by 1 desc limit 1
        """,
        note="表 {1}.{2}",
        empty="没有 1000 行以上的表",
    ),
}


class PostgresqlProbe:
    """Statistics of a server and of the one database that the address names, and the age of its backup.

    Everything runs in read-only transactions with a statement timeout. A login without further rights is
    enough for all but `longest_query_s`, which needs `pg_monitor`.
    """

    kind: ClassVar[str] = "postgresql"
    title: ClassVar[str] = "PostgreSQL 数据库"
    keys: ClassVar[Mapping[str, KeySpec]] = {
        "version": KeySpec("版本"),
        "is_in_recovery": KeySpec("处于恢复状态（备库）"),
        "uptime_days": KeySpec("连续运行", "天"),
        "size_mb": KeySpec("数据库大小", "MB"),
        "connections": KeySpec("连接数", "个"),
        "connections_percent": KeySpec("连接数占比", "%"),
        "longest_query_s": KeySpec("最长查询", "秒"),
        "cache_hit_percent": KeySpec("缓存命中率", "%"),
        "deadlocks": KeySpec("死锁次数", "次"),
        "dead_tuple_percent": KeySpec("死元组最高占比", "%"),
        "backup_found": KeySpec("有备份文件"),
        "backup_age_h": KeySpec("最近备份距今", "小时"),
        "backup_size_mb": KeySpec("最近备份大小", "MB"),
    }
    options: ClassVar[Mapping[str, OptionSpec]] = {
        "database": OptionSpec("要测的库名（缺省用地址里的）", ""),
        "backup_path": OptionSpec("备份文件路径（可用 * 通配）", ""),
    }

    def check(self, target: Target) -> None:
        import psycopg.conninfo  # noqa: PLC0415 (drivers load only where they are used)

        try:
            parameters = psycopg.conninfo.conninfo_to_dict(target.address)
        except psycopg.ProgrammingError:
            # The driver's text quotes the address, which may hold a password.
            form = "应写成 postgresql://用户@主机:端口/库名 或 host=主机 dbname=库名"
            raise ProbeConfigError("address", form) from None
        if "password" in parameters:
            raise ProbeConfigError("address", "地址里不能写密码，请填在密码一栏")
        backup_path = str(target.options.get("backup_path", ""))
        if backup_path and not Path(backup_path).is_absolute():
            raise ProbeConfigError("options.backup_path", "应为绝对路径")

    async def measure(self, target: Target, now: datetime) -> Measurement:
        import psycopg  # noqa: PLC0415 (drivers load only where they are used)

        try:
            async with await psycopg.AsyncConnection.connect(
                target.address,
                password=target.secret or None,
                dbname=str(target.options.get("database", "")) or None,
                connect_timeout=CONNECT_SECONDS,
                client_encoding="utf8",
                application_name="kangwei",
                autocommit=True,
            ) as connection:
                await connection.execute("set session characteristics as transaction read only")
                await connection.execute(f"set statement_timeout = '{STATEMENT_SECONDS}s'")
                readings = [await self._ask(connection, key, query) for key, query in _QUERIES.items()]
        except psycopg.Error as error:
            return failed(_explain_connection(error))
        backup = self._backup(str(target.options.get("backup_path", "")), now)
        return Measurement((*readings, *backup))

    async def _ask(self, connection: "psycopg.AsyncConnection[Any]", key: str, query: _Query) -> Reading:
        """One reading; what the server refuses costs this reading alone, a lost connection costs all."""
        import psycopg  # noqa: PLC0415 (drivers load only where they are used)

        try:
            row = await (await connection.execute(query.sql)).fetchone()
        except psycopg.Error as error:
            if connection.closed:
                raise
            return reading(self.keys, key, None, reason=_explain_statement(error))
        if row is None or row[0] is None:
            return reading(self.keys, key, None, reason=query.empty)
        value = round(float(row[0]), 2) if isinstance(row[0], Decimal | float) else row[0]
        return reading(self.keys, key, value, detail="" if None in row else query.note.format(*row))

    def _backup(self, pattern: str, now: datetime) -> tuple[Reading, ...]:
        if not pattern:
            return self._backup_readings(None, None, None, reason="没有设置备份文件路径")
        newest = _newest_file(pattern)
        if newest is None:
            return self._backup_readings(False, None, None, reason="没有找到备份文件", detail=pattern)
        name, written, size = newest
        age = round((now - written).total_seconds() / 3600, 1) or 0.0  # never -0.0
        return self._backup_readings(True, age, round(size / 1048576, 2), detail=name)

    def _backup_readings(
        self, found: bool | None, age: float | None, size: float | None, reason: str = "", detail: str = ""
    ) -> tuple[Reading, ...]:
        values = {"backup_found": found, "backup_age_h": age, "backup_size_mb": size}
        return tuple(
            reading(self.keys, key, value, reason=reason if value is None else "", detail=detail)
            for key, value in values.items()
        )


def _newest_file(pattern: str) -> tuple[str, datetime, int] | None:
    """Name, time of writing and bytes of the newest file that matches, if there is one."""
    files = []
    for path in glob.iglob(pattern):  # noqa: PTH207 (Path.glob would search whole trees for **)
        # A file may be rotated away between listing and looking.
        with suppress(OSError):
            status = Path(path).stat()
            if stat.S_ISREG(status.st_mode):
                files.append((Path(path).name, datetime.fromtimestamp(status.st_mtime, UTC), status.st_size))
    return max(files, key=lambda file: file[1], default=None)


# Before the login is complete the driver passes on the server's words without their SQLSTATE, in the language
# that the server is set to: English, or the Chinese of PostgreSQL's own catalogue.
_CONNECTION_REASONS = (
    (r"password authentication failed|密码认证失败|Password 认证失败", "用户名或密码不对"),
    (r"no password supplied", "数据库要求密码，而目标没有设置密码"),
    (r'database ".*" does not exist|数据库 ".*" 不存在', "没有这个数据库"),
    (r'role ".*" does not exist|角色 ".*" 不存在', "没有这个数据库用户"),
    (r"not permitted to log in|不允许角色", "这个数据库用户不允许登录"),
    (r"permission denied for database|访问数据库 .* 的权限不足", "账号没有连接这个数据库的权限"),
    (r"pg_hba\.conf", "数据库的 pg_hba.conf 不允许这样连接"),
    (r"too many (clients|connections)|connection slots|连接过多|连接槽", "数据库的连接数已满"),
    (r"starting up|shutting down|recovery mode|正在启动|正在关闭|恢复模式", "数据库正在启动、关闭或恢复"),
    (r"Connection refused", "连接被拒绝，端口上没有服务"),
    (r"No such file or directory", "没有这个本地套接字，数据库可能没有启动"),
    (r"failed to resolve host", "主机名无法解析"),
    (r"timeout expired|timed out", "连接超时"),
    (r"No route to host|Network is unreachable", "网络不通，到不了这个地址"),
    (r"does not support SSL", "地址里要求 SSL，而数据库不支持"),
    (r"certificate", "数据库的证书没有通过验证"),
    (r"invalid response|expected authentication request", "端口上的服务不是 PostgreSQL"),
    (r"closed the connection|Connection reset|SYSCALL error|unexpected eof", "连接被对方断开"),
    (r"FATAL|致命错误", "数据库拒绝了连接"),
)

_STATEMENT_REASONS = {
    "42501": "账号的权限不够",
    "57014": f"查询超过 {STATEMENT_SECONDS} 秒，已取消",
    "42703": "这个版本的数据库没有这一项",
    "42P01": "这个版本的数据库没有这一项",
    "42883": "这个版本的数据库没有这一项",
}


def _explain_connection(error: "psycopg.Error") -> str:
    """Our own words only: the server's may repeat what was sent to it."""
    for pattern, reason in _CONNECTION_REASONS:
        if re.search(pattern, str(error)):
            return reason
    return f"连接失败（{type(error).__name__}）"


def _explain_statement(error: "psycopg.Error") -> str:
    return _STATEMENT_REASONS.get(error.sqlstate or "", f"数据库报错（SQLSTATE {error.sqlstate or '无'}）")
