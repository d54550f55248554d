import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0004_ways_in'),
        ('handovers', '0005_goods_of_a_receipt'),
    ]

    operations = [
        # Only the indexes go: altering a field would write its table anew, which takes minutes for a year of a region.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f'DROP INDEX IF EXISTS "{name}"', migrations.RunSQL.noop)
                for name in (
                    'handovers_crate_collected_by_id_fae5673d',
                    'handovers_crate_handover_id_565c755e',
                    'handovers_crate_packer_id_5bdcb225',
                    'handovers_packed_by_id_e35e66a3',
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='crate',
                    name='collected_by',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agents.agent'),
                ),
                migrations.AlterField(
                    model_name='crate',
                    name='handover',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='crates', to='handovers.handover'),
                ),
                migrations.AlterField(
                    model_name='crate',
                    name='packer',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agents.agent'),
                ),
                migrations.AlterField(
                    model_name='packed',
                    name='by',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agents.agent'),
                ),
            ],
        ),
    ]
