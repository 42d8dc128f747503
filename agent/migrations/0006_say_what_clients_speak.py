from django.db import migrations

# What the agent knew already of those whose conversation it had
FILL = """
UPDATE whatsapp_conversation AS thread SET language = dialogue.language
FROM agent_dialogue AS dialogue WHERE dialogue.conversation_id = thread.id AND dialogue.language <> ''"""


class Migration(migrations.Migration):
    dependencies = [
        ("agent", "0005_knowledge_rehearsals_and_returns"),
        ("whatsapp", "0016_note_what_clients_speak"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
