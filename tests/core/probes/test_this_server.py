"""Which addresses look into the server that Kangwei runs on."""

import pytest

from kangwei.core.probes import Target
from kangwei.core.probes.this_server import why_on_this_server

HERE = "地址指向康维所在的主机"


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "db.localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "0.0.0.0",
     "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[fe80::1]"],
)  # fmt: skip
def test_web_addresses_of_this_server(host):
    assert why_on_this_server("http", Target(f"http://{host}:8000/")) == HERE


@pytest.mark.parametrize("host", ["his.example.cn", "10.1.2.3", "192.168.0.9", "[2001:db8::1]", "127.example.cn"])
def test_web_addresses_of_others(host):
    assert why_on_this_server("http", Target(f"https://{host}/")) == ""


@pytest.mark.parametrize(
    "address",
    ["dbname=his", "host=/var/run/postgresql dbname=his", "postgresql://m@localhost/his",
     "postgresql://m@10.1.2.3,127.0.0.1/his", "host=db.example.cn hostaddr=127.0.0.1", "postgresql:///his"],
)  # fmt: skip
def test_database_addresses_of_this_server(address):
    assert why_on_this_server("postgresql", Target(address)) == HERE


def test_database_addresses_of_others():
    assert why_on_this_server("postgresql", Target("postgresql://m@10.1.2.3:5433/his?sslmode=require")) == ""
    assert why_on_this_server("postgresql", Target("host=db.example.cn,db2.example.cn dbname=his")) == ""


def test_certificates_of_this_server_and_of_others():
    assert why_on_this_server("tls", Target("localhost:8443")) == HERE
    assert why_on_this_server("tls", Target("[::1]:443")) == HERE
    assert why_on_this_server("tls", Target("his.example.cn")) == ""


def test_parameters_that_read_files_of_this_server():
    reason = why_on_this_server("postgresql", Target("host=db.example.cn passfile=/home/kangwei/.pgpass"))
    assert reason == "连接参数 passfile 会用到康维所在主机上的文件"


def test_the_backup_path_is_a_look_into_this_server():
    target = Target("postgresql://m@10.1.2.3/his", options={"backup_path": "/backup/*.dump"})
    assert why_on_this_server("postgresql", target) == "备份文件路径查看的是康维所在的主机"


def test_the_host_probe_measures_this_server():
    assert why_on_this_server("host-local", Target("")) == "测的是康维所在的主机"
