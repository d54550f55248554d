"""Where a line's price goes stands in four numbers instead of an object of four words, which the row repeated.

The seals go on reading the object (`@sealed(objects=)`): no row is another one to them.
"""

from django.db import migrations, models

PARTS = ("producer", "tax", "transport", "running")


def write_columns(apps, schema_editor):
    """One statement, whichever database: a year of a region has a million lines."""
    sqlite = schema_editor.connection.vendor == "sqlite"
    told = ", ".join(
        f"for_{part} = json_extract(split, '$.{part}')" if sqlite else f"for_{part} = (split->>'{part}')::bigint"
        for part in PARTS
    )
    # The object goes at once, so that on SQLite no row grows, and no page is divided.
    schema_editor.execute(f"UPDATE shop_orderline SET split = '{{}}', {told}")


class Migration(migrations.Migration):

    dependencies = [
        ("shop", "0014_put_right_later"),
    ]

    operations = [
        *(
            migrations.AddField(model_name="orderline", name=f"for_{part}", field=models.BigIntegerField(null=True))
            for part in PARTS
        ),
        migrations.RunPython(write_columns, migrations.RunPython.noop),
        migrations.RemoveField(model_name="orderline", name="split"),
    ]
