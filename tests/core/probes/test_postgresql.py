"""The postgresql probe on this machine's server, and on servers that only pretend."""

import os
import socket
from datetime import timedelta

import psycopg
import pytest

from kangwei.core.probes import Measurement, ProbeConfigError, Target, measure
from kangwei.core.probes.postgresql import PostgresqlProbe
from tests.fakes.probes import answering, page, postgresql_answering_nothing_for, postgresql_refusing, serving, silent

SERVER = "postgresql://postgres@127.0.0.1:5432"


def server_answers():
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", 5432)) == 0


def needs_server(test):
    skip = pytest.mark.skipif(not server_answers(), reason="no PostgreSQL on 127.0.0.1:5432")
    return pytest.mark.server(skip(test))


def inspect(address, now, *, secret="", deadline=5.0, **options):
    target = Target(address, secret, options)
    return measure("postgresql", target, now=now, deadline=deadline)


def readings(result):
    assert result.failure == ""
    return {reading.key: reading for reading in result.readings}


@pytest.fixture
def database():
    """A database of the test's own with a role that has no rights in it."""
    name = f"kangwei_probe_{os.getpid()}"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as admin:
        admin.execute(f"create role {name} login")
        admin.execute(f"create database {name}")
        try:
            yield name
        finally:
            admin.execute(f"drop database {name} with (force)")
            admin.execute(f"drop role {name}")


@needs_server
def test_the_server_gives_every_number_with_its_unit(now, database):
    measured = readings(inspect(f"{SERVER}/{database}", now))
    assert set(measured) == set(PostgresqlProbe.keys)
    assert measured["version"].value[0].isdigit()
    assert measured["is_in_recovery"].value is False
    assert measured["size_mb"].value > 1
    assert measured["size_mb"].detail == f"数据库 {database}"
    assert measured["connections"].value >= 1
    assert 0 < measured["connections_percent"].value <= 100
    assert measured["connections_percent"].unit == "%"
    assert measured["longest_query_s"].value >= 0
    assert measured["deadlocks"].value == 0
    assert measured["uptime_days"].value >= 0


@needs_server
def test_the_database_can_be_named_apart_from_the_address(now, database):
    measured = readings(inspect(f"{SERVER}/postgres", now, database=database))
    assert measured["size_mb"].detail == f"数据库 {database}"


@needs_server
def test_the_table_with_most_dead_rows_is_named(now, database):
    with psycopg.connect(f"{SERVER}/{database}", autocommit=True) as owner:
        owner.execute("create table visits (id int) with (autovacuum_enabled = false)")
        owner.execute("insert into visits select generate_series(1, 4000)")
        owner.execute("delete from visits where id <= 1000")
        owner.execute("select pg_stat_force_next_flush()")
    worst = readings(inspect(f"{SERVER}/{database}", now))["dead_tuple_percent"]
    assert (worst.value, worst.detail) == (25.0, "表 public.visits")


@needs_server
def test_without_a_large_table_there_is_no_share_of_dead_rows(now, database):
    worst = readings(inspect(f"{SERVER}/{database}", now))["dead_tuple_percent"]
    assert (worst.value, worst.reason) == (None, "没有 1000 行以上的表")


@needs_server
def test_a_login_without_rights_cannot_see_other_sessions(now, database):
    with psycopg.connect(f"{SERVER}/{database}"):
        measured = readings(inspect(f"postgresql://{database}@127.0.0.1:5432/{database}", now))
    longest = measured["longest_query_s"]
    assert (longest.value, longest.reason) == (None, "账号看不到其他会话，需要 pg_monitor 角色")
    assert measured["connections"].value >= 2


@needs_server
def test_what_the_server_refuses_costs_one_reading(now, database):
    with psycopg.connect(f"{SERVER}/{database}", autocommit=True) as owner:
        owner.execute("revoke execute on function pg_postmaster_start_time() from public")
    measured = readings(inspect(f"postgresql://{database}@127.0.0.1:5432/{database}", now))
    assert (measured["uptime_days"].value, measured["uptime_days"].reason) == (None, "账号的权限不够")
    assert measured["size_mb"].value > 1


@needs_server
@pytest.mark.parametrize(
    ("address", "failure"),
    [
        (f"{SERVER}/no_such_database", "没有这个数据库"),
        ("postgresql://no_such_user@127.0.0.1:5432/postgres", "没有这个数据库用户"),
        (f"{SERVER}/postgres?sslmode=require", "地址里要求 SSL，而数据库不支持"),
    ],
)
def test_the_server_turns_us_away(now, address, failure):
    assert inspect(address, now) == Measurement((), failure)


