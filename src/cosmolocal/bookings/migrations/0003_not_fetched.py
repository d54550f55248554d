"""A booking that nobody fetched ends by itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_usual_terms")]

    operations = [
        migrations.AlterField(
            model_name="booking",
            name="state",
            field=models.CharField(
                choices=[
                    ("held", "held for a while"),
                    ("booked", "booked"),
                    ("out", "picked up"),
                    ("back", "given back"),
                    ("off", "cancelled"),
                    ("lost", "never came back"),
                    ("missed", "not fetched"),
                ],
                default="booked",
                max_length=6,
            ),
        )
    ]
