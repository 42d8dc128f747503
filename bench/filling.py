"""Leads that are there already, made by PostgreSQL itself: a million of them in about a minute."""

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from leads.actors import SYSTEM
from leads.models import Lead, LeadIdentity, LeadSearch, Source
from leads.payload import LeadPayload
from leads.services.intake import receive_lead

# Indexes that no constraint owns are built anew after the rows, which takes a fraction of the time.
_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN (
  SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass)"""
_TRIGGER = "ALTER TABLE leads_lead {} TRIGGER lead_words_kept"
# Copies of one lead, so that columns that come later need no change here.
_LEADS = """
INSERT INTO leads_lead
SELECT made.* FROM leads_lead AS lead, generate_series(1, %s::int) AS n,
  (SELECT array_agg(user_id) AS ids FROM leads_consultant) AS consultants,
  LATERAL jsonb_populate_record(lead, jsonb_build_object(
    'id', gen_random_uuid(),
    'name', 'Cliente ' || md5(n::text),
    'phone', '+55219' || lpad((%s + n)::text, 8, '0'),
    'email', 'antigo' || (%s + n) || '@example.com',
    'status_id', (ARRAY['new', 'contacted', 'visit', 'proposal', 'won', 'lost'])[1 + n %% 6],
    'position', -n,
    'consultant_id', consultants.ids[1 + n %% 3],
    'refinement', 'done',
    'created_at', now() - n * interval '10 seconds')) AS made
WHERE lead.id = %s"""
_WORDS = """
INSERT INTO leads_leadsearch (lead_id, words)
SELECT id, lead_words(name, phone, email, city, product) FROM leads_lead ON CONFLICT DO NOTHING"""
_IDENTITIES = """
INSERT INTO leads_leadidentity (lead_id, kind, key, shown)
SELECT id, identity.kind, identity.key, identity.key
FROM leads_lead, LATERAL (VALUES ('phone', phone), ('email', email)) AS identity (kind, key)
WHERE phone LIKE '+55219%%'
ON CONFLICT (kind, key) DO NOTHING"""


def fill_up_to(wanted: int) -> None:
    """Have `wanted` leads in the database, each known by a phone and an e-mail."""
    present = Lead.objects.count()
    if present < wanted:
        _insert(wanted - present, after=present)
    with connection.cursor() as cursor:
        for model in (Lead, LeadIdentity, LeadSearch):
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")
        # Else the writing of a million rows goes on in the background of what is measured next
        cursor.execute("CHECKPOINT")


@transaction.atomic
def _insert(count: int, after: int) -> None:
    pattern = LeadPayload(
        name="Cliente", email=f"modelo{after}@example.com", product="Apartamento", city="Recife"
    )
    lead = receive_lead(
        payload=pattern, source=Source.objects.get(slug="site"), actor=SYSTEM, assign=False
    ).lead
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else their triggers wait, and no index can be made
        definitions = [*_drop_indexes(cursor, Lead), *_drop_indexes(cursor, LeadSearch)]
        cursor.execute(_TRIGGER.format("DISABLE"))
        cursor.execute(_LEADS, [count, after, after, lead.pk])
        cursor.execute(_TRIGGER.format("ENABLE"))
        cursor.execute(_WORDS)
        for definition in definitions:
            cursor.execute(definition)
        cursor.execute(_IDENTITIES)


def _drop_indexes(cursor: CursorWrapper, model: type[Model]) -> list[str]:
    table = model._meta.db_table
    cursor.execute(_INDEXES, [table, table])
    rows = cursor.fetchall()
    for name, _definition in rows:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in rows]
