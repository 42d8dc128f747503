from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

LANGUAGES = [("pt-BR", "Brazilian Portuguese"), ("es", "Spanish"), ("en", "English")]


def forget_what_nobody_chose(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Portuguese was written on every line and meant nothing; abroad the country tells more."""
    lines = apps.get_model("whatsapp", "Line").objects
    lines.exclude(default_language__in=["es", "en"]).exclude(
        default_language="pt-BR", default_country="BR"
    ).update(default_language="")


class Migration(migrations.Migration):
    dependencies = [("whatsapp", "0010_what_becomes_of_closed_leads")]

    operations = [
        migrations.AlterField(
            model_name="line",
            name="default_language",
            field=models.CharField(
                blank=True,
                choices=LANGUAGES,
                default="",
                help_text="What the agent answers in until the client's own words tell, and what is confirmed in "
                "where the client's word is the same in every language (STOP). Empty: as usual in the country.",
                max_length=10,
                verbose_name="default language",
            ),
        ),
        migrations.RunPython(forget_what_nobody_chose, migrations.RunPython.noop),
    ]
