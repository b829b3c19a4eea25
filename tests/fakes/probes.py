"""Targets for probes: a made-up machine, and servers on 127.0.0.1 that answer well, badly or not at all."""

import datetime as dt
import ipaddress
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LONGEST_SECONDS = 3

Handler = Callable[[socket.socket], None]


@dataclass
class FakeSystem:
    """A machine with the numbers it is given; a mount whose number is None cannot be read."""

    booted: dt.datetime
    cpu: float = 12.5
    memory: float = 40.0
    disks: dict[str, float | None] = field(default_factory=lambda: {"/": 30.0, "/data": 71.5})
    load_5: float = 1.0
    core_count: int = 4
    processes: int = 120

    def cpu_percent(self, seconds: float) -> float:
        return self.cpu

    def memory_percent(self) -> float:
        return self.memory

    def mounts(self) -> list[str]:
        return list(self.disks)

    def disk_percent(self, mount: str) -> float:
        percent = self.disks[mount]
        if percent is None:
            raise PermissionError(mount)
        return percent

    def load(self) -> float:
        return self.load_5

    def cores(self) -> int:
        return self.core_count

    def booted_at(self) -> dt.datetime:
        return self.booted

    def process_count(self) -> int:
        return self.processes


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = False
    handler: Handler
    tls: ssl.SSLContext | None
    left_open: bool = False


class _Conversation(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.request.settimeout(LONGEST_SECONDS)
        try:
            if self.server.tls is None:
                self.server.handler(self.request)
                return
            with self.server.tls.wrap_socket(self.request, server_side=True) as secured:
                self.server.handler(secured)
        except TimeoutError:
            self.server.left_open = True
        except OSError:
            pass  # A client that hangs up is what these servers are for.


@contextmanager
def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve `handler`, a thread a connection, and give the port. Fails when a client does not hang up."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.handler, server.tls = staticmethod(handler), tls
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
    # The server waits for its threads, which end when their clients have gone.
    assert not server.left_open, "a client left its connection open"


def answering(*parts: bytes) -> Handler:
    """Read a request, send the parts, hang up."""

    def handle(connection: socket.socket) -> None:
        connection.recv(65536)
        for part in parts:
            connection.sendall(part)

    return handle


def silent(connection: socket.socket) -> None:
    """Accept and never answer."""
    while connection.recv(65536):
        pass


def dripping(start: bytes, drop: bytes) -> Handler:
    """Send `start`, then one drop every few hundredths of a second for as long as the client stays."""

    def handle(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(start)
        while True:
            connection.sendall(drop)
            time.sleep(0.03)

    return handle


def page(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    """A complete HTTP answer."""
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def self_signed(pem: Path, *, ends: dt.datetime) -> Path:
    """Write a certificate for 127.0.0.1 that ends then, and is its own issuer, with its key into `pem`."""
    return certificate(pem, ends=ends)


def certificate(
    pem: Path, *, ends: dt.datetime, begins: dt.datetime | None = None, names: tuple[str, ...] = ("127.0.0.1",),
    subject: str = "127.0.0.1", issuer: Path | None = None, authority: bool = False,
) -> Path:  # fmt: skip
    """Write a certificate with its key into `pem`, signed by the one in `issuer`, or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    own_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    signer, signer_name = key, own_name
    if issuer:
        signer = serialization.load_pem_private_key(issuer.read_bytes(), None)
        signer_name = x509.load_pem_x509_certificate(issuer.read_bytes()).subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(own_name)
        .issuer_name(signer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins or ends - dt.timedelta(days=100))
        .not_valid_after(ends)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
    if authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return pem


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def server_context(pem: Path) -> ssl.SSLContext:
    """What a server needs to show the certificate in `pem`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


# PostgreSQL's side of a connection, as in chapter 55 of its documentation, "Frontend/Backend Protocol".

SSL_REQUEST_BYTES = 8
CANCEL_REQUEST_BYTES = 16
LET_IN = b"R" + struct.pack("!II", 8, 0) + b"K" + struct.pack("!III", 12, 1, 1) + b"Z" + struct.pack("!I", 5) + b"I"


def _startup(connection: socket.socket) -> bytes:
    """The client's first message in clear; TLS, which it asks for before, is declined."""
    message = connection.recv(65536)
    if len(message) == SSL_REQUEST_BYTES:
        connection.sendall(b"N")
        message = connection.recv(65536)
    return message


def postgresql_refusing(text: bytes) -> Handler:
    """Asks for the password in clear and refuses it with `text`, where `{password}` becomes what was sent."""

    def handle(connection: socket.socket) -> None:
        _startup(connection)
        connection.sendall(b"R" + struct.pack("!II", 8, 3))
        password = connection.recv(65536)[5:-1]
        fields = b"SFATAL\0" + b"C28P01\0" + b"M" + text.replace(b"{password}", password) + b"\0\0"
        connection.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)

    return handle


def postgresql_answering_nothing_for(seconds: float) -> Handler:
    """Lets everybody in, says nothing to the first query for so long, then hangs up."""

    def handle(connection: socket.socket) -> None:
        if len(_startup(connection)) == CANCEL_REQUEST_BYTES:
            return
        connection.sendall(LET_IN)
        connection.recv(65536)
        time.sleep(seconds)

    return handle
