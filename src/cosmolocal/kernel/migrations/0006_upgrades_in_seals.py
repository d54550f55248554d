from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0005_deeds_of_somebody'),
    ]

    operations = [
        migrations.AddField(
            model_name='seal',
            name='upgrade',
            field=models.JSONField(default=dict),
        ),
    ]
