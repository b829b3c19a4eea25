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
    """Serve `handler`, a thread a connection, and give the port; fails when a client leaves a connection open."""
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


def self_signed(folder: Path, *, ends: dt.datetime) -> Path:
    """A certificate for 127.0.0.1 that ends then, in one PEM file with its key; it is its own issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - dt.timedelta(days=100))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return pem


def server_context(pem: Path) -> ssl.SSLContext:
    """What a server needs to show the certificate in `pem`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


SSL_REQUEST = 8


def postgresql_login(*, refusal: bytes) -> Handler:
    """A PostgreSQL server that asks for the password in clear and answers it with an ErrorResponse.

    `refusal` is the text of the error; `{password}` in it is replaced by what the client sent. Messages as in
    "Frontend/Backend Protocol", PostgreSQL 15 documentation, chapter 55.
    """

    def handle(connection: socket.socket) -> None:
        startup = connection.recv(65536)
        if len(startup) == SSL_REQUEST:
            connection.sendall(b"N")
            connection.recv(65536)
        connection.sendall(b"R" + struct.pack("!II", 8, 3))  # AuthenticationCleartextPassword
        password = connection.recv(65536)[5:-1]
        fields = b"SFATAL\0" + b"C28P01\0" + b"M" + refusal.replace(b"{password}", password) + b"\0\0"
        connection.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)

    return handle


def postgresql_mute(connection: socket.socket) -> None:
    """A PostgreSQL server that lets everybody in and then never answers a query."""
    startup = connection.recv(65536)
    if len(startup) == SSL_REQUEST:
        connection.sendall(b"N")
        connection.recv(65536)
    connection.sendall(b"R" + struct.pack("!II", 8, 0) + b"Z" + struct.pack("!I", 5) + b"I")
    silent(connection)
