"""Several people at the same time."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

from kangwei.base.errors import ActionError


def at_once(work: Callable[[Any], object], arguments: Sequence[Any]) -> list[str]:
    """Every argument in a thread of its own, all let go at once; the refusals. Anything else that is raised fails."""
    gate, refused, failed = threading.Barrier(len(arguments)), [], []

    def one(argument: Any) -> None:
        try:
            gate.wait()
            work(argument)
        except ActionError as error:
            refused.append(str(error))
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(argument,)) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed
    return refused
