from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0007_conversation_closed"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=GinIndex(fields=["attribution"], name="lead_attribution", opclasses=["jsonb_path_ops"]),
        ),
    ]
