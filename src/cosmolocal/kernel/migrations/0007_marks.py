"""Work that waits carries a mark (docs/decisions/0065); what waited before there were marks gets one here (0067)."""

from django.db import migrations, models
from django.utils import timezone
from django.utils.translation import gettext

from cosmolocal.kernel import signing

# What the clock asks for again by itself.
_BY_ITSELF = ["kernel.tick", "messages.deliver", "messages.deliver_codes", "config.nightly_backup"]
# What is done in somebody's name, of which no row but a forgeable one says who asked.
_IN_A_NAME = ["kernel.errand", "catalog.check_upload", "catalog.import_upload", "money.take_file_over"]


def ask_again(apps, schema_editor):
    """Errands are done in the name of whom their row names: she asks for them again."""
    apps.get_model("kernel", "Errand").objects.update(
        state="refused",
        sentence=gettext("The node was upgraded meanwhile. Please ask for it again."),
        url="",
        file_name="",
        ended_at=timezone.now(),
    )
    queue = apps.get_model("django_tasks_database", "DBTaskResult").objects
    queue.filter(status__in=["READY", "RUNNING"], args_kwargs__args__0__in=[*_BY_ITSELF, *_IN_A_NAME]).delete()


def mark_what_waits(apps, schema_editor):
    """Letters, and all else that follows from deeds, are done after the upgrade: `jobs.marked` of today."""
    queue = apps.get_model("django_tasks_database", "DBTaskResult").objects
    for row in queue.filter(status__in=["READY", "RUNNING"]):
        call = row.args_kwargs["args"]
        if len(call) == 4 and not row.args_kwargs.get("kwargs"):
            name, args, _attempt, key = call
            marked = [*call, signing.mark("job", name, args, key)]
            queue.filter(pk=row.pk).update(args_kwargs={"args": marked, "kwargs": {}})
    troubles = apps.get_model("kernel", "JobTrouble").objects
    for row in troubles.filter(settled_at=None).exclude(name__in=_IN_A_NAME):
        troubles.filter(pk=row.pk).update(mark=signing.mark("job", row.name, row.args, row.key))
    troubles.filter(settled_at=None, name__in=_IN_A_NAME).update(settled_at=timezone.now())


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
        migrations.RunPython(mark_what_waits, migrations.RunPython.noop),
    ]
