from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("servicedesk", "0009_ticket_search")]

    operations = [migrations.RemoveField("ticket", "search")]
