"""Probe `http`: a page or interface over HTTP or HTTPS, and the certificate that it shows."""

import asyncio
import math
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

import httpx
from cryptography import x509

from kangwei.core.probes.faults import causes, distrust, network_reason
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

MAX_REDIRECTS = 5
DEFAULT_STATUS = 200
DEFAULT_MAX_BYTES = 1024 * 1024
# Without compression, so that a small answer cannot unfold into a large one.
HEADERS = {"User-Agent": "kangwei-inspection", "Accept-Encoding": "identity"}

KEYS: Mapping[str, KeySpec] = {
    "status": KeySpec("状态码"),
    "expected_status": KeySpec("状态码符合期望"),
    "response_ms": KeySpec("响应时间", "毫秒"),
    "expected_text": KeySpec("页面含期望文字"),
    "final_url": KeySpec("最终地址"),
    "tls_trusted": KeySpec("证书受信任"),
    "tls_days_left": KeySpec("证书剩余天数", "天"),
}

Connector = Callable[[ssl.SSLContext], httpx.AsyncBaseTransport]
Trace = Callable[[str, Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class _Visit:
    """What stood at the end of the redirects, and every certificate met on the way (DER, by host)."""

    status: int
    url: str
    milliseconds: int
    body: bytes
    cut: bool
    certificates: Mapping[str, bytes]
    distrust: str = ""


class HttpProbe:
    """One GET, redirects followed, the answer read up to a limit.

    Certificates are judged by the operating system's trust store. One that is not trusted is measured all the
    same, on a second connection without verification. With several hosts on the way the certificate that ends
    first counts.
    """

    kind: ClassVar[str] = "http"
    title: ClassVar[str] = "网站与接口"
    keys: ClassVar[Mapping[str, KeySpec]] = KEYS
    options: ClassVar[Mapping[str, OptionSpec]] = {
        "expect_status": OptionSpec("期望的状态码", DEFAULT_STATUS, least=100, most=599),
        "expect_text": OptionSpec("页面应含的文字", ""),
        "max_bytes": OptionSpec("最多读取的字节数", DEFAULT_MAX_BYTES, least=1, most=64 * 1024 * 1024),
    }

    def __init__(self, connect: Connector = lambda context: httpx.AsyncHTTPTransport(verify=context)) -> None:
        self._connect = connect

    def check(self, target: Target) -> None:
        try:
            url = httpx.URL(target.address)
        except httpx.InvalidURL:
            raise ProbeConfigError("address", "不是有效的网址") from None
        if url.scheme not in {"http", "https"} or not url.host:
            raise ProbeConfigError("address", "应为 http:// 或 https:// 开头的完整网址")
        if url.userinfo:
            raise ProbeConfigError("address", "网址里不能带用户名和密码")

    async def measure(self, target: Target, now: datetime) -> Measurement:
        max_bytes = int(target.options.get("max_bytes", DEFAULT_MAX_BYTES))
        try:
            visit = await self._visit(target.address, max_bytes)
        except httpx.HTTPError as error:
            return failed(_explain(error))
        expect_status = int(target.options.get("expect_status", DEFAULT_STATUS))
        return Measurement(
            (
                reading(KEYS, "status", visit.status),
                reading(KEYS, "expected_status", visit.status == expect_status, detail=f"期望 {expect_status}"),
                reading(KEYS, "response_ms", visit.milliseconds),
                _expected_text(visit, str(target.options.get("expect_text", ""))),
                reading(KEYS, "final_url", visit.url),
                *_certificate_readings(visit, now),
            )
        )

    async def _visit(self, address: str, max_bytes: int) -> _Visit:
        try:
            return await self._fetch(address, max_bytes, ssl.create_default_context())
        except httpx.ConnectError as error:
            untrusted = distrust(error)
            if not untrusted:
                raise
        # Nothing secret is sent, and the certificate itself is what we came to see.
        unverified = ssl.create_default_context()
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        return replace(await self._fetch(address, max_bytes, unverified), distrust=untrusted)

    async def _fetch(self, address: str, max_bytes: int, context: ssl.SSLContext) -> _Visit:
        clock = asyncio.get_running_loop().time
        started = clock()
        certificates: dict[str, bytes] = {}
        # The caller's deadline holds; a timeout of httpx would start anew with every byte of a slow drip.
        client = httpx.AsyncClient(transport=self._connect(context), timeout=httpx.Timeout(None), headers=HEADERS)
        async with _closing_sockets() as trace, client:
            request = client.build_request("GET", address, extensions={"trace": trace})
            for _ in range(MAX_REDIRECTS + 1):
                async with aclosing(await client.send(request, stream=True)) as response:
                    if certificate := _peer_certificate(response):
                        certificates[response.url.host] = certificate
                    if response.next_request is None:
                        body = await _read(response, max_bytes + 1)
                        return _Visit(
                            status=response.status_code,
                            url=str(response.url.copy_with(userinfo=b"")),
                            milliseconds=round((clock() - started) * 1000),
                            body=body[:max_bytes],
                            cut=len(body) > max_bytes,
                            certificates=certificates,
                        )
                    request = response.next_request
        raise httpx.TooManyRedirects("", request=request)


@asynccontextmanager
async def _closing_sockets() -> AsyncIterator[Trace]:
    """A trace for httpx that closes every socket in the end.

    httpcore itself forgets a connection that is cancelled, as by the deadline, in the middle of its TLS handshake.
    """
    async with AsyncExitStack() as sockets:

        async def trace(event: str, info: Mapping[str, Any]) -> None:
            if event == "connection.connect_tcp.complete":
                sockets.push_async_callback(info["return_value"].aclose)

        yield trace


async def _read(response: httpx.Response, limit: int) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) >= limit:
            break
    return bytes(body[:limit])


def _expected_text(visit: _Visit, text: str) -> Reading:
    if not text:
        return reading(KEYS, "expected_text", None, reason="没有设置期望文字")
    # Pages often name their encoding wrongly or not at all; these two are the ones in use for Chinese.
    found = any(text.encode(encoding) in visit.body for encoding in ("utf-8", "gb18030"))
    detail = f"只看了前 {len(visit.body)} 字节" if visit.cut and not found else ""
    return reading(KEYS, "expected_text", found, detail=detail)


def _certificate_readings(visit: _Visit, now: datetime) -> tuple[Reading, ...]:
    if not visit.certificates:
        keys = ("tls_trusted", "tls_days_left")
        return tuple(reading(KEYS, key, None, reason="没有用到 HTTPS") for key in keys)
    trusted = reading(KEYS, "tls_trusted", not visit.distrust, detail=visit.distrust)
    try:
        ends = {
            x509.load_der_x509_certificate(der).not_valid_after_utc: host for host, der in visit.certificates.items()
        }
    except ValueError:
        return trusted, reading(KEYS, "tls_days_left", None, reason="证书的格式有误，读不出有效期")
    first = min(ends)
    # Rounded down: a certificate that ended an hour ago has -1 day left, and 7 means seven whole days.
    days = math.floor((first - now).total_seconds() / 86400)
    return trusted, reading(KEYS, "tls_days_left", days, detail=f"{ends[first]}，{first:%Y-%m-%d} 到期")


def _peer_certificate(response: httpx.Response) -> bytes | None:
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream else None
    return tls.getpeercert(binary_form=True) if tls else None


_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (httpx.TooManyRedirects, f"跳转超过 {MAX_REDIRECTS} 次"),
    (httpx.UnsupportedProtocol, "页面跳转到了不是 HTTP 或 HTTPS 的地址"),
    (httpx.DecodingError, "应答正文的压缩格式有误"),
    (httpx.RemoteProtocolError, "对方的应答不是有效的 HTTP"),
    (httpx.ReadError, "连接中途断开"),
    (httpx.WriteError, "连接中途断开"),
)


def _explain(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.RemoteProtocolError) and re.search("disconnected|closed connection", str(error)):
        return "没有收到完整的 HTTP 应答，对方就断开了连接"
    own = (reason for cause in causes(error) for kind, reason in _REASONS if isinstance(cause, kind))
    return next(own, "") or network_reason(error) or f"连接失败（{type(error).__name__}）"
