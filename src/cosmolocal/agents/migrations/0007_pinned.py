"""What somebody wants in the bar of every page."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0006_session_rows'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='pinned',
            field=models.JSONField(blank=True, null=True),
        ),
    ]
