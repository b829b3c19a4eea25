"""Probe `tls`: the certificate that a server shows, read even where nobody should trust it."""

import asyncio
import ipaddress
import math
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import NameOID

from kangwei.core.probes.faults import EXPIRED, NOT_YET_VALID, distrust, network_reason, verify_code
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

DEFAULT_PORT = 443
SM2_WITH_SM3 = "1.2.156.10197.1.501"

KEYS: Mapping[str, KeySpec] = {
    "subject": KeySpec("证书主体"),
    "names": KeySpec("适用域名"),
    "issuer": KeySpec("签发者"),
    "authority": KeySpec("发证机构"),
    "serial": KeySpec("证书序列号"),
    "not_before": KeySpec("生效时间（UTC）"),
    "not_after": KeySpec("到期时间（UTC）"),
    "days_left": KeySpec("剩余天数", "天"),
    "trusted": KeySpec("证书链受信任"),
    "name_matches": KeySpec("域名与地址相符"),
    "faults": KeySpec("问题"),
    "key": KeySpec("密钥"),
    "fingerprint": KeySpec("SHA-256 指纹"),
    "protocol": KeySpec("协议版本"),
}


@dataclass(frozen=True)
class Handshake:
    """What a server showed: its certificate (DER) and the version of the protocol agreed on."""

    certificate: bytes
    protocol: str


Connector = Callable[[str, int, str, ssl.SSLContext], Awaitable[Handshake]]


async def shake_hands(host: str, port: int, name: str, context: ssl.SSLContext) -> Handshake:
    """One TLS handshake that asks for `name`, and nothing more. OSError (ssl.SSLError with it) where there is none."""
    _, writer = await asyncio.open_connection(
        host, port, ssl=context, server_hostname=name, happy_eyeballs_delay=0.25
    )  # fmt: skip
    try:
        tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
        return Handshake(tls.getpeercert(binary_form=True) or b"", tls.version() or "")
    finally:
        # Not closed in order: that waits for an answer, and nothing was said that could get lost.
        writer.transport.abort()


class TlsProbe:
    """Two handshakes: one that takes any certificate, to read it, and one that asks OpenSSL whether to trust it."""

    kind: ClassVar[str] = "tls"
    title: ClassVar[str] = "服务器证书"
    keys: ClassVar[Mapping[str, KeySpec]] = KEYS
    options: ClassVar[Mapping[str, OptionSpec]] = {"server_name": OptionSpec("证书应有的域名", "")}

    def __init__(self, connect: Connector = shake_hands) -> None:
        self._connect = connect

    def check(self, target: Target) -> None:
        host, port = endpoint(target.address)
        if not host or not port or any(letter.isspace() for letter in host):
            raise ProbeConfigError("address", "应为域名或 IP，可带端口，例如 his.example.cn:443")
        for field, text in (("address", host), ("options.server_name", str(target.options.get("server_name", "")))):
            try:
                _ascii(text)
            except UnicodeError:
                raise ProbeConfigError(field, "不是有效的域名") from None

    async def measure(self, target: Target, now: datetime) -> Measurement:
        host, port = endpoint(target.address)
        host = _ascii(host)
        name = _ascii(str(target.options.get("server_name", ""))) or host
        try:
            shown = await self._connect(host, port, name, _any_certificate())
        except OSError as error:
            return failed(network_reason(error) or f"连接失败（{type(error).__name__}）")
        try:
            certificate = x509.load_der_x509_certificate(shown.certificate)
            described = _described(certificate)
        except ValueError:
            return failed("证书的格式有误，读不出内容")
        chain = await self._chain_fault((host, port, name), certificate, now)
        misnamed = _name_fault(certificate, name)
        faults = [fault for fault in (_time_fault(certificate, now), chain, misnamed) if fault]
        values: dict[str, str | int] = {
            **described,
            "days_left": _days_left(certificate, now), "faults": "；".join(faults), "protocol": shown.protocol,
        }  # fmt: skip
        return Measurement(
            (
                *(reading(KEYS, key, value) for key, value in values.items()),
                _judged("trusted", chain),
                _judged("name_matches", misnamed),
            )
        )

    async def _chain_fault(self, place: tuple[str, int, str], certificate: x509.Certificate, now: datetime) -> str:
        """What OpenSSL has against the chain; the certificate's own dates are judged by `now` alone."""
        context = ssl.create_default_context()
        # It stops at the first fault it sees; names are compared here, so that a wrong one is always told.
        context.check_hostname = False
        try:
            await self._connect(*place, context)
        except OSError as error:
            if verify_code(error) not in (EXPIRED, NOT_YET_VALID):
                return distrust(error) or "只支持过时的协议或算法，受信任的连接建立不起来"
            return "" if _time_fault(certificate, now) else "证书链中签发者的证书不在有效期内"
        return ""


