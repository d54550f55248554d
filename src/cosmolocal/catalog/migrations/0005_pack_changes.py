"""Which deeds made another pack of an item, by whichever door: those of a page are known from the deeds."""

import django.db.models.deletion
from django.db import migrations, models


def from_deeds(apps, schema_editor):
    """Of a round that is open now it is asked when it is settled."""
    sqlite = schema_editor.connection.vendor == "sqlite"
    item = "json_extract(o.result, '$.id')" if sqlite else "(o.result ->> 'id')::bigint"
    schema_editor.execute(
        "INSERT INTO catalog_packchange (item_id, operation_id) SELECT i.id, o.id FROM kernel_operation o "
        f"JOIN catalog_item i ON i.id = {item} WHERE o.code IN ('catalog.change_item', 'catalog.retire_item')"
    )


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0004_fewer_indexes"),
        ("kernel", "0007_marks"),
    ]

    operations = [
        migrations.CreateModel(
            name="PackChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="catalog.item",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.operation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("item", "operation"), name="pack_change_once"),
                ],
            },
        ),
        migrations.RunPython(from_deeds, migrations.RunPython.noop),
    ]
