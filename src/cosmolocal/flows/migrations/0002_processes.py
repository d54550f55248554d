import django.db.models.deletion
from django.db import migrations, models

# Whoever wrote the events of a process also wrote the process; one that no event names says nothing.
WHO = """
UPDATE flows_process SET operation_id = (
    SELECT MIN(e.operation_id) FROM flows_economicevent e
    WHERE e.input_of_id = flows_process.id OR e.output_of_id = flows_process.id)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0001_agents'),
        ('flows', '0001_journal'),
        ('kernel', '0001_operations'),
    ]

    operations = [
        migrations.RemoveField(model_name='process', name='name'),
        migrations.AddField(
            model_name='process',
            name='based_on',
            field=models.CharField(
                choices=[
                    ('grow', 'grown or made'),
                    ('split', 'divided'),
                    ('mix', 'put together'),
                    ('repack', 'packed anew'),
                    ('pack', 'packed'),
                ],
                default='split',
                max_length=20,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='process',
            name='certificate',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='process',
            name='day',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='process',
            name='place',
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name='+',
                to='agents.place',
            ),
        ),
        migrations.AddField(
            model_name='process',
            name='operation',
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name='+',
                to='kernel.operation',
            ),
        ),
        migrations.RunSQL(WHO, migrations.RunSQL.noop),
        migrations.RunSQL('DELETE FROM flows_process WHERE operation_id IS NULL', migrations.RunSQL.noop),
        migrations.AddField(
            model_name='commitment',
            name='output_of',
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name='+',
                to='flows.process',
            ),
        ),
    ]
