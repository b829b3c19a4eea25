import datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('servicedesk', '0010_drop_ticket_search_column')]

    operations = [
        migrations.AddField(
            model_name='ticketclock',
            name='decided_at',
            field=models.DateTimeField(null=True, verbose_name='判定时间'),
        ),
        migrations.AddField(
            model_name='ticketclock',
            name='paused',
            field=models.DurationField(default=datetime.timedelta, verbose_name='停表'),
        ),
        migrations.AddIndex(
            model_name='pause',
            index=models.Index(fields=['ended_at', 'started_at'], name='pause_ended'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('solved_at__isnull', False)), fields=['solved_at', 'contract'], name='ticket_solved'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['closed_at', 'opened_at', 'contract'], name='ticket_closed'),
        ),
        migrations.AddIndex(
            model_name='ticketclock',
            index=models.Index(fields=['decided_at', 'ticket', 'clock', 'phase', 'met', 'paused'], name='clock_decided'),
        ),
        migrations.AddIndex(
            model_name='ticketevent',
            index=models.Index(condition=models.Q(('action', 'reopen')), fields=['at', 'ticket'], name='ticket_event_reopened'),
        ),
    ]
