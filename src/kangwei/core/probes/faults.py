"""Why a connection or a certificate failed, in Chinese; what probes over TCP and TLS share."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator

_NETWORK: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "域名无法解析"),
    (ConnectionRefusedError, "连接被拒绝，端口上没有服务"),
    (ConnectionResetError, "对方中断了连接"),
    (ssl.SSLError, "TLS 握手失败，对方可能不是 HTTPS 服务，或只支持过时的协议"),
    (TimeoutError, "连接超时"),
)
_NUMBERS = (
    ({errno.ECONNREFUSED}, "连接被拒绝，端口上没有服务"),
    ({errno.EHOSTUNREACH, errno.ENETUNREACH}, "网络不通，到不了这个地址"),
)

# OpenSSL's X509_V_ERR codes.
NOT_YET_VALID, EXPIRED = 9, 10
_DISTRUST = {
    NOT_YET_VALID: "证书还没有生效",
    EXPIRED: "证书已过期",
    18: "证书是自签名的",
    19: "证书链的根证书不受信任",
    20: "签发者不受信任或证书链不完整",
    21: "签发者不受信任或证书链不完整",
    23: "证书已被吊销",
    62: "证书上的域名与地址不符",
    64: "证书上的 IP 地址与地址不符",
    79: "签发者的证书不能用来签发证书",
}


def distrust(error: BaseException) -> str:
    """Why the certificate behind an error was not trusted; "" where that was not the cause."""
    code = verify_code(error)
    return _DISTRUST.get(code, f"证书验证未通过（代码 {code}）") if code else ""


def verify_code(error: BaseException) -> int:
    """OpenSSL's code for why the certificate was not trusted; 0 where that was not the cause."""
    failed = (cause.verify_code for cause in causes(error) if isinstance(cause, ssl.SSLCertVerificationError))
    return next(failed, 0)


def network_reason(error: BaseException) -> str:
    """Why the connection failed; "" where nothing here knows."""
    for cause in causes(error):
        for kind, reason in _NETWORK:
            if isinstance(cause, kind):
                return reason
        for numbers, reason in _NUMBERS:
            if isinstance(cause, OSError) and _numbers(cause) & numbers:
                return reason
    return ""


def _numbers(error: OSError) -> set[int]:
    """The numbers of an error; asyncio joins those of several addresses of one name in the text of one."""
    if error.errno is not None:
        return {error.errno}
    return {int(number) for number in re.findall(r"\[Errno (\d+)\]", str(error))}


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all it arose from; a group stands for attempts at several addresses of one name."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from causes(member)
    below = error.__cause__ or error.__context__
    if below is not None:
        yield from causes(below)