@needs_server
def test_the_newest_backup_file_is_measured(now, tmp_path):
    for name, hours, size in (("old.dump", 30, 10), ("new.dump", 6, 3 * 1048576)):
        file = tmp_path / name
        file.write_bytes(b"x" * size)
        written = (now - timedelta(hours=hours)).timestamp()
        os.utime(file, (written, written))
    measured = readings(inspect(f"{SERVER}/postgres", now, backup_path=str(tmp_path / "*.dump")))
    backup = {key: (measured[key].value, measured[key].unit) for key in measured if key.startswith("backup")}
    assert backup == {
        "backup_found": (True, ""),
        "backup_age_h": (6.0, "小时"),
        "backup_size_mb": (3.0, "MB"),
    }
    assert measured["backup_age_h"].detail == "new.dump"


@needs_server
def test_a_missing_backup_is_found_missing(now, tmp_path):
    measured = readings(inspect(f"{SERVER}/postgres", now, backup_path=str(tmp_path / "*.dump")))
    assert measured["backup_found"].value is False
    assert (measured["backup_age_h"].value, measured["backup_age_h"].reason) == (None, "没有找到备份文件")


@needs_server
def test_no_backup_path_means_nothing_was_looked_for(now):
    measured = readings(inspect(f"{SERVER}/postgres", now))
    assert (measured["backup_found"].value, measured["backup_found"].reason) == (None, "没有设置备份文件路径")


# Servers in Chinese, as PostgreSQL's own catalogue translates the messages.
@pytest.mark.parametrize(
    ("refusal", "failure"),
    [
        ('password authentication failed for user "dba"', "用户名或密码不对"),
        ('用户 "dba" 的密码认证失败', "用户名或密码不对"),
        ('数据库 "his" 不存在', "没有这个数据库"),
        ('角色 "dba" 不存在', "没有这个数据库用户"),
        ('访问数据库 "his" 的权限不足', "账号没有连接这个数据库的权限"),
        ('没有适用于主机 "10.0.0.8", 用户 "dba", 数据库 "his", 没有加密 的 pg_hba.conf 条目',
         "数据库的 pg_hba.conf 不允许这样连接"),
        ("sorry, too many clients already", "数据库的连接数已满"),
        ("数据库系统正在启动", "数据库正在启动、关闭或恢复"),
        ("something new: {password}", "数据库拒绝了连接"),
    ],
)  # fmt: skip
def test_a_refused_login_says_why_and_keeps_the_secret(now, refusal, failure):
    with serving(postgresql_refusing(refusal.encode())) as port:
        result = inspect(f"postgresql://dba@127.0.0.1:{port}/his", now, secret="geheim")
    assert result == Measurement((), failure)


def test_a_missing_password_is_said_so(now):
    with serving(postgresql_refusing(b"")) as port:
        assert inspect(f"postgresql://dba@127.0.0.1:{port}/his", now).failure == "数据库要求密码，而目标没有设置密码"


@pytest.mark.parametrize(
    ("handler", "failure"),
    [
        (answering(page(b"web")), "端口上的服务不是 PostgreSQL"),
        (answering(b"J\0\0\0\x0a8.0.30\0"), "端口上的服务不是 PostgreSQL"),
        (answering(), "连接被对方断开"),
    ],
    ids=["a web server", "a MySQL server", "hangs up"],
)
def test_another_service_on_the_port_is_said_so(now, handler, failure):
    with serving(handler) as port:
        assert inspect(f"postgresql://dba@127.0.0.1:{port}/his", now) == Measurement((), failure)


def test_a_closed_port_is_refused(now):
    with serving(silent) as port:
        pass
    assert inspect(f"postgresql://dba@127.0.0.1:{port}/his", now).failure == "连接被拒绝，端口上没有服务"


@pytest.mark.parametrize(
    "handler", [silent, postgresql_answering_nothing_for(1)], ids=["at the login", "at the first query"]
)
def test_a_server_that_never_answers_ends_at_the_deadline(now, handler):
    with serving(handler) as port:
        result = inspect(f"postgresql://dba@127.0.0.1:{port}/his", now, deadline=0.3)
    assert result == Measurement((), "0.3 秒内没有完成测量，目标没有应答或应答太慢")


def test_a_connection_lost_in_between_is_a_failure(now):
    with serving(postgresql_answering_nothing_for(0)) as port:
        assert inspect(f"postgresql://dba@127.0.0.1:{port}/his", now).failure == "连接被对方断开"


@pytest.mark.parametrize(
    ("address", "options", "field", "message"),
    [
        ("db.example.org", {}, "address", "应写成 postgresql://"),
        ("postgresql://dba:geheim@db/his", {}, "address", "地址里不能写密码"),
        ("host=db password=geheim", {}, "address", "地址里不能写密码"),
        ("postgresql://dba%zz:geheim@db/his", {}, "address", "应写成 postgresql://"),
        ("host=db", {"backup_path": "backup/*.dump"}, "options.backup_path", "应为绝对路径"),
    ],
)
def test_targets_that_are_refused(now, address, options, field, message):
    with pytest.raises(ProbeConfigError, match=message) as refusal:
        inspect(address, now, **options)
    assert refusal.value.field == field
    assert "geheim" not in str(refusal.value)
