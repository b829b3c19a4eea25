"""Typed reading of the process environment; every setting that an operator may set passes through here."""

import os
import secrets
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class SettingError(ValueError):
    """A setting of the environment that cannot be used; the message names it."""


def text(name: str, default: str) -> str:
    """The setting, or the default where it is unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, *, default: bool = False) -> bool:
    """`1 true yes on` and `0 false no off`; anything else raises SettingError."""
    value = os.environ.get(name, "").strip().lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    if value:
        raise SettingError(f"{name} 应为 1 或 0，现为「{value}」")
    return default


def number(name: str, default: int) -> int:
    """A whole number; SettingError otherwise."""
    value = os.environ.get(name, "")
    try:
        return int(value) if value else default
    except ValueError:
        raise SettingError(f"{name} 应为整数，现为「{value}」") from None


def words(name: str, default: list[str]) -> list[str]:
    """A list separated by commas."""
    value = os.environ.get(name, "")
    return [word.strip() for word in value.split(",") if word.strip()] or default


def secret(name: str, path: Path) -> str:
    """The setting, else the content of the file, which is made once (mode 600) with a random key.

    Two processes that start together end up with the same key: the file is created exclusively.
    """
    if value := os.environ.get(name):
        return value
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii").strip()


def database(url: str, *, sqlite_file: Path) -> dict[str, Any]:
    """Django's DATABASES entry: `postgresql://user:password@host:port/name`, or the SQLite file where url is empty."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": sqlite_file,
            "OPTIONS": {
                # IMMEDIATE: a transaction that writes takes its place in the queue at its start, so that it waits for
                # others instead of failing half-way with "database is locked".
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise SettingError(f"DATABASE_URL 应以 postgresql:// 开头，现为「{parts.scheme}://」")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


@dataclass(frozen=True)
class Mail:
    """The server by which mails go out; without a host none do."""

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    starttls: bool = False


_MAIL_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}


def mail(url: str) -> Mail:
    """`smtps://user:password@host:port`, `smtp+starttls://…`, or `smtp://…` without encryption; "" for no mail."""
    if not url:
        return Mail()
    wrong = SettingError(f"KANGWEI_MAIL 应为 {'、'.join(f'{scheme}://' for scheme in _MAIL_PORTS)} 加服务器名")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    if not parts.hostname or parts.scheme not in _MAIL_PORTS:
        raise wrong
    return Mail(
        parts.hostname, port or _MAIL_PORTS[parts.scheme], unquote(parts.username or ""), unquote(parts.password or ""),
        tls=parts.scheme == "smtps", starttls=parts.scheme == "smtp+starttls",
    )  # fmt: skip


def address(name: str, *, needed: bool) -> str:
    """`https://host` by which people reach the site, without a slash at its end; SettingError for anything else."""
    value = text(name, "").rstrip("/")
    parts = urlsplit(value)
    if (value or needed) and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query):
        raise SettingError(f"{name} 应为网站的地址，如 https://kangwei.example.cn，现为「{value}」")
    return value


def sender(name: str, *, needed: bool) -> str:
    """The mail address that mails come from, perhaps with a name before it; SettingError where one is needed."""
    value = text(name, "")
    if (value or needed) and "@" not in parseaddr(value)[1]:
        raise SettingError(f"{name} 应为发信的邮箱地址，现为「{value}」")
    return value
