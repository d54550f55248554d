import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0008_number_deed'),
        ('flows', '0006_promises_of_a_time'),
    ]

    operations = [
        # Only the indexes go: altering a field would write its table anew, which takes minutes for a year of a region.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f'DROP INDEX IF EXISTS "{name}"', migrations.RunSQL.noop)
                for name in (
                    'flows_commitment_receiver_id_2d049c72',
                    'flows_commitment_resource_id_8e2bccd9',
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='commitment',
                    name='receiver',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commitments_received', to='agents.agent'),
                ),
                migrations.AlterField(
                    model_name='commitment',
                    name='resource',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='flows.economicresource'),
                ),
            ],
        ),
        migrations.RemoveIndex(
            model_name='commitment',
            name='commitment_due_for',
        ),
        migrations.RemoveIndex(
            model_name='economicevent',
            name='event_agreement',
        ),
        migrations.AddIndex(
            model_name='commitment',
            index=models.Index(condition=models.Q(('place__isnull', False)), fields=['place', 'due', 'receiver'], name='commitment_due_for'),
        ),
        migrations.AddIndex(
            model_name='commitment',
            index=models.Index(condition=models.Q(('finished', False)), fields=['receiver', 'due'], name='commitment_open_for'),
        ),
        migrations.AddIndex(
            model_name='commitment',
            index=models.Index(condition=models.Q(('fulfilled_quantity__lt', models.F('quantity'))), fields=['resource'], name='commitment_undone_on'),
        ),
        migrations.AddIndex(
            model_name='economicevent',
            index=models.Index(condition=models.Q(('agreement__isnull', False), ('to_resource__isnull', False)), fields=['agreement'], name='event_agreement'),
        ),
    ]
