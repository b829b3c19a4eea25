"""Which targets lie on the server that Kangwei runs on: a supplier may not look into it through a probe.

Decision 0005 says what this does not stop: a name that resolves to this server, and a page that redirects to it.
"""

import ipaddress
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from kangwei.core.probes.model import Target
from kangwei.core.probes.tls import endpoint

# libpq reads files of this server for the others: passfile, service, sslkey…
POSTGRESQL_PARAMETERS = {"host", "hostaddr", "port", "user", "dbname", "sslmode", "connect_timeout"}


def why_on_this_server(kind: str, target: Target) -> str:
    """The reason, in Chinese, why measuring the target would look into this server; "" where it would not.

    The address must have passed the probe's own check. Nothing is resolved or contacted.
    """
    if kind == "host-local":
        return "测的是康维所在的主机"
    if target.options.get("backup_path"):
        return "备份文件路径查看的是康维所在的主机"
    if kind == "postgresql":
        parameters = _postgresql_parameters(target.address)
        if extra := parameters.keys() - POSTGRESQL_PARAMETERS:
            return f"连接参数 {'、'.join(sorted(extra))} 会用到康维所在主机上的文件"
    if any(_is_this_server(host) for host in _hosts(kind, target.address)):
        return "地址指向康维所在的主机"
    return ""


def _hosts(kind: str, address: str) -> Iterator[str]:
    if kind == "http":
        yield urlsplit(address).hostname or ""
    elif kind == "tls":
        yield endpoint(address)[0]
    elif kind == "postgresql":
        parameters = _postgresql_parameters(address)
        # Without a host libpq takes the socket of this server; several hosts are parted by commas.
        for name in ("host", "hostaddr"):
            yield from (parameters[name].split(",") if name in parameters else ())
        if not parameters.keys() & {"host", "hostaddr"}:
            yield ""


def _postgresql_parameters(address: str) -> dict[str, str]:
    import psycopg.conninfo  # noqa: PLC0415 (drivers load only where they are used)

    return {name: str(value) for name, value in psycopg.conninfo.conninfo_to_dict(address).items()}


def _is_this_server(host: str) -> bool:
    host = host.strip().rstrip(".").lower()
    if not host or host[0] in "/@" or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        # inet_aton also reads the short and numeric forms that the resolver takes: 127.1, 2130706433, 0x7f.1
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        try:
            ip = ipaddress.IPv6Address(host.strip("[]").partition("%")[0])
        except ValueError:
            return False
        ip = ip.ipv4_mapped or ip
    return ip.is_loopback or ip.is_link_local or ip.is_unspecified
