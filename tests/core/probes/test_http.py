"""The http probe against servers that behave and servers that do not."""

import socket
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from kangwei.core.probes import Measurement, ProbeConfigError, Target, measure
from kangwei.core.probes.http import HttpProbe
from tests.fakes.probes import answering, dripping, page, self_signed, server_context, serving, silent


def visit(address, now, *, probe=None, **options):
    return measure("http", Target(address, options=options), now=now, deadline=5, probe=probe)


def values(measurement):
    assert measurement.failure == ""
    return {reading.key: reading.value for reading in measurement.readings}


def reading(measurement, key):
    return next(reading for reading in measurement.readings if reading.key == key)


def test_a_page_gives_status_time_text_and_address(now):
    with serving(answering(page("挂号服务正常".encode()))) as port:
        result = visit(f"http://127.0.0.1:{port}/", now, expect_text="正常")
    measured = values(result)
    assert measured.pop("response_ms") >= 0
    assert measured == {
        "status": 200,
        "expected_status": True,
        "expected_text": True,
        "final_url": f"http://127.0.0.1:{port}/",
        "tls_trusted": None,
        "tls_days_left": None,
    }
    assert reading(result, "response_ms").unit == "毫秒"
    assert reading(result, "tls_trusted").reason == "没有用到 HTTPS"


def test_a_page_in_gbk_is_searched_too(now):
    with serving(answering(page("挂号服务正常".encode("gbk")))) as port:
        assert values(visit(f"http://127.0.0.1:{port}/", now, expect_text="服务"))["expected_text"] is True


def test_an_error_page_is_measured_and_not_what_was_expected(now):
    with serving(answering(page(b"oops", status="503 Service Unavailable"))) as port:
        result = values(visit(f"http://127.0.0.1:{port}/", now, expect_text="正常"))
    assert (result["status"], result["expected_status"], result["expected_text"]) == (503, False, False)


def test_another_status_can_be_expected(now):
    with serving(answering(page(b"", status="401 Unauthorized"))) as port:
        assert values(visit(f"http://127.0.0.1:{port}/", now, expect_status=401))["expected_status"] is True


def test_only_the_first_bytes_are_read(now):
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000
    with serving(dripping(endless, b"x")) as port:
        result = visit(f"http://127.0.0.1:{port}/", now, expect_text="正常", max_bytes=1000)
    text = reading(result, "expected_text")
    assert (text.value, text.detail) == (False, "只看了前 1000 字节")


def test_redirects_are_followed_to_the_final_address(now):
    def handle(connection):
        request = connection.recv(65536)
        if request.startswith(b"GET /login"):
            connection.sendall(page(b"login"))
        else:
            connection.sendall(page(b"", status="302 Found", headers="Location: /login\r\n"))

    with serving(handle) as port:
        result = values(visit(f"http://127.0.0.1:{port}/", now))
    assert (result["status"], result["final_url"]) == (200, f"http://127.0.0.1:{port}/login")


def test_credentials_in_a_redirect_are_not_recorded(now):
    def handle(connection):
        request = connection.recv(65536)
        place = f"Location: http://user:geheim@127.0.0.1:{port}/end\r\n"
        moved = page(b"", status="302 Found", headers=place)
        connection.sendall(page(b"") if request.startswith(b"GET /end") else moved)

    with serving(handle) as port:
        result = visit(f"http://127.0.0.1:{port}/", now)
    assert values(result)["final_url"] == f"http://127.0.0.1:{port}/end"


LOOP = page(b"", status="302 Found", headers="Location: /again\r\n")
ELSEWHERE = page(b"", status="302 Found", headers="Location: ftp://127.0.0.1/\r\n")


@pytest.mark.parametrize(
    ("handler", "failure"),
    [
        (answering(LOOP), "跳转超过 5 次"),
        (answering(ELSEWHERE), "页面跳转到了不是 HTTP 或 HTTPS 的地址"),
        (answering(b"\x15\x03\x01 garbage\r\n\r\n"), "对方的应答不是有效的 HTTP"),
        (answering(), "没有收到完整的 HTTP 应答，对方就断开了连接"),
        (
            answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
            "没有收到完整的 HTTP 应答，对方就断开了连接",
        ),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain"), "应答正文的压缩格式有误"),
    ],
    ids=["redirect loop", "redirect to ftp", "garbage", "hangs up", "breaks off in the body", "bad gzip"],
)
def test_a_bad_answer_is_a_failure_with_its_reason(now, handler, failure):
    with serving(handler) as port:
        assert visit(f"http://127.0.0.1:{port}/", now) == Measurement((), failure)


@pytest.mark.parametrize(
    "handler",
    [
        silent,
        dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"),
    ],
    ids=["never answers", "drips its headers", "drips its body"],
)
def test_a_slow_answer_ends_at_the_deadline(now, handler):
    with serving(handler) as port:
        result = measure("http", Target(f"http://127.0.0.1:{port}/"), now=now, deadline=0.3)
    assert result == Measurement((), "0.3 秒内没有完成测量，目标没有应答或应答太慢")


