"""All names of one person at WhatsApp. Who hides their number writes under a business-scoped user id, and
what they say by it holds for their phone as well."""

from uuid import UUID

from leads import one_trip

# Names are joined by what a conversation has shown of its client and by what a lead is known by; followed from
# any of them, the set is the same, so that whoever locks a person's rows locks the same ones.
# External ids are looked up line by line: their index begins with the line.
NAMES = """
WITH RECURSIVE person(key, lead_id) AS (
  SELECT own.key, %(lead)s::uuid FROM (VALUES (%(key)s::text), (%(user_id)s::text)) AS own(key) WHERE own.key <> ''
  UNION
  SELECT found.key, found.lead_id FROM person CROSS JOIN LATERAL (
    SELECT own.key, own.lead_id FROM leads_leadidentity AS own
    WHERE own.kind IN ('phone', 'whatsapp_id') AND (own.key = person.key OR own.lead_id = person.lead_id)
    UNION ALL
    SELECT name.key, own.lead_id FROM whatsapp_conversation AS own
    CROSS JOIN LATERAL (VALUES (own.client_key), (own.external_user_id)) AS name(key)
    WHERE own.client_key = person.key OR own.lead_id = person.lead_id
    UNION ALL
    SELECT own.client_key, own.lead_id FROM whatsapp_line AS line
    JOIN whatsapp_conversation AS own ON own.line_id = line.id
    WHERE own.external_user_id <> '' AND own.external_user_id = person.key
  ) AS found WHERE found.key <> ''
)"""
_KEYS = f"{NAMES} SELECT DISTINCT key FROM person ORDER BY key"  # noqa: S608 - composed of constants alone


def keys_of(client_key: str, external_user_id: str = "", lead_id: UUID | None = None) -> list[str]:
    """These two, as a conversation has them, with all other phones and user ids of the same person.

    `lead_id`: whose they are, where that is not saved yet. One statement.
    """
    known = {"key": client_key, "user_id": external_user_id, "lead": lead_id}
    return [key for (key,) in one_trip.read_rows(_KEYS, known)]
