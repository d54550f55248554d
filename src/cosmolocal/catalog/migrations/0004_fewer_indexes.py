import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_packs_as_ordered'),
        ('flows', '0004_events_by_day'),
    ]

    operations = [
        # Only the indexes go: altering a field would write its table anew, which takes minutes for a year of a region.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f'DROP INDEX IF EXISTS "{name}"', migrations.RunSQL.noop)
                for name in (
                    'catalog_promisedpack_commitment_id_56be19aa',
                    'catalog_promisedpack_pack_id_55031e4a',
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='promisedpack',
                    name='commitment',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='flows.commitment'),
                ),
                migrations.AlterField(
                    model_name='promisedpack',
                    name='pack',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.packversion'),
                ),
            ],
        ),
    ]
