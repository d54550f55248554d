from django.db import migrations, models


def keep_the_terms_of_today(apps, schema_editor):
    """What stands in the books was agreed under terms nobody kept: those of today are the nearest there are."""
    Item = apps.get_model("catalog", "Item")
    OrderLine = apps.get_model("shop", "OrderLine")
    net = Item.objects.filter(product__producer__supplier_terms__list_is_gross=False)
    OrderLine.objects.filter(price__item__in=net).update(list_is_gross=False)

    AgreedTerms = apps.get_model("catalog", "AgreedTerms")
    SupplierTerms = apps.get_model("catalog", "SupplierTerms")
    today = {terms.producer_id: terms for terms in SupplierTerms.objects.all()}
    orders = apps.get_model("shop", "ProducerOrder").objects.values_list("agreement_id", "producer_id")
    AgreedTerms.objects.bulk_create(
        (
            AgreedTerms(
                agreement_id=agreement,
                seller=today[producer].seller,
                list_is_gross=today[producer].list_is_gross,
                loss_after_packing=today[producer].loss_after_packing,
            )
            for agreement, producer in orders
            if producer in today
        ),
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_agreed_terms"),
        ("shop", "0004_cancelled_because"),
    ]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="list_is_gross",
            field=models.BooleanField(default=True),
        ),
        migrations.RunPython(keep_the_terms_of_today, migrations.RunPython.noop, elidable=True),
    ]
