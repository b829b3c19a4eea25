"""What comes in by an entrance, from people without a sign-in."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import local_day
from kangwei.documents.actions import next_document_number
from kangwei.servicedesk.actions.files import attach
from kangwei.servicedesk.actions.tickets import open_ticket
from kangwei.servicedesk.enums import Channel, FileRole, TicketKind, Trouble
from kangwei.servicedesk.models import Entrance, Report, Ticket
from kangwei.servicedesk.queries.entering import contract_for, place_of

if TYPE_CHECKING:
    from kangwei.assets.models import Asset

MOST_REPORTS, WITHIN = 20, timedelta(minutes=10)
MOST_PHOTOS, PHOTO_LIMIT = 3, 8 * 1024 * 1024
TITLE_LENGTH = 50
PHOTOS = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"))


@transaction.atomic
def report(
    *, entrance: Entrance, token: str, system: "Asset | None", text: str, trouble: Trouble, name: str, phone: str,
    actor: Actor, now: datetime, photos: Sequence[bytes] = (),
) -> Ticket:  # fmt: skip
    """Enter what somebody reports at an entrance as a ticket on the contract that maintains the system.

    The same words sent again from the same form (`token`) give the ticket that they opened. ActionError for a closed
    entrance, a contract that has ended, too many reports within ten minutes, a file that is no photo.
    """
    # Held until the end: so that what is sent twice at once is told apart, and nobody counts past the limit.
    entrance = Entrance.objects.select_for_update(of=("self",), no_key=True).get(pk=entrance.pk)
    if entrance.closed_at:
        raise ActionError("这个报修码已停用")
    said = [token, str(system.pk if system else ""), text, trouble, name, phone]
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()
    if known := Report.objects.filter(entrance=entrance, digest=digest).select_related("ticket").first():
        return known.ticket
    if Report.objects.filter(entrance=entrance, at__gt=now - WITHIN).count() >= MOST_REPORTS:
        raise ActionError("这个报修码刚才提交得太多，请过 10 分钟再试；急事请打电话")
    # Before the ticket's own number: whoever archives a file holds the numbers of documents while the audit trail is
    # waited for, and would wait for this one as this one for them.
    numbers = _numbers(photos, now)
    contract = contract_for(entrance, system, local_day(now))
    ticket = open_ticket(
        contract=contract, kind=TicketKind.REQUEST if trouble == Trouble.QUESTION else TicketKind.INCIDENT,
        title=title_of(text), description=f"{text.strip()}\n\n影响：{trouble.label}", system=system,
        channel=Channel.PORTAL, institution=entrance.institution, caller=name, phone=phone,
        place=place_of(contract, entrance.institution), actor=actor, now=now,
    )  # fmt: skip
    lay_photos(ticket, photos, numbers, actor, now)
    Report.objects.create(entrance=entrance, digest=digest, ticket=ticket, at=now)
    return ticket


def title_of(text: str) -> str:
    """The first line of what was said, shortened."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return first if len(first) <= TITLE_LENGTH else f"{first[: TITLE_LENGTH - 1]}…"


def lay_photos(ticket: Ticket, photos: Sequence[bytes], numbers: Sequence[str], actor: Actor, now: datetime) -> None:
    """Lay photos with the ticket, for the caller to see as well. Part of the actions that call it."""
    before = ticket.attachments.filter(role=FileRole.PHOTO).count()
    for order, (content, number) in enumerate(zip(photos, numbers, strict=True), before + 1):
        attach(
            ticket=ticket, file_name=f"照片{order}.{photo_ending(content)}", content=content, actor=actor, now=now,
            role=FileRole.PHOTO, public=True, number=number,
        )  # fmt: skip


def _numbers(photos: Sequence[bytes], now: datetime) -> list[str]:
    require_photos(photos)
    return [next_document_number(now=now) for _ in photos]


def require_photos(photos: Sequence[bytes]) -> None:
    """ActionError where there are too many, one is too large, or one is no picture."""
    if len(photos) > MOST_PHOTOS:
        raise ActionError(f"一次最多 {MOST_PHOTOS} 张照片", field="photos")
    for content in photos:
        if len(content) > PHOTO_LIMIT:
            raise ActionError(f"每张照片不超过 {PHOTO_LIMIT // 1024 // 1024} MB", field="photos")
        photo_ending(content)


def photo_ending(content: bytes) -> str:
    """`png` or `jpg` by the content: phones name their photos in every way. ActionError for anything else."""
    for start, ending in PHOTOS:
        if content.startswith(start):
            return ending
    raise ActionError("照片只收 jpg 和 png 格式", field="photos")
