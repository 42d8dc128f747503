"""A conversation that we begin: with somebody who has not written on this line yet."""

from django.utils.translation import gettext as _

from leads.errors import InvalidError
from leads.identity import parse_phone, phone_key
from leads.models import LeadIdentity
from whatsapp import consent, person
from whatsapp.locks import hold_names, lock_conversation
from whatsapp.models import Conversation, Line
from whatsapp.payloads import address_of


def open_conversation(line: Line, phone: str) -> Conversation:
    """The conversation with `phone` on `line`, made where there is none; its row is held.

    It is the lead's from the start where the phone is a lead's. Who answers is decided as for a first
    message of theirs: the agent on its line, the consultant on theirs. InvalidError for no phone.
    """
    number = parse_phone(phone, line.default_country)
    if number is None:
        raise InvalidError(
            _("This is not a phone number."), fields={"phone": [_("Write it with its country code.")]}
        )
    key = phone_key(number)
    known = Conversation.objects.filter(line=line, client_key=key)
    # Two who write first at once make one conversation: the second insert is passed over
    if not known.exists():
        hold_names(person.keys_of(key))
        Conversation.objects.bulk_create([_new(line, key, number)], ignore_conflicts=True)
    return lock_conversation(known.values_list("pk", flat=True).get())


def _new(line: Line, key: str, number: str) -> Conversation:
    leads = LeadIdentity.objects.filter(kind=LeadIdentity.Kind.PHONE, key=key)
    is_consultants = line.kind == Line.Kind.CONSULTANT
    is_opted_out = consent.is_opted_out(key)
    return Conversation(
        line=line,
        client_key=key,
        client_address=address_of(number),
        lead_id=leads.values_list("lead_id", flat=True).first(),
        is_opted_out=is_opted_out,
        stage=Conversation.Stage.OPTED_OUT if is_opted_out else Conversation.Stage.QUALIFYING,
        status=Conversation.Status.TRANSFERRED if is_consultants else Conversation.Status.ACTIVE,
        consultant_id=line.consultant_id if is_consultants else None,
    )
