"""What the events of every clock say of when it was decided and how long it stood is written beside it."""

from datetime import timedelta

from django.db import migrations

BATCH = 2000


def fill(apps, schema_editor):
    clocks = apps.get_model("servicedesk", "TicketClock").objects
    last = 0
    while rows := list(clocks.filter(pk__gt=last).order_by("pk").prefetch_related("events")[:BATCH]):
        for clock in rows:
            events = sorted(clock.events.all(), key=lambda event: event.pk)
            clock.paused = sum(
                (after.at - event.at for event, after in zip(events, events[1:]) if event.kind == "pause"), timedelta()
            )
            ended = events[-1].at if events and clock.phase in ("stopped", "void") else None
            clock.decided_at = ended if clock.phase == "void" else clock.breached_at or ended
        clocks.bulk_update(rows, ["decided_at", "paused"], batch_size=500)
        last = rows[-1].pk


class Migration(migrations.Migration):

    dependencies = [("servicedesk", "0011_clock_decided")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
