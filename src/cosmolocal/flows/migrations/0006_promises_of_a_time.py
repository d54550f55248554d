from django.db import migrations, models

# Of two writers one waits for the thing's row and is refused (operations.promises): this is what remains where somebody
# writes past the program. At the end of the transaction, so that two bookings may change places.
_ONE_AT_A_TIME = """
ALTER TABLE flows_commitment ADD CONSTRAINT commitment_one_at_a_time EXCLUDE USING gist (
    int8range(resource_id, resource_id, '[]') WITH &&, tstzrange(begins, ends) WITH &&
) WHERE (begins IS NOT NULL AND NOT finished) DEFERRABLE INITIALLY DEFERRED
"""


def exclude(apps, schema_editor):
    """SQLite knows no such constraint; there the doctor tells (flows.queries.replay)."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_ONE_AT_A_TIME)


def include(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE flows_commitment DROP CONSTRAINT commitment_one_at_a_time")


class Migration(migrations.Migration):

    dependencies = [
        ('flows', '0005_fewer_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='commitment',
            name='begins',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='commitment',
            name='ends',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='economicevent',
            name='begins',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='economicevent',
            name='ends',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='commitment',
            index=models.Index(condition=models.Q(('begins__isnull', False)), fields=['resource', 'ends', 'begins'], name='commitment_times'),
        ),
        migrations.AddConstraint(
            model_name='commitment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('begins__isnull', True), ('ends__isnull', True)), ('begins__lt', models.F('ends')), _connector='OR'), name='commitment_begins_before_it_ends'),
        ),
        migrations.RunPython(exclude, include),
    ]
