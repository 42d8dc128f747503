from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0005_reply_timers"),
    ]

    operations = [
        migrations.AddField(
            model_name="seensubmission",
            name="fingerprint",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="endpoint",
            name="busy_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
