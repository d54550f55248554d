"""From here on no line is without its pack; apart from the one before, since PostgreSQL alters no table just written."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("shop", "0009_packs_as_ordered"),
    ]

    operations = [
        migrations.AlterField(
            model_name="orderline",
            name="pack",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.packversion"
            ),
        ),
    ]
