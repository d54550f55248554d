"""Lines keep the pack in which they were ordered: those that stand get it as far as it is known, from what one held."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

AT_ONCE = 5000


def keep_packs(apps, schema_editor):
    """The contents of old lines are known (wished / count); words are those of today."""
    lines = apps.get_model("shop", "OrderLine").objects.using(schema_editor.connection.alias)
    items = apps.get_model("catalog", "Item").objects.select_related("product", "measure")
    version = apps.get_model("catalog", "PackVersion")
    known = {}
    for item_id, wished, count in lines.values_list("offer__item_id", "wished", "count").distinct().iterator():
        known.setdefault((item_id, wished // count), None)
    for item in items.filter(pk__in={item_id for item_id, _quantity in known}):
        for item_id, quantity in [key for key in known if key[0] == item.pk]:
            pack = version.objects.create(
                item=item,
                name=item.product.name,
                label=item.label if quantity == item.pack_quantity else "",
                billed_by=item.billed_by,
                quantity=quantity,
                symbol=item.measure.symbol if item.measure else "",
                per=item.measure.quantity if item.measure else 0,
                tolerance_bp=item.tolerance_bp,
                deposit=item.deposit,
            )
            lines.filter(offer__item_id=item_id, wished=F("count") * quantity).update(pack=pack)
    _promise(apps, lines)


def _promise(apps, lines):
    promised = apps.get_model("catalog", "PromisedPack")
    rows = []
    for line in lines.values_list("commitment_id", "pack_id", "wished").iterator():
        rows.append(promised(commitment_id=line[0], pack_id=line[1], quantity=line[2]))
        if len(rows) == AT_ONCE:
            promised.objects.bulk_create(rows)
            rows = []
    promised.objects.bulk_create(rows)


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0003_packs_as_ordered"),
        ("shop", "0008_taken_off_sale"),
    ]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="pack",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.packversion"
            ),
        ),
        migrations.RunPython(keep_packs, migrations.RunPython.noop),
    ]