def test_a_closed_port_is_refused(now):
    with serving(silent) as port:
        pass
    assert visit(f"http://127.0.0.1:{port}/", now).failure == "连接被拒绝，端口上没有服务"


def test_an_unknown_name_is_said_so(now):
    def no_such_name(request):
        raise httpx.ConnectError("failed") from socket.gaierror(socket.EAI_NONAME, "unknown")

    probe = HttpProbe(lambda context: httpx.MockTransport(no_such_name))
    assert visit("https://his.invalid/", now, probe=probe).failure == "域名无法解析"


def test_https_towards_a_plain_port_is_said_so(now):
    with serving(answering(page(b""))) as port:
        failure = visit(f"https://127.0.0.1:{port}/", now).failure
    assert failure == "TLS 握手失败，对方可能不是 HTTPS 服务，或只支持过时的协议"


def trusting(pem):
    """A probe whose trust store also holds `pem`."""

    def connect(context):
        context.load_verify_locations(pem)
        return httpx.AsyncHTTPTransport(verify=context)

    return HttpProbe(connect)


# Certificates are checked by OpenSSL against the real clock, so they are dated from it.


def test_a_trusted_certificate_has_whole_days_left(tmp_path):
    today = datetime.now(UTC)
    pem = self_signed(tmp_path / "server.pem", ends=today + timedelta(days=30, hours=12))
    with serving(answering(page(b"ok")), tls=server_context(pem)) as port:
        result = visit(f"https://127.0.0.1:{port}/", today, probe=trusting(pem))
    assert reading(result, "tls_trusted").value is True
    days = reading(result, "tls_days_left")
    assert (days.value, days.unit) == (30, "天")
    assert days.detail == f"127.0.0.1，{today + timedelta(days=30, hours=12):%Y-%m-%d} 到期"


def test_a_self_signed_certificate_is_measured_but_not_trusted(tmp_path):
    today = datetime.now(UTC)
    pem = self_signed(tmp_path / "server.pem", ends=today + timedelta(days=30, hours=12))
    with serving(answering(page("正常".encode())), tls=server_context(pem)) as port:
        result = visit(f"https://127.0.0.1:{port}/", today, expect_text="正常")
    trusted = reading(result, "tls_trusted")
    assert (trusted.value, trusted.detail) == (False, "证书是自签名的")
    assert reading(result, "tls_days_left").value == 30
    assert reading(result, "expected_text").value is True


def test_an_expired_certificate_counts_days_since(tmp_path):
    today = datetime.now(UTC)
    pem = self_signed(tmp_path / "server.pem", ends=today - timedelta(days=2, hours=12))
    with serving(answering(page(b"ok")), tls=server_context(pem)) as port:
        result = visit(f"https://127.0.0.1:{port}/", today, probe=trusting(pem))
    trusted = reading(result, "tls_trusted")
    assert (trusted.value, trusted.detail) == (False, "证书已过期")
    assert reading(result, "tls_days_left").value == -3


def test_of_several_certificates_the_one_that_ends_first_counts(tmp_path):
    today = datetime.now(UTC)
    first = self_signed(tmp_path / "first.pem", ends=today + timedelta(days=10, hours=12))
    last = self_signed(tmp_path / "last.pem", ends=today + timedelta(days=50, hours=12))
    with serving(answering(page(b"end")), tls=server_context(last)) as end:
        moved = page(b"", status="301 Moved", headers=f"Location: https://localhost:{end}/\r\n")
        with serving(answering(moved), tls=server_context(first)) as start:
            result = visit(f"https://127.0.0.1:{start}/", today)
    days = reading(result, "tls_days_left")
    assert (days.value, days.detail.split("，")[0]) == (10, "127.0.0.1")
    assert reading(result, "final_url").value == f"https://localhost:{end}/"


def test_a_handshake_that_never_ends_stops_at_the_deadline(now):
    with serving(silent) as port:
        result = measure("http", Target(f"https://127.0.0.1:{port}/"), now=now, deadline=0.3)
    assert "0.3 秒内没有完成测量" in result.failure


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("", "应为 http:// 或 https:// 开头的完整网址"),
        ("his.example.org", "应为 http:// 或 https:// 开头的完整网址"),
        ("ftp://his.example.org/", "应为 http:// 或 https:// 开头的完整网址"),
        ("http://user:geheim@his.example.org/", "网址里不能带用户名和密码"),
        ("http://his.example.org:port/", "不是有效的网址"),
    ],
)
def test_addresses_that_are_refused(now, address, message):
    with pytest.raises(ProbeConfigError, match=message) as refusal:
        visit(address, now)
    assert refusal.value.field == "address"
    assert "geheim" not in str(refusal.value)
