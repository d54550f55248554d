import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0008_number_deed'),
        ('flows', '0007_open_promises'),
        ('shop', '0016_promised_for_that_sum'),
    ]

    operations = [
        # Only the indexes go: altering a field would write its table anew, which takes minutes for a year of a region.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f'DROP INDEX IF EXISTS "{name}"', migrations.RunSQL.noop)
                for name in (
                    'shop_order_payment_id_a7130eb9',
                    'shop_order_placed_by_id_c7ec3366',
                    'shop_order_round_id_4e980ed1',
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='order',
                    name='payment',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='flows.commitment'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='placed_by',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agents.agent'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='round',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='shop.orderround'),
                ),
            ],
        ),
    ]
