from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0003_pools"),
    ]

    operations = [
        migrations.AddField(
            model_name="source",
            name="returning",
            field=models.CharField(
                choices=[("reopen", "Open the closed lead again"), ("new_lead", "Make a new lead")],
                default="reopen",
                help_text="Either way the former consultant gets the lead, if available.",
                max_length=8,
                verbose_name="when a closed lead comes back",
            ),
        ),
    ]
