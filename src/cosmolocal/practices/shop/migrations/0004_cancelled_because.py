from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_around_holidays")]

    operations = [
        migrations.AddField("orderround", "cancelled_because", models.CharField(blank=True, max_length=240)),
    ]
