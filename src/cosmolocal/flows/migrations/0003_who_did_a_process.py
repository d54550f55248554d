import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('flows', '0002_processes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='process',
            name='operation',
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name='+',
                to='kernel.operation',
            ),
        ),
    ]
