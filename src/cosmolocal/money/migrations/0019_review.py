"""The model is called Review; its table, columns, triggers and seals stay as they are."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('money', '0018_given_looked_at'),
    ]

    operations = [
        migrations.AlterModelTable(name='secondlook', table='money_secondlook'),
        migrations.RenameModel(old_name='SecondLook', new_name='Review'),
        migrations.AlterField(
            model_name='review',
            name='deed',
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name='review', to='kernel.operation'
            ),
        ),
    ]
