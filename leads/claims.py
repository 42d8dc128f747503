"""Who was first: one statement each, decided by the database's unique constraints.

The caller is in a transaction. A claim waits for whoever claims the same at the same moment and then
sees their lead, so that twenty deliveries of one new person agree on one lead without an error or a
retry. Identities come sorted, so two claims never wait for each other.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection

from leads.identity import Identity
from leads.models import LeadIdentity, SeenSubmission

# The updates change nothing. DO NOTHING would neither wait for nor return the row of whoever was first.
# The lead need not be there yet: Django makes foreign keys that PostgreSQL checks at the commit.
_CLAIM_IDENTITIES = """
INSERT INTO leads_leadidentity (lead_id, kind, key, shown) VALUES {rows}
ON CONFLICT (kind, key) DO UPDATE SET kind = EXCLUDED.kind
RETURNING lead_id, kind"""
_CLAIM_SUBMISSION = """
INSERT INTO leads_seensubmission (source_id, key, lead_id, fingerprint) VALUES (%s, %s, %s, '')
ON CONFLICT (source_id, key) DO UPDATE SET key = EXCLUDED.key
RETURNING lead_id"""
# In the order in which Python sorts identities, whatever the database's own order of letters is.
_HOLD_IDENTITIES = """
SELECT id FROM leads_leadidentity
WHERE lead_id = ANY(%s::uuid[]) AND (kind COLLATE "C", key COLLATE "C") < (%s, %s)
ORDER BY kind COLLATE "C", key COLLATE "C" FOR UPDATE"""
_BEHIND_ALL = ("~", "")
# The surest sign of the same person first.
_SUREST = (LeadIdentity.Kind.PHONE, LeadIdentity.Kind.WHATSAPP_ID, LeadIdentity.Kind.EMAIL)


def claim_identities(identities: Sequence[Identity], lead_id: UUID) -> tuple[UUID, list[UUID]]:
    """Take the identities for the lead-to-be `lead_id`, unless another lead holds one of them.

    Returns whose they are (`lead_id` itself: nobody's before), and the leads that hold others of them:
    the phone of one and the e-mail of another are for a person to merge.
    """
    rows = ", ".join(["(%s, %s, %s, %s)"] * len(identities))
    values = [value for one in identities for value in (lead_id, one.kind, one.key, one.shown)]
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_IDENTITIES.format(rows=rows), values)
        holders = sorted(cursor.fetchall(), key=lambda row: _SUREST.index(row[1]))
    known = list(dict.fromkeys(holder for holder, _kind in holders if holder != lead_id))
    if not known:
        return lead_id, []
    # Those that nobody held are in the name of the lead-to-be, which is not made now
    LeadIdentity.objects.filter(lead_id=lead_id).update(lead_id=known[0])
    return known[0], known[1:]


def hand_over_identities(from_id: UUID, to_id: UUID) -> None:
    """From now on whoever is known by them is the other lead."""
    LeadIdentity.objects.filter(lead_id=from_id).update(lead_id=to_id)


def hold_identities(lead_ids: Iterable[UUID | str]) -> None:
    """Lock what the leads are known by, before their own rows: intake finds the lead by the identity,
    so that is the order for everybody."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_IDENTITIES, [[str(one) for one in lead_ids], *_BEHIND_ALL])


def take_identities(lead_id: UUID, wanted: Sequence[Identity]) -> Identity | None:
    """Hold what the lead is known by, and take `wanted` for it, all in the one order: taken after what stands
    behind it, a new e-mail could wait for a delivery that waits for the phone.

    Returns the first that is another lead's, with which it ends; None where all are this lead's now.
    """
    with connection.cursor() as cursor:
        for one in sorted(wanted):
            cursor.execute(_HOLD_IDENTITIES, [[lead_id], one.kind, one.key])
            cursor.execute(_CLAIM_IDENTITIES.format(rows="(%s, %s, %s, %s)"), [lead_id, *one])
            if cursor.fetchone()[0] != lead_id:
                return one
        cursor.execute(_HOLD_IDENTITIES, [[lead_id], *_BEHIND_ALL])
    return None


def claim_submission(source_id: int, key: str, lead_id: UUID) -> UUID:
    """The lead that this submission made before, or `lead_id` where it is new."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_SUBMISSION, [source_id, key, lead_id])
        owner: UUID = cursor.fetchone()[0]
    return owner


def repoint_submission(source_id: int, key: str, lead_id: UUID) -> None:
    """The submission turned out to be of a known person."""
    SeenSubmission.objects.filter(source_id=source_id, key=key).update(lead_id=lead_id)
