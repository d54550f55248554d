import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0004_ways_in'),
        ('flows', '0004_events_by_day'),
        ('kernel', '0005_deeds_of_somebody'),
    ]

    operations = [
        # Only the indexes go: altering a field would write its table anew, which takes minutes for a year of a region.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f'DROP INDEX IF EXISTS "{name}"', migrations.RunSQL.noop)
                for name in (
                    'flows_commitment_place_id_bcb1115c',
                    'flows_commitment_provider_id_c8fbb1f3',
                    'flows_commitment_satisfies_id_1dac6907',
                    'flows_commitment_specification_id_42c73667',
                    'flows_commitment_to_resource_id_885ee758',
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='commitment',
                    name='place',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agents.place'),
                ),
                migrations.AlterField(
                    model_name='commitment',
                    name='provider',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commitments_given', to='agents.agent'),
                ),
                migrations.AlterField(
                    model_name='commitment',
                    name='satisfies',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='satisfied_by', to='flows.intent'),
                ),
                migrations.AlterField(
                    model_name='commitment',
                    name='specification',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='flows.resourcespecification'),
                ),
                migrations.AlterField(
                    model_name='commitment',
                    name='to_resource',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='flows.economicresource'),
                ),
            ],
        ),
        migrations.RemoveIndex(
            model_name='commitment',
            name='commitment_due_at',
        ),
        migrations.RemoveIndex(
            model_name='economicevent',
            name='event_to_resource_at',
        ),
        migrations.AddIndex(
            model_name='commitment',
            index=models.Index(fields=['place', 'due', 'receiver'], name='commitment_due_for'),
        ),
        migrations.AddIndex(
            model_name='economicevent',
            index=models.Index(condition=models.Q(('to_resource__isnull', False)), fields=['to_resource', 'at'], name='event_into_at'),
        ),
    ]
