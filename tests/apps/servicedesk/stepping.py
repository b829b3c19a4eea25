"""What a step of a ticket's life asks for, filled in so that every step can be taken."""

from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from kangwei.core.calendars import SHANGHAI
from kangwei.servicedesk.enums import FileRole, SolvedHow
from kangwei.servicedesk.lifecycles import Step

PDF = b"%PDF-1.4\n% an approval, a backup log\n"
HOUR = timedelta(hours=1)
DONE_BEFORE = 2 * HOUR
"""Work is said to have been done so long before it is entered: then what is watched for an hour has been watched."""
MOMENTS = {"window_from": -3 * HOUR, "window_to": 3 * HOUR, "watch_until": -HOUR, "backed_up_at": -3 * HOUR}


def asked(step: Step, now: datetime) -> dict[str, Any]:
    """What `take_step` takes for this step, beside the ticket and who acts."""
    return {
        "step": step.id,
        "texts": dict.fromkeys(step.asks, "已填写"),
        "moments": {name: now + MOMENTS[name] for name in step.moments},
        "files": {role: (f"{role.label}.pdf", PDF) for role in papers(step)},
        "at": done_at(step, now),
        "now": now,
    }


def form(step: Step, now: datetime) -> dict[str, Any]:
    """The same as the page's form sends it."""
    given = asked(step, now)
    sent = given["texts"] | {name: local(moment) for name, moment in given["moments"].items()}
    sent |= {f"file_{role}": SimpleUploadedFile(*named) for role, named in given["files"].items()}
    return sent | ({"at": local(given["at"])} if given["at"] else {}) | how(step)


def papers(step: Step) -> list[FileRole]:
    """The files that the step needs, whoever takes it: where it may bring an approval, the system must."""
    return [*step.files, *(role for role in step.may_bring if role == FileRole.APPROVAL)]


def done_at(step: Step, now: datetime) -> datetime | None:
    return now - DONE_BEFORE if step.id in ("approve", "carry_out") else None


def how(step: Step) -> dict[str, str]:
    return {"solved_how": SolvedHow.REMOTE} if step.asks_how else {}


def local(moment: datetime) -> str:
    """A moment as a form's field has it."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
