import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OWE_NOTICES = """
INSERT INTO leads_notice (user_id, kind, key, lead_id, facts, state, seen_at, created_at)
SELECT DISTINCT ON (old.consultant_id, old.assignment_id)
  old.consultant_id, 'assigned', 'assigned:' || old.assignment_id, assignment.lead_id, '{}', 'told', now(), old.created_at
FROM agent_notification old JOIN leads_assignment assignment ON assignment.id = old.assignment_id
ON CONFLICT DO NOTHING"""
POINT_TO_NOTICES = """
UPDATE agent_notification old SET notice_id = notice.id FROM leads_notice notice
WHERE notice.user_id = old.consultant_id AND notice.key = 'assigned:' || old.assignment_id"""


class Migration(migrations.Migration):

    dependencies = [
        ('agent', '0002_initial'),
        ('leads', '0002_notices_and_preferences'),
        ('whatsapp', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField('notification', 'notice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='leads.notice', verbose_name='notice')),
        migrations.RunSQL([OWE_NOTICES, POINT_TO_NOTICES, 'SET CONSTRAINTS ALL IMMEDIATE'], migrations.RunSQL.noop, elidable=True),
        migrations.RemoveConstraint('notification', 'told_once_per_channel'),
        migrations.RemoveIndex('notification', 'notification_of_consultant'),
        migrations.RemoveField('notification', 'assignment'),
        migrations.RemoveField('notification', 'consultant'),
        migrations.RemoveField('notification', 'seen_at'),
    ]
