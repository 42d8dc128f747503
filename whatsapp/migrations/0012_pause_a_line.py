from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("whatsapp", "0011_choose_the_language_of_a_line")]

    operations = [
        migrations.AddField(
            model_name="line",
            name="paused_since",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Since when the provider refuses all messages because of how the line is set up.",
                null=True,
                verbose_name="paused since",
            ),
        ),
        migrations.AddField(
            model_name="line",
            name="paused_until",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Messages wait until then; then one is tried. One that goes out ends the pause, and so does "
                "“Save and check this line” once the account is right. What has waited for a day fails.",
                null=True,
                verbose_name="paused until",
            ),
        ),
    ]
