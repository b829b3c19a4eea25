from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('servicedesk', '0016_kept_clocks')]

    operations = [
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_closed',
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['closed_at', 'opened_at', 'contract', 'state'], name='ticket_closed'),
        ),
    ]
