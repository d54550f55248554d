from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('handovers', '0003_packed_on_paper'),
    ]

    operations = [
        migrations.AddField(
            model_name='handover',
            name='may_tick_unweighed',
            field=models.BooleanField(default=False),
        ),
    ]
