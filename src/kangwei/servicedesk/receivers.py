"""What the desk makes of news from below."""

from datetime import date
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from kangwei.assets.queries import asset_by_id, contracts_of, kinds
from kangwei.assets.signals import expiry_near
from kangwei.base.audit import WORKER
from kangwei.contracts.queries import all_contracts
from kangwei.core.calendars import local_day
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Channel, TicketKind
from kangwei.servicedesk.queries import alert_of_the_day


@receiver(expiry_near)
def open_expiry_ticket(asset_id: int, expires_on: date, **_: Any) -> None:
    """A request on the contract that maintains what expires, one a day for each kind of asset.

    None where no contract maintains it: the due list shows it all the same.
    """
    asset, now = asset_by_id(asset_id), timezone.now()
    today = local_day(now)
    held = all_contracts().filter(code__in=contracts_of(asset), first_day__lte=today, last_day__gte=today)
    contract = held.order_by("code").first()
    if contract is None:
        return
    kind = kinds()[asset.kind].name
    ticket = alert_of_the_day(contract, f"{kind}临近到期", today) or actions.open_ticket(
        contract=contract, kind=TicketKind.REQUEST, title=f"{kind}临近到期", channel=Channel.ALERT,
        description="请在到期前更换或续期，逐项见经过。", system=asset.system, actor=WORKER, now=now,
    )  # fmt: skip
    actions.add_note(
        ticket=ticket, text=f"{asset.number} {asset.name} {expires_on} 到期", public=False, actor=WORKER, now=now
    )
