"""Leads know since when their client wants no messages; of those who said so before there was a column, the ledger
of consents does. Whoever agreed again has no conversation that is opted out."""

from django.db import migrations

TELL_LEADS = """
UPDATE leads_lead AS lead SET opted_out_at = said.at, reply_due_at = NULL, reminded_at = NULL
FROM (
  SELECT thread.lead_id, max(consent.created_at) AS at
  FROM whatsapp_conversation AS thread
  JOIN whatsapp_consentevent AS consent ON consent.kind = 'opt_out'
    AND consent.client_key IN (thread.client_key, NULLIF(thread.external_user_id, ''))
  WHERE thread.is_opted_out AND thread.lead_id IS NOT NULL
  GROUP BY thread.lead_id
) AS said
WHERE lead.id = said.lead_id AND lead.opted_out_at IS NULL"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0012_keep_decisions_of_erased_leads"), ("whatsapp", "0013_clients_that_cannot_be_reached")]
    operations = [
        # Of the foreign keys of a row that is written no check may be left for the end of the transaction
        migrations.RunSQL(
            [TELL_LEADS, "SET CONSTRAINTS ALL IMMEDIATE"], migrations.RunSQL.noop, elidable=True
        )
    ]
