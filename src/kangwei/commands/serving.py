"""The web process and the worker, each by itself. `kangwei up` starts one of each."""

import multiprocessing
import os
import signal
import threading
from multiprocessing import resource_tracker

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from kangwei.base.queue import queue

STDIN = 0
# More than twice the processors is more than granian takes without a warning.
WEB_THREADS = min(8, 2 * multiprocessing.cpu_count() + 1)
WORKER_THREADS = 2
# A worker that is told to stop finishes its job within this time or leaves it to be done again.
STOP_SECONDS = 30
# Requests take far less; one that hangs is cut off.
WEB_STOP_SECONDS = 10


def web(*, host: str, port: int) -> int:
    """Serve the pages until SIGINT or SIGTERM."""
    # A forked process would share open database connections with this one.
    multiprocessing.set_start_method("spawn", force=True)
    _take_interrupt_for_termination()
    Server(
        "kangwei.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=WEB_THREADS,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=WEB_STOP_SECONDS,
    ).serve()
    return 0


def work() -> int:
    """Do jobs until SIGTERM, which lets the present job end, or SIGINT, which leaves it to be done again."""
    queue.create_consumer(
        workers=WORKER_THREADS, worker_type="thread", graceful_signal="TERM", shutdown_timeout=STOP_SECONDS
    ).run()
    return 0


def _take_interrupt_for_termination() -> None:
    """SIGINT comes to this process alone, as SIGTERM.

    A terminal sends it to granian's own child as well, which hangs when its parent's SIGTERM follows.
    """
    # Started now, because it unblocks SIGINT when it starts.
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def watch() -> None:
        signal.sigwait({signal.SIGINT})
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def end_with_parent() -> None:
    """End this process, as SIGTERM does, once its stdin closes: the process that holds the other end is gone.

    A parent that is killed with -9 cannot tell its children, but its pipes close. What a terminal sends to the whole
    process group is left to the parent, who passes it on as SIGTERM.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})

    def watch() -> None:
        # Not through sys.stdin: its lock, held by a daemon thread, breaks the interpreter's shutdown.
        while os.read(STDIN, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
