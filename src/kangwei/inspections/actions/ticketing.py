"""Findings as tickets: opened by a press, kept up by the runs that follow."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.assets.queries import system_named
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.inspections.enums import FindingState
from kangwei.inspections.models import Finding, Run
from kangwei.servicedesk import actions as desk
from kangwei.servicedesk.enums import Channel, TicketKind

if TYPE_CHECKING:
    from kangwei.servicedesk.models import Ticket

TITLE_LENGTH = 200


@transaction.atomic
def open_finding_ticket(*, finding: Finding, link: str, actor: Actor, now: datetime) -> "Ticket":
    """Open an incident for the finding on its contract, or give the one that it has; `link` leads to the run.

    ActionError for a finding that is over and never had one, and as `open_ticket` has them.
    """
    # Held until the end: two presses at once open one ticket.
    finding = (
        Finding.objects.select_for_update(of=("self",), no_key=True)
        .select_related("target__contract")
        .get(pk=finding.pk)
    )
    if finding.ticket:
        return finding.ticket
    if finding.state != FindingState.OPEN:
        raise ActionError(f"这条发现{finding.get_state_display()}，不必转工单")
    target = finding.target
    said = [finding.text, f"巡检对象：{target.name}", f"级别：{finding.get_severity_display()}", f"巡检记录：{link}"]
    finding.ticket = desk.open_ticket(
        contract=target.contract, kind=TicketKind.INCIDENT, title=f"{target.name} {finding.text}"[:TITLE_LENGTH],
        description="\n".join(said), channel=Channel.INSPECTION, caller="巡检", occurred_at=finding.opened_at,
        system=system_named(target.contract.code, (target.slot, target.name)), actor=actor, now=now,
    )  # fmt: skip
    finding.save(update_fields=["ticket"])
    return finding.ticket


def hold_tickets(run: Run) -> set[int]:
    """Lock the open tickets of the target's findings before a run is written down; their keys.

    First of all, as every step of a ticket does it: or a step and a run would wait for each other.
    """
    latest = Finding.objects.filter(target=run.target_id, ticket__isnull=False, ticket__closed_at=None)
    return desk.hold_open(set(latest.values_list("ticket", flat=True)))


def earlier_ticket(run: Run, key: str) -> int | None:
    """The ticket, open still, of an earlier finding of the same check: what is wrong again belongs there."""
    earlier = Finding.objects.filter(target=run.target_id, key=key, ticket__isnull=False, ticket__closed_at=None)
    return earlier.order_by("-pk").values_list("ticket", flat=True).first()


def tell_tickets(run: Run, findings: Iterable[Finding], held: set[int], actor: Actor, now: datetime) -> None:
    """Note on the held tickets what the run says of their findings. Part of the action that holds them."""
    for finding in findings:
        if finding.ticket is None or finding.ticket_id not in held:
            continue
        well = finding.state == FindingState.RECOVERED
        said = f"{finding.title}已恢复" if well else f"仍有异常，{finding.text}"
        desk.add_note(ticket=finding.ticket, text=f"巡检 {run.number}：{said}", public=False, actor=actor, now=now)
