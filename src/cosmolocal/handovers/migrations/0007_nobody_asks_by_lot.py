import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('flows', '0007_open_promises'),
        ('handovers', '0006_fewer_indexes'),
    ]

    operations = [
        # Only the index goes: altering a field would write its table anew, which takes minutes for a year of a region.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL('DROP INDEX IF EXISTS "handovers_packed_lot_id_2e8a7ac6"', migrations.RunSQL.noop),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='packed',
                    name='lot',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='flows.economicresource'),
                ),
            ],
        ),
    ]
