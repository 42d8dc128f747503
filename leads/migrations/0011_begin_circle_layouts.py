"""The ledger of pointers begins with the circles as they stand; closed leads wait in no pool and for no manager."""

from django.db import migrations
from django.db.models import Max


def begin_ledger(apps, schema_editor):
    CircleLayout = apps.get_model("leads", "CircleLayout")
    CircleTurn = apps.get_model("leads", "CircleTurn")
    for rule in apps.get_model("leads", "AssignmentRule").objects.order_by("pk"):
        turns = CircleTurn.objects.filter(rule=rule).order_by("position")
        last = (
            apps.get_model("leads", "Assignment").objects.filter(rule=rule).aggregate(last=Max("pk"))["last"]
        )
        CircleLayout.objects.create(
            rule=rule,
            turns=list(turns.values_list("member__consultant", flat=True)),
            pointer_before=rule.pointer,
            pointer_after=rule.pointer,
            follows=last or 0,
            reason="The circle as it stood when its changes began to be written down",
        )


def clear_marks(apps, schema_editor):
    closed = apps.get_model("leads", "Lead").objects.exclude(status__kind="open")
    closed.exclude(pool=None).update(pool=None)
    closed.filter(needs_manager=True).update(needs_manager=False)


class Migration(migrations.Migration):
    dependencies = [("leads", "0010_circle_layouts_and_pool_notices")]
    operations = [
        migrations.RunPython(begin_ledger, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(clear_marks, migrations.RunPython.noop, elidable=True),
    ]
