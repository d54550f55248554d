from django.db import migrations, models
from django.utils import timezone
from django.utils.translation import gettext

# What the clock asks for again by itself.
_BY_ITSELF = ["kernel.tick", "messages.deliver", "messages.deliver_codes", "config.nightly_backup"]


def ask_again(apps, schema_editor):
    """Nothing that was asked for before carries a mark, and none can be given to it afterwards."""
    apps.get_model("kernel", "Errand").objects.update(
        state="refused",
        sentence=gettext("The node was upgraded meanwhile. Please ask for it again."),
        url="",
        file_name="",
        ended_at=timezone.now(),
    )
    queue = apps.get_model("django_tasks_database", "DBTaskResult").objects
    queue.filter(status__in=["READY", "RUNNING"], args_kwargs__args__0__in=_BY_ITSELF).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0006_upgrades_in_seals'),
        ('django_tasks_database', '0018_rename_succeeded_status'),
    ]

    operations = [
        migrations.AddField(
            model_name='errand',
            name='mark',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='jobtrouble',
            name='mark',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.RunPython(ask_again, migrations.RunPython.noop),
    ]
