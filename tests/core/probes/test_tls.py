"""The tls probe against servers on this machine that show good, bad and no certificates."""

import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest

from kangwei.core.probes import Measurement, ProbeConfigError, Target, measure
from kangwei.core.probes.tls import Handshake, TlsProbe, endpoint, shake_hands
from tests.fakes.probes import answering, certificate, server_context, serving, silent


@pytest.fixture
def today() -> datetime:
    """OpenSSL judges chains by the real clock, so certificates are dated from it."""
    return datetime.now(UTC).replace(microsecond=0)


def hang_up(connection: socket.socket) -> None:
    """A server of which nobody asks more than its certificate."""


def look(pem, now, *, trusted=None, host="127.0.0.1", **options):
    """What the probe says of a server that shows `pem`, with the certificate in `trusted` in the trust store."""

    async def connect(_, port, name, context):
        if trusted and context.verify_mode == ssl.CERT_REQUIRED:
            context.load_verify_locations(trusted)
        return await shake_hands("127.0.0.1", port, name, context)

    with serving(hang_up, tls=server_context(pem)) as port:
        target = Target(f"{host}:{port}", options=options)
        return measure("tls", target, now=now, deadline=5, probe=TlsProbe(connect))


def values(measurement):
    assert measurement.failure == ""
    return {reading.key: reading.value for reading in measurement.readings}


def test_a_trusted_certificate_is_read_whole(tmp_path, today):
    ends = today + timedelta(days=30, hours=12)
    names = ("his.example.cn", "*.example.cn", "127.0.0.1")
    root = certificate(tmp_path / "root.pem", ends=ends, subject="试验根证书", authority=True)
    pem = certificate(tmp_path / "server.pem", ends=ends, names=names, subject="his.example.cn", issuer=root)
    read = values(look(pem, today, trusted=root))
    assert len(read.pop("fingerprint")) == 64
    assert int(read.pop("serial"), 16) > 0
    assert read == {
        "subject": "CN=his.example.cn",
        "names": "his.example.cn、*.example.cn、127.0.0.1",
        "issuer": "CN=试验根证书",
        "authority": "试验根证书",
        "not_before": f"{ends - timedelta(days=100):%Y-%m-%d %H:%M:%S}",
        "not_after": f"{ends:%Y-%m-%d %H:%M:%S}",
        "days_left": 30,
        "trusted": True,
        "name_matches": True,
        "faults": "",
        "key": "ECC secp256r1",
        "protocol": "TLSv1.3",
    }


def test_a_self_signed_certificate_is_read_and_named_so(tmp_path, today):
    pem = certificate(tmp_path / "server.pem", ends=today + timedelta(days=30, hours=12))
    read = values(look(pem, today))
    assert (read["days_left"], read["trusted"], read["faults"]) == (30, False, "证书是自签名的")


def test_an_expired_certificate_of_a_trusted_issuer_has_one_fault(tmp_path, today):
    root = certificate(tmp_path / "root.pem", ends=today + timedelta(days=90), subject="根", authority=True)
    pem = certificate(tmp_path / "server.pem", ends=today - timedelta(days=2, hours=12), issuer=root)
    read = values(look(pem, today, trusted=root))
    assert (read["days_left"], read["trusted"], read["faults"]) == (-3, True, "证书已过期")


def test_a_certificate_of_tomorrow_is_not_yet_valid(tmp_path, today):
    tomorrow = today + timedelta(days=1)
    pem = certificate(tmp_path / "server.pem", begins=tomorrow, ends=tomorrow + timedelta(days=90))
    assert values(look(pem, today, trusted=pem))["faults"] == "证书还没有生效"


def test_the_expired_certificate_of_an_issuer_is_a_fault_of_the_chain(tmp_path, today):
    root = certificate(tmp_path / "root.pem", ends=today - timedelta(days=1), subject="根", authority=True)
    pem = certificate(tmp_path / "server.pem", ends=today + timedelta(days=90), issuer=root)
    assert values(look(pem, today, trusted=root))["faults"] == "证书链中签发者的证书不在有效期内"


def test_an_unknown_issuer_is_a_fault_of_the_chain(tmp_path, today):
    root = certificate(tmp_path / "root.pem", ends=today + timedelta(days=90), subject="根", authority=True)
    pem = certificate(tmp_path / "server.pem", ends=today + timedelta(days=90), issuer=root)
    assert values(look(pem, today))["faults"] == "签发者不受信任或证书链不完整"


