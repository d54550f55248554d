import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_fewer_indexes'),
        ('shop', '0011_figures_kept'),
    ]

    operations = [
        # Only the indexes go: altering a field would write its table anew, which takes minutes for a year of a region.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f'DROP INDEX IF EXISTS "{name}"', migrations.RunSQL.noop)
                for name in (
                    'shop_orderline_order_id_8ad562c5',
                    'shop_orderline_pack_id_3548f184',
                    'shop_orderline_price_id_c252b0c1',
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='orderline',
                    name='order',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='shop.order'),
                ),
                migrations.AlterField(
                    model_name='orderline',
                    name='pack',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.packversion'),
                ),
                migrations.AlterField(
                    model_name='orderline',
                    name='price',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.priceversion'),
                ),
            ],
        ),
    ]
