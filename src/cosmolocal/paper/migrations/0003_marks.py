from django.db import migrations, models
from django.utils.translation import gettext


def ask_again(apps, schema_editor):
    """No file that is under way carries a mark, and none can be given to it afterwards."""
    sentence = gettext("The node was upgraded meanwhile. Please send the file again: what is here already stays as it is.")
    under_way = apps.get_model("paper", "Upload").objects.exclude(state__in=["done", "refused"])
    kept = list(under_way.values_list("pk", flat=True))
    under_way.update(state="refused", sentence=sentence, data=b"")
    progress = apps.get_model("kernel", "Progress").objects
    progress.filter(kind__in=["money.opening_books", "catalog.import"], subject_id__in=kept).update(
        state="refused", sentence=sentence
    )


class Migration(migrations.Migration):

    dependencies = [
        ('paper', '0002_upload'),
        ('kernel', '0007_marks'),
    ]

    operations = [
        migrations.AddField(
            model_name='upload',
            name='mark',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.RunPython(ask_again, migrations.RunPython.noop),
    ]