def test_every_fault_is_named(tmp_path, today):
    pem = certificate(tmp_path / "server.pem", ends=today - timedelta(days=1), names=("other.example.cn",))
    read = values(look(pem, today))
    assert read["faults"] == "证书已过期；证书是自签名的；证书上没有这个 IP 地址"
    assert (read["trusted"], read["name_matches"]) == (False, False)


@pytest.mark.parametrize(
    ("names", "host", "fault"),
    [
        (("his.example.cn",), "his.example.cn", ""),
        (("his.example.cn",), "HIS.Example.cn", ""),
        (("his.example.cn",), "emr.example.cn", "证书上的域名与地址不符"),
        (("*.example.cn",), "emr.example.cn", ""),
        (("*.example.cn",), "a.b.example.cn", "证书上的域名与地址不符"),
        (("*.example.cn",), "example.cn", "证书上的域名与地址不符"),
        (("xn--fiq228c.cn",), "中文.cn", ""),
        ((), "his.example.cn", "证书没有写适用的域名"),
    ],
)
def test_the_name_is_compared_with_the_address(tmp_path, today, names, host, fault):
    pem = certificate(tmp_path / "server.pem", ends=today + timedelta(days=90), names=names)
    assert values(look(pem, today, trusted=pem, host=host))["faults"] == fault


def test_behind_an_address_the_certificate_of_a_name_is_asked_for(tmp_path, today):
    pem = certificate(tmp_path / "server.pem", ends=today + timedelta(days=90), names=("his.example.cn",))
    assert values(look(pem, today, trusted=pem, server_name="his.example.cn"))["faults"] == ""
    assert values(look(pem, today, trusted=pem))["faults"] == "证书上没有这个 IP 地址"


@pytest.mark.parametrize(
    ("handler", "failure"),
    [
        (answering(b"HTTP/1.1 200 OK\r\n\r\n"), "TLS 握手失败，对方可能不是 HTTPS 服务，或只支持过时的协议"),
        (answering(), "对方中断了连接"),
    ],
    ids=["plain HTTP", "hangs up"],
)
def test_what_is_no_tls_is_a_failure_with_its_reason(now, handler, failure):
    with serving(handler) as port:
        result = measure("tls", Target(f"127.0.0.1:{port}"), now=now, deadline=5)
    assert result == Measurement((), failure)


def test_a_server_that_never_answers_ends_at_the_deadline(now):
    with serving(silent) as port:
        result = measure("tls", Target(f"127.0.0.1:{port}"), now=now, deadline=0.3)
    assert result.failure == "0.3 秒内没有完成测量，目标没有应答或应答太慢"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_closed_port_is_refused(now, host):
    with serving(silent) as port:
        pass
    result = measure("tls", Target(f"{host}:{port}"), now=now, deadline=5)
    assert result.failure == "连接被拒绝，端口上没有服务"


def test_what_is_no_certificate_is_said_so(now):
    async def connect(*_):
        return Handshake(b"\x30\x03\x02\x01\x01", "TLSv1.3")

    result = measure("tls", Target("his.example.cn"), now=now, deadline=5, probe=TlsProbe(connect))
    assert result.failure == "证书的格式有误，读不出内容"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("his.example.cn", ("his.example.cn", 443)),
        (" his.example.cn:8443 ", ("his.example.cn", 8443)),
        ("10.1.2.3:443", ("10.1.2.3", 443)),
        ("[2001:db8::1]:8443", ("2001:db8::1", 8443)),
        ("2001:db8::1", ("2001:db8::1", 443)),
        ("https://his.example.cn/login", ("his.example.cn", 443)),
        ("his.example.cn.", ("his.example.cn", 443)),
    ],
)
def test_addresses(address, expected):
    assert endpoint(address) == expected


@pytest.mark.parametrize(
    "address",
    ["", ":443", "his.example.cn:x", "his.example.cn:70000", "his.example.cn:0", "http://his.example.cn",
     "https://user:geheim@his.example.cn", "his example.cn", "[::1", "x" * 80 + ".cn"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(now, address):
    with pytest.raises(ProbeConfigError) as refusal:
        measure("tls", Target(address), now=now)
    assert refusal.value.field == "address"
    assert "geheim" not in str(refusal.value)
