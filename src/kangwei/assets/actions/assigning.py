"""Who maintains an asset."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.assets.actions.registering import locked, save
from kangwei.assets.models import Asset
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError

if TYPE_CHECKING:
    from kangwei.accounts.models import Party


@transaction.atomic
def assign_maintainer(*, asset: Asset, maintainer: "Party | None", actor: Actor, now: datetime) -> None:
    """Name the supplier that maintains an asset, or none; it then sees the asset. ActionError where nothing changes."""
    asset = locked(asset)
    before = asset.maintainer
    if before == maintainer:
        raise ActionError("运维单位没有变化", field="maintainer")
    asset.maintainer = maintainer
    changes = {"maintainer": (str(before or ""), str(maintainer or ""))}
    save(asset, "指定运维单位", changes, action="assets.assign_maintainer", actor=actor, now=now)
