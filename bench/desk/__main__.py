"""The service desk beside django-helpdesk: same machine, same database, same tickets, same server, requests by turns.

    uv sync --locked --group bench
    python -m bench.desk [--tickets 1000000] [--due 100000] [--rounds 40] [--postgresql URL]

SQLite without `--postgresql`; with it, two databases are made there and dropped at the end. Both sides are served by
granian with as many threads as `kangwei up` gives itself. A page of the peer is the page and the rows that it fetches,
fifty of them, for before those its reader sees nothing. Works in a throw-away folder.
"""

import argparse
import json
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bench.desk.texts import COMMON, RARE

REPOSITORY = Path(__file__).parents[2]
CLIENTS = 16
CREATED_EACH = 50
# As many as `kangwei up` gives itself (commands.serving).
WEB_THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)
PATIENCE = 120.0
Request = Callable[[httpx.Client], None]


@dataclass
class Side:
    """One of the two: how it is started, where it answers, how one signs in."""

    name: str
    environment: dict[str, str]
    folder: Path
    fill: list[str]
    application: str
    port: int
    door: dict[str, Any]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> dict[str, Any]:
        """What a program of this side prints last, as JSON."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments], env=self.environment, cwd=self.folder, check=True, text=True,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--postgresql", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kangwei-bench-") as folder, databases(given.postgresql) as (ours, peer):
        measure(Path(folder), ours, peer, given)


@contextmanager
def databases(url: str) -> Iterator[tuple[str, str]]:
    """Two empty databases on that server, dropped afterwards; two empty words for SQLite."""
    if not url:
        yield "", ""
        return
    names = [f"kangwei_bench_{secrets.token_hex(4)}" for _ in range(2)]
    with psycopg.connect(url, autocommit=True) as server:
        for name in names:
            server.execute(f"CREATE DATABASE {name}")
        try:
            yield tuple(f"{url.rsplit('/', 1)[0]}/{name}" for name in names)  # type: ignore[misc]
        finally:
            for name in names:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def measure(folder: Path, ours_database: str, peer_database: str, given: argparse.Namespace) -> None:
    """Fill both, then print the table."""
    ours, peer = kangwei_side(folder, ours_database), helpdesk_side(folder, peer_database)
    for side, count in ((ours, given.tickets), (peer, given.tickets)):
        began = time.perf_counter()
        side.door = side.run(*side.fill, str(count))
        print(f"{side.name}: {count:,} tickets in {time.perf_counter() - began:.0f} s")
    for url in filter(None, (ours_database, peer_database)):
        # What PostgreSQL does by itself within minutes.
        with psycopg.connect(url, autocommit=True) as server:
            server.execute("VACUUM ANALYZE")
    with serving(ours), serving(peer):
        print(f"ms, {given.rounds} rounds")
        print(f"{'':24}{'ours p50':>9}{'p95':>8}{'peer p50':>10}{'p95':>8}{'peer / ours':>13}")
        for name, our_request, peer_request in pages(ours, peer):
            print(row(name, ours, our_request, peer, peer_request, given.rounds))
        ours_made, peer_made = created(ours, kangwei_call), created(peer, helpdesk_call)
        times = ours_made / peer_made
        print(f"created a second by {CLIENTS} clients: {ours_made:.0f}, peer {peer_made:.0f}, {times:.1f} times")
    done = ours.run("bench.desk.ours", "settle", str(given.due))
    a_second = done["settled"] / done["seconds"]
    print(
        f"settled: {done['settled']:,} deadlines of {done['due']:,} due clocks in {done['seconds']:.0f} s, "
        f"{a_second:.0f} a second, {done['notices']:,} notices"
    )


def environment(**more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("KANGWEI_", "DJANGO_", "DATABASE_"))
    }
    return kept | {"PYTHONPATH": str(REPOSITORY)} | more


def kangwei_side(folder: Path, database: str) -> Side:
    env = environment(KANGWEI_VAR=str(folder / "ours"), KANGWEI_LOG_LEVEL="ERROR", DATABASE_URL=database)
    fill = ["bench.desk.ours", "fill"]
    return Side("kangwei", env, folder, fill, "kangwei.config.wsgi:application", 8761, {})


def helpdesk_side(folder: Path, database: str) -> Side:
    env = environment(BENCH_DATABASE=database, BENCH_SECRET=secrets.token_hex(), PYTHONWARNINGS="ignore")
    return Side("django-helpdesk", env, folder, ["bench.desk.peer"], "bench.desk.peer:application", 8762, {})


@contextmanager
def serving(side: Side) -> Iterator[None]:
    """The side answering on its port."""
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1", "--port",
        str(side.port), "--blocking-threads", str(WEB_THREADS), "--no-ws", "--log-level", "error", side.application,
    ]  # fmt: skip
    process = subprocess.Popen(command, env=side.environment, cwd=side.folder)
    try:
        for _ in range(100):
            try:
                httpx.get(side.url, timeout=PATIENCE)
                break
            except httpx.ConnectError:
                time.sleep(0.2)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def client_of(side: Side) -> httpx.Client:
    token = "b" * 32
    cookies = {"sessionid": side.door["session"], "csrftoken": token}
    return httpx.Client(base_url=side.url, cookies=cookies, headers={"X-CSRFToken": token}, timeout=PATIENCE)


def get(*paths: str) -> Request:
    def request(client: httpx.Client) -> None:
        for path in paths:
            answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{client.base_url}{path} answered {answer.status_code}")

    return request


def pages(ours: Side, peer: Side) -> list[tuple[str, Request, Request]]:
    """The same questions to both sides."""
    queue, theirs = peer.door["queue"], peer.door["ticket"]
    of_one = {"filtering": {"status__in": [1, 2], "queue__id__in": [queue]}}
    asked = [
        ("queue", "/tickets/", helpdesk_list({"filtering": {"status__in": [1, 2]}}, "/tickets/")),
        ("queue of one contract", "/tickets/?contract=hdc-2026-13", helpdesk_list(of_one, f"/tickets/?queue={queue}")),
        ("ticket", f"/tickets/{ours.door['ticket']}/", get(f"/tickets/{theirs}/")),
    ]
    for name, word in (("search, rare word", RARE), ("search, common word", COMMON)):
        asked.append((name, f"/tickets/?q={word}", helpdesk_list({"search_string": word}, f"/tickets/?q={word}")))
    return [(name, get(path), request) for name, path, request in asked]


def helpdesk_list(query: dict[str, Any], page: str) -> Request:
    """The peer's list: its page, and the rows that the page's script fetches."""
    whole = {
        "filtering": {},
        "filtering_null": {},
        "sorting": "created",
        "sortreverse": True,
        "search_string": "",
    } | query
    encoded = b64encode(json.dumps(whole).encode()).decode()
    rows = f"/datatables_ticket_list/{encoded}?draw=1&start=0&length=50&order[0][column]=5&order[0][dir]=desc"
    return get(page, rows)


def row(name: str, ours: Side, our_request: Request, peer: Side, peer_request: Request, rounds: int) -> str:
    with client_of(ours) as our_client, client_of(peer) as peer_client:
        our_request(our_client)
        # What takes seconds is asked less often.
        slow = timed(peer_request, peer_client) > 2
        mine, theirs = [], []
        for _ in range(max(5, rounds // 8) if slow else rounds):
            mine.append(timed(our_request, our_client))
            theirs.append(timed(peer_request, peer_client))
    (our_p50, our_p95), (peer_p50, peer_p95) = spread(mine), spread(theirs)
    return f"{name:24}{our_p50:9.0f}{our_p95:8.0f}{peer_p50:10.0f}{peer_p95:8.0f}{peer_p50 / our_p50:13.1f}"


def timed(request: Request, client: httpx.Client) -> float:
    began = time.perf_counter()
    request(client)
    return time.perf_counter() - began


def spread(seconds: list[float]) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    return statistics.median(seconds) * 1000, statistics.quantiles(seconds, n=20, method="inclusive")[-1] * 1000


def created(side: Side, call: Callable[[Side, httpx.Client, int], httpx.Response]) -> float:
    """Tickets a second by CLIENTS clients at once."""

    def work(first: int) -> None:
        with client_of(side) as client:
            for number in range(first, first + CREATED_EACH):
                answer = call(side, client, number)
                if answer.status_code != 201:
                    raise SystemExit(f"{side.name} answered {answer.status_code}: {answer.text[:300]}")

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, range(0, CLIENTS * CREATED_EACH, CREATED_EACH)))
    return CLIENTS * CREATED_EACH / (time.perf_counter() - began)


def kangwei_call(side: Side, client: httpx.Client, number: int) -> httpx.Response:
    body = {"contract": "hdc-2026-13", "kind": "incident", "title": f"接口报修 {number}", "severity": "一般",
            "description": "由监控系统报来", "caller": "监控"}  # fmt: skip
    headers = {"Authorization": f"Bearer {side.door['key']}", "Idempotency-Key": f"bench-{number}"}
    return client.post("/api/v1/tickets", json=body, headers=headers)


def helpdesk_call(side: Side, client: httpx.Client, number: int) -> httpx.Response:
    body = {"queue": side.door["queue"], "title": f"接口报修 {number}", "description": "由监控系统报来", "priority": 3,
            "submitter_email": "monitor@example.org"}  # fmt: skip
    return client.post("/api/tickets/", json=body)


if __name__ == "__main__":
    main()
