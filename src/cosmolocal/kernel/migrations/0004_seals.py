import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0003_errands'),
    ]

    operations = [
        # Operations that gave nothing were left open: a guard could not tell them from one that still runs.
        migrations.RunSQL("UPDATE kernel_operation SET result = 'null' WHERE result IS NULL", migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('at', models.DateTimeField()),
                ('upto', models.BigIntegerField()),
                ('operations', models.PositiveIntegerField()),
                ('rows', models.PositiveIntegerField()),
                ('root', models.CharField(max_length=64)),
                ('previous', models.CharField(blank=True, max_length=64)),
                ('prints', models.BinaryField()),
                ('forms', models.JSONField(default=dict)),
                ('key', models.CharField(max_length=64)),
                ('signature', models.CharField(max_length=128)),
            ],
        ),
        migrations.CreateModel(
            name='Written',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=60)),
                ('row_id', models.BigIntegerField()),
                ('operation_id', models.BigIntegerField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('table', 'row_id'), name='written_once')],
            },
        ),
        migrations.CreateModel(
            name='SealedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=60)),
                ('row_id', models.BigIntegerField()),
                ('operation_id', models.BigIntegerField()),
                ('print', models.BinaryField(null=True)),
                ('salt', models.BinaryField(null=True)),
                ('seal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sealed', to='kernel.seal')),
            ],
            options={
                'indexes': [models.Index(fields=['table', 'row_id', 'id'], name='sealed_row')],
            },
        ),
    ]