def endpoint(address: str) -> tuple[str, int]:
    """Host and port of `host`, `host:port`, `[v6]:port` or an https address; ("", 0) for anything else."""
    text = address.strip()
    if "://" not in text:
        bare_v6 = text.count(":") > 1 and not text.startswith("[")
        text = f"https://[{text}]" if bare_v6 else f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # a bracket left open, a port that is none
        return "", 0
    if parts.scheme != "https" or parts.username is not None:
        return "", 0
    return host.rstrip("."), DEFAULT_PORT if port is None else port


def _ascii(host: str) -> str:
    """The host as it goes over the wire; UnicodeError for a name that cannot."""
    return host if _ip(host) else host.encode("idna").decode()


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _any_certificate() -> ssl.SSLContext:
    """Takes whatever is shown, by old protocols and weak keys too: nothing secret is sent."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _described(certificate: x509.Certificate) -> dict[str, str]:
    dns, ips = _names(certificate)
    return {
        "subject": certificate.subject.rfc4514_string(),
        "names": "、".join([*dns, *map(str, ips)]),
        "issuer": certificate.issuer.rfc4514_string(),
        "authority": _authority(certificate),
        "serial": f"{certificate.serial_number:X}",
        "not_before": _utc(certificate.not_valid_before_utc),
        "not_after": _utc(certificate.not_valid_after_utc),
        "key": _key(certificate),
        "fingerprint": certificate.fingerprint(hashes.SHA256()).hex().upper(),
    }


def _names(certificate: x509.Certificate) -> tuple[list[str], list[ipaddress.IPv4Address | ipaddress.IPv6Address]]:
    """The names and addresses that the certificate is for; those in its subject have not counted since 2017."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [], []
    ips = [ip for ip in names.get_values_for_type(x509.IPAddress) if not hasattr(ip, "hosts")]
    return names.get_values_for_type(x509.DNSName), ips


def _authority(certificate: x509.Certificate) -> str:
    """Who issued it, by name: the organisation, or what else there is."""
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        if found := certificate.issuer.get_attributes_for_oid(kind):
            return str(found[0].value)
    return certificate.issuer.rfc4514_string()


def _key(certificate: x509.Certificate) -> str:
    if certificate.signature_algorithm_oid.dotted_string == SM2_WITH_SM3:
        return "SM2"
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "无法识别的算法"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECC {key.curve.name}"
    for kind, name in ((rsa.RSAPublicKey, "RSA"), (dsa.DSAPublicKey, "DSA")):
        if isinstance(key, kind):
            return f"{name} {key.key_size} 位"
    return type(key).__name__.strip("_").removesuffix("PublicKey")


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _days_left(certificate: x509.Certificate, now: datetime) -> int:
    """Rounded down: one that ended an hour ago has -1 day left."""
    return math.floor((certificate.not_valid_after_utc - now).total_seconds() / 86400)


def _time_fault(certificate: x509.Certificate, now: datetime) -> str:
    if now > certificate.not_valid_after_utc:
        return "证书已过期"
    return "证书还没有生效" if now < certificate.not_valid_before_utc else ""


def _name_fault(certificate: x509.Certificate, host: str) -> str:
    dns, ips = _names(certificate)
    if not dns and not ips:
        return "证书没有写适用的域名"
    if ip := _ip(host):
        return "" if ip in ips else "证书上没有这个 IP 地址"
    return "" if any(_covers(name, host) for name in dns) else "证书上的域名与地址不符"


def _covers(name: str, host: str) -> bool:
    """Whether a name of the certificate, perhaps with `*` for its first label, stands for the host."""
    first, dot, rest = name.lower().partition(".")
    own, _, parent = host.lower().partition(".")
    return name.lower() == host.lower() or (first == "*" and bool(dot and own) and rest == parent)


def _judged(key: str, fault: str) -> Reading:
    return reading(KEYS, key, not fault, detail=fault)
