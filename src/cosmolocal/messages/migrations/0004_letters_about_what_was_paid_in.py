from django.db import migrations

# Who chose how to hear of payments to and from her chose for both.
BOTH = """
INSERT INTO local_messages_preference (agent_id, event, how)
SELECT agent_id, 'paid_in', how FROM local_messages_preference WHERE event = 'payment'
"""
ONE = "DELETE FROM local_messages_preference WHERE event = 'paid_in'"


class Migration(migrations.Migration):
    dependencies = [("local_messages", "0003_secrets_of_codes")]

    operations = [migrations.RunSQL(BOTH, ONE)]
