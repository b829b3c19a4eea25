"""Settings of the environment: read with types, refused by name."""

import pytest

from kangwei.config import env


def test_flags_and_numbers(monkeypatch):
    monkeypatch.setenv("A", "on")
    monkeypatch.setenv("N", "12")
    assert env.flag("A") is True
    assert env.flag("B", default=True) is True
    assert env.number("N", 1) == 12
    assert env.words("W", ["x"]) == ["x"]


@pytest.mark.parametrize(("read", "value"), [(env.flag, "maybe"), (lambda name: env.number(name, 1), "twelve")])
def test_a_wrong_value_is_refused_by_name(monkeypatch, read, value):
    monkeypatch.setenv("KANGWEI_X", value)
    with pytest.raises(env.SettingError, match="KANGWEI_X"):
        read("KANGWEI_X")


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "deep" / "secret.key"
    first = env.secret("UNSET", path)
    assert len(first) >= 40
    assert env.secret("UNSET", path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_postgresql_address_becomes_djangos_settings(tmp_path):
    entry = env.database("postgresql://kang:p%40ss@db.local:5433/wei?sslmode=require", sqlite_file=tmp_path / "x")
    assert (entry["NAME"], entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"]) == (
        "wei", "kang", "p@ss", "db.local", "5433",
    )  # fmt: skip
    assert entry["OPTIONS"] == {"sslmode": "require"}


def test_another_kind_of_database_is_refused(tmp_path):
    with pytest.raises(env.SettingError, match="DATABASE_URL"):
        env.database("mysql://x/y", sqlite_file=tmp_path / "x")


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "starttls"),
    [
        ("", "", 0, False, False),
        ("smtps://desk%40x.cn:p%3Ass@smtp.example.cn", "smtp.example.cn", 465, True, False),
        ("smtp+starttls://smtp.example.cn:2587", "smtp.example.cn", 2587, False, True),
        ("smtp://127.0.0.1", "127.0.0.1", 25, False, False),
    ],
)
def test_the_mail_server_by_its_address(url, host, port, tls, starttls):
    found = env.mail(url)
    assert (found.host, found.port, found.tls, found.starttls) == (host, port, tls, starttls)
    if found.user:
        assert (found.user, found.password) == ("desk@x.cn", "p:ss") and "p:ss" not in repr(found)


@pytest.mark.parametrize("url", ["smtp.example.cn", "https://smtp.example.cn", "smtps://", "smtps://a:port"])
def test_what_is_no_mail_server_is_refused_without_the_password(url):
    with pytest.raises(env.SettingError, match="KANGWEI_MAIL 应为"):
        env.mail(url)


def test_the_sites_address_and_the_sender_are_asked_for_where_they_are_needed(monkeypatch):
    for read, good in ((env.address, "https://kangwei.example.cn/"), (env.sender, "康维 <desk@example.cn>")):
        assert read("KANGWEI_X", needed=False) == ""
        for wrong in ("", "kangwei.example.cn"):
            monkeypatch.setenv("KANGWEI_X", wrong)
            with pytest.raises(env.SettingError, match="KANGWEI_X"):
                read("KANGWEI_X", needed=True)
        monkeypatch.setenv("KANGWEI_X", good)
        assert read("KANGWEI_X", needed=True) == good.rstrip("/")
        monkeypatch.delenv("KANGWEI_X")
