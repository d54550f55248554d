import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_operations"), ("money", "0001_accounts")]

    operations = [
        migrations.AddField(
            model_name="paymentlist",
            name="dropped_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.operation"
            ),
        ),
    ]
