"""How much a farm promised for the sum of a line stands beside it: both are sealed with the farm's order."""

from django.db import migrations, models

WRITE = (
    "UPDATE shop_producerorderline SET promised = "
    "(SELECT quantity FROM flows_commitment c WHERE c.id = shop_producerorderline.commitment_id)"
)


class Migration(migrations.Migration):

    dependencies = [
        ("flows", "0006_promises_of_a_time"),
        ("shop", "0015_split_in_columns"),
    ]

    operations = [
        migrations.AddField(
            model_name="producerorderline",
            name="promised",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunSQL(WRITE, migrations.RunSQL.noop),
    ]
